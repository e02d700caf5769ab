import { createPublicKey, verify } from 'node:crypto'
import { clientCertificate, type RenewalRequest, type RenewalResponse, renewalProofMessage } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'
import { tellAdministrators } from '../mail/tell-administrators.ts'
import type { EnvironmentParts } from './environments.ts'
import { identityMail } from './identity-mail.ts'

const dayMs = 86_400_000
/** How much earlier than planned a server may ask: its idea of the hub's time is a little off. */
const earlyMs = 3_600_000

type RenewingServer = Extract<Caller, { kind: 'environment-server' }>

/** Servers that get their next client certificate, for the key that they have (D37). */
export function createRenewals({ db, audit, authority, settings, clock }: EnvironmentParts) {
  /**
   * The present certificate stays good until the next one has connected, so that an answer which is lost costs nothing: the server asks
   * again. One whose certificate had ended proves its key like the others, and runs nothing until a person confirms its fingerprint.
   */
  async function renew(caller: RenewingServer, request: RenewalRequest, address: string): Promise<RenewalResponse> {
    const { serverXid } = caller
    const known = await findServer(db, serverXid)
    const refusal = refusalOf(known, request, clock.now())
    if (known === undefined || refusal !== undefined) throw refusal ?? notItsOwn()
    // Outside the transaction, as at an enrolment.
    const { certificatePem, serial, notAfter } = await authority.issueClientCertificate(
      serverXid,
      createPublicKey(known.public_key_pem),
      clock.now(),
    )
    const confirmed = await db.transaction().execute(async (trx) => {
      const now = clock.now()
      const row = await lockServer(trx, serverXid)
      // It may have been revoked, or enrolled anew, since.
      const late = refusalOf(row, request, now)
      if (row === undefined || late !== undefined) throw late ?? notItsOwn()
      const hasEnded = row.certificate_expires_at <= now
      await trx
        .updateTable('environment_server')
        .set({
          renewed_certificate_serial: serial,
          renewed_certificate_expires_at: notAfter,
          ...(hasEnded ? { confirmed_at: null, confirmed_by: null } : {}),
        })
        .where('server_xid', '=', serverXid)
        .execute()
      const confirmed = !hasEnded && row.confirmed_at !== null
      const detail = {
        keyFingerprint: row.key_fingerprint,
        until: notAfter.toISOString(),
        hadEnded: hasEnded,
        confirmed,
      }
      await audit.record(trx, caller, 'environment-server.renew', `environment server ${serverXid}`, detail, address)
      const { organizationId, environmentId: id } = caller
      await tellChange(trx, { changed: 'environments', id, part: 'state', organizationId })
      if (hasEnded) {
        const act = 'came back after its certificate had ended'
        const news = { row, act, fingerprint: row.key_fingerprint, confirmed, address }
        await tellAdministrators(trx, organizationId, await identityMail(trx, settings, news, now), now)
      }
      return confirmed
    })
    return { certificate: certificatePem, confirmed, hubTime: clock.now().toISOString() }
  }

  return { renew }
}

async function findServer(db: Db, serverXid: string) {
  return wholeRow(await selectServer(db, serverXid).executeTakeFirst())
}

/** The same, which nobody else changes until the transaction's end. */
async function lockServer(trx: Db, serverXid: string) {
  return wholeRow(await selectServer(trx, serverXid).forUpdate().executeTakeFirst())
}

function selectServer(db: Db, serverXid: string) {
  return db
    .selectFrom('environment_server')
    .select([
      'server_xid',
      'environment_id',
      'name',
      'public_key_pem',
      'key_fingerprint',
      'certificate_serial',
      'certificate_expires_at',
      'confirmed_at',
    ])
    .where('server_xid', '=', serverXid)
    .where('revoked_at', 'is', null)
    .where('enrolled_at', 'is not', null)
}

type SelectedRow = Awaited<ReturnType<ReturnType<typeof selectServer>['executeTakeFirst']>>

/** One that has enrolled has all of it. */
function wholeRow(row: SelectedRow) {
  if (row === undefined) return undefined
  const { public_key_pem, key_fingerprint, certificate_serial, certificate_expires_at } = row
  if (public_key_pem === null || key_fingerprint === null) return undefined
  if (certificate_serial === null || certificate_expires_at === null) return undefined
  return { ...row, public_key_pem, key_fingerprint, certificate_serial, certificate_expires_at }
}

type ServerRow = Awaited<ReturnType<typeof findServer>>

/** Nothing if it may have its next certificate. */
function refusalOf(row: ServerRow, { serial, proof }: RenewalRequest, now: Date): Problem | undefined {
  if (row === undefined || row.certificate_serial.toLowerCase() !== serial.toLowerCase()) return notItsOwn()
  const message = Buffer.from(renewalProofMessage(row.server_xid, serial))
  if (!verify('sha256', message, createPublicKey(row.public_key_pem), Buffer.from(proof, 'base64'))) {
    return new Problem(
      'forbidden',
      'The proof does not fit: it is ECDSA-SHA256 by the TLS key over serverXid and serial.',
    )
  }
  const from = row.certificate_expires_at.getTime() - clientCertificate.renewalDays * dayMs - earlyMs
  if (now.getTime() >= from) return undefined
  const end = row.certificate_expires_at.toISOString()
  return new Problem(
    'conflict',
    `This certificate is good until ${end}. A new one can be had from ${clientCertificate.renewalDays} days before.`,
  )
}

function notItsOwn(): Problem {
  return new Problem('conflict', 'This is not the certificate that this server has now.')
}
