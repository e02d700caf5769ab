import { createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import {
  type EnrolmentRequest,
  type EnrolmentResponse,
  enrolmentProofMessage,
  protocolVersionOldest,
} from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import { hashCredential, newCredential } from '../access/credential.ts'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'
import { tellAdministrators } from '../mail/tell-administrators.ts'
import type { EnvironmentParts } from './environments.ts'
import { identityMail } from './identity-mail.ts'
import { RefusalBudget } from './refusal-budget.ts'
import { keepServerKey } from './server-keys.ts'
import { keyFingerprint } from '../keys/key-fingerprint.ts'

/** Who enrols within this time of the download is taken for whom it was downloaded (S9); who enrols anew never is (D37). */
const confirmedWithinMs = 3_600_000
/**
 * A server that never saw the answer to its enrolment may ask for it again for so long, with the same keys and the same token; a
 * cut connection does not spend a bundle. The token's hash is kept until then and of no use after.
 */
const answerAgainMs = 600_000
const deliveryPrefix = 'psd_'
const x25519KeyBytes = 32

export function createEnrolment({ db, audit, authority, clock, settings }: EnvironmentParts) {
  const refusals = new RefusalBudget(() => clock.now().getTime())

  /**
   * The one enrolment of a downloaded bundle (S9): checks its token and the proof that the caller has the private key, gives it
   * a certificate, and replaces what the bundle held.
   */
  async function enrol(token: string, request: EnrolmentRequest, address: string): Promise<EnrolmentResponse> {
    const publicKey = tlsKeyOf(request.publicKey)
    const sealingPublicKey = sealingKeyOf(request.sealingPublicKey)
    if (!proves(publicKey, request, token)) {
      throw new Problem(
        'invalid',
        'The proof does not fit: it is ECDSA-SHA256 by the private half of "publicKey" over serverXid and token.',
      )
    }
    if (request.protocolVersion < protocolVersionOldest) {
      throw new Problem('conflict', `This environment server is too old for the hub. Download a new bundle.`)
    }
    const serverXid = request.serverXid
    const publicKeyPem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const fingerprint = keyFingerprint(publicKey)
    const known = await selectServer(db, serverXid).executeTakeFirst()
    const applicant = { token, fingerprint, sealingPublicKey }
    if (known === undefined || !mayEnrol(known, applicant, clock.now()))
      return await refuse(known, fingerprint, address)
    const brokerToken = newCredential('psb_')
    const deliveryToken = newCredential(deliveryPrefix)
    // Outside the transaction: it takes the CA's key from the pool's other connections, and a certificate that is never
    // stored opens nothing.
    const certificate = await authority.issueClientCertificate(serverXid, publicKey, clock.now())
    const row = await db.transaction().execute(async (trx) => {
      const row = await lockServer(trx, serverXid)
      if (row === undefined || !mayEnrol(row, applicant, clock.now())) return undefined
      const isFirst = row.enrolled_at === null
      const inTime = !row.enrols_anew && clock.now().getTime() - row.downloaded_at.getTime() <= confirmedWithinMs
      const confirmed = isFirst ? inTime : row.confirmed_at !== null
      await trx
        .updateTable('environment_server')
        .set({
          ...(isFirst ? { enrolled_at: clock.now() } : {}),
          enrolled_from: address,
          key_fingerprint: fingerprint,
          public_key_pem: publicKeyPem,
          sealing_public_key: sealingPublicKey,
          certificate_serial: certificate.serial,
          certificate_expires_at: certificate.notAfter,
          renewed_certificate_serial: null,
          renewed_certificate_expires_at: null,
          broker_token_sha256: brokerToken.sha256,
          delivery_token_sha256: deliveryToken.sha256,
          protocol_version: request.protocolVersion,
          reported: JSON.stringify({ version: request.serverVersion }),
          platform: request.platform,
          ...(isFirst && confirmed
            ? { confirmed_at: clock.now(), confirmed_by: 'enrolment within an hour of the download' }
            : {}),
        })
        .where('server_xid', '=', serverXid)
        .execute()
      await keepServerKey(trx, serverXid, { fingerprint, publicKeyPem }, clock.now())
      const detail = {
        keyFingerprint: fingerprint,
        confirmed,
        again: !isFirst,
        serverVersion: request.serverVersion,
        platform: request.platform,
      }
      await audit.record(
        trx,
        callerOf(row),
        'environment-server.enrol',
        `environment server ${serverXid}`,
        detail,
        address,
      )
      const { organization_id: organizationId, environment_id: id } = row
      await tellChange(trx, { changed: 'environments', id, part: 'state', organizationId })
      const enrolled = { row, act: 'enrolled', fingerprint, confirmed, address }
      await tellAdministrators(
        trx,
        organizationId,
        await identityMail(trx, settings, enrolled, clock.now()),
        clock.now(),
      )
      return { confirmed }
    })
    // Of two that come at once with one token, the row's lock lets one win.
    if (row === undefined) return await refuse(known, fingerprint, address)
    return {
      certificate: certificate.certificatePem,
      brokerToken: brokerToken.token,
      appDeliveryToken: deliveryToken.token,
      confirmed: row.confirmed,
      hubTime: clock.now().toISOString(),
    }
  }

  /** A bundle's token that comes again may be a stolen copy: the people of the environment must be able to see it. */
  async function refuse(row: ServerRow | undefined, keyFingerprint: string, address: string): Promise<never> {
    if (row !== undefined && refusals.take(row.server_xid)) {
      const subject = `environment server ${row.server_xid}`
      await audit.record(db, callerOf(row), 'environment-server.enrol-refused', subject, { keyFingerprint }, address)
    }
    // One answer for all: it must not tell a stranger which numbers exist.
    throw new Problem(
      'unauthenticated',
      'This enrolment token is wrong, was used already, or is older than 24 hours. Download a new bundle.',
    )
  }

  return { enrol }
}

/** Whose delivery token this is: packages, logs and results come with it (ES-5). */
export async function authenticateDeliveryToken(
  db: Db,
  token: string,
): Promise<Extract<Caller, { kind: 'environment-server' }> | undefined> {
  if (!token.startsWith(deliveryPrefix)) return undefined
  const row = await selectServers(db)
    .where('delivery_token_sha256', '=', hashCredential(token))
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return row === undefined ? undefined : callerOf(row)
}

function selectServers(db: Db) {
  return db
    .selectFrom('environment_server')
    .innerJoin('environment', 'environment.id', 'environment_server.environment_id')
    .select([
      'server_xid',
      'environment_id',
      'organization_id',
      'environment_server.name as name',
      'enrolment_token_sha256',
      'enrolment_expires_at',
      'downloaded_at',
      'enrolled_at',
      'revoked_at',
      'key_fingerprint',
      'sealing_public_key',
      'confirmed_at',
      'enrols_anew',
      'last_heartbeat_at',
    ])
    .where('environment.deleted_at', 'is', null)
}

function selectServer(db: Db, serverXid: string) {
  return selectServers(db).where('server_xid', '=', serverXid)
}

type ServerRow = Awaited<ReturnType<ReturnType<typeof selectServer>['executeTakeFirstOrThrow']>>

async function lockServer(trx: Db, serverXid: string): Promise<ServerRow | undefined> {
  return await selectServer(trx, serverXid).forUpdate('environment_server').executeTakeFirst()
}

type Applicant = { token: string; fingerprint: string; sealingPublicKey: Buffer }

function mayEnrol(row: ServerRow, applicant: Applicant, now: Date): boolean {
  if (row.revoked_at !== null || row.enrolment_token_sha256 === null || row.enrolment_expires_at === null) return false
  if (!timingSafeEqual(row.enrolment_token_sha256, hashCredential(applicant.token))) return false
  return row.enrolled_at === null ? now < row.enrolment_expires_at : mayAskAgain(row, row.enrolled_at, applicant, now)
}

/** Whoever was heard has seen the answer. The caller's proof has shown that it holds the private key. */
function mayAskAgain(row: ServerRow, enrolledAt: Date, applicant: Applicant, now: Date): boolean {
  if (row.last_heartbeat_at !== null || now.getTime() - enrolledAt.getTime() > answerAgainMs) return false
  return (
    row.key_fingerprint === applicant.fingerprint && row.sealing_public_key?.equals(applicant.sealingPublicKey) === true
  )
}

/** The server itself, as whoever it is that acts. */
export function callerOf(
  row: Pick<ServerRow, 'server_xid' | 'name' | 'environment_id' | 'organization_id'>,
): Extract<Caller, { kind: 'environment-server' }> {
  return {
    kind: 'environment-server',
    serverXid: row.server_xid,
    name: row.name,
    environmentId: row.environment_id,
    organizationId: row.organization_id,
  }
}

function tlsKeyOf(pem: string): KeyObject {
  let key: KeyObject | undefined
  try {
    key = createPublicKey({ key: pem, format: 'pem', type: 'spki' })
  } catch {
    // Refused below, in words.
  }
  // createPublicKey would also take the private key, and derive from it.
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1' && !pem.includes('PRIVATE')) return key
  throw new Problem('invalid', '"publicKey" is not a P-256 public key as SPKI PEM.')
}

function sealingKeyOf(base64: string): Buffer {
  const key = Buffer.from(base64, 'base64')
  // The zero point would make every sealed box readable (RFC 7748, section 6.1).
  if (key.length === x25519KeyBytes && key.some((byte) => byte !== 0)) return key
  throw new Problem('invalid', '"sealingPublicKey" is not the 32 bytes of an X25519 public key as base64.')
}

function proves(publicKey: KeyObject, request: EnrolmentRequest, token: string): boolean {
  const message = Buffer.from(enrolmentProofMessage(request.serverXid, token))
  return verify('sha256', message, publicKey, Buffer.from(request.proof, 'base64'))
}
