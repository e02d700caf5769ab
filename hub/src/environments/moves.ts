import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { Readable } from 'node:stream'
import { type MoveRequest, type MoveResponse, type MoveSettings, moveProofMessage } from '@postern/protocol'
import { sql } from 'kysely'
import { hashCredential, newCredential } from '../access/credential.ts'
import type { Db } from '../database/database.ts'
import { handBack } from '../executions/hand-back.ts'
import { found, Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'
import type { Download } from './downloads.ts'
import { callerOf } from './enrolment.ts'
import { lockEnvironmentRow } from './environment-store.ts'
import type { EnvironmentParts, Member } from './environments.ts'
import { onlyLocalWarning } from './only-local-warning.ts'
import { RefusalBudget } from './refusal-budget.ts'

const moveTokenLifeMs = 24 * 3_600_000
/** Tokens are kept so long past their end: a server whose answer was lost may ask again. */
const endedTokenDays = 7
/** Of those, how many go at a time. */
const tidiedAtOnceMax = 1000

/** Servers that change their environment and stay who they are: by a `.env` and the key that they have (D37, S9). */
export function createMoves({ db, audit, authority, settings, clock }: EnvironmentParts) {
  const refusals = new RefusalBudget(() => clock.now().getTime())

  /** `<environment>.env`: no identity, and a token that works once. */
  async function moveFile(caller: Member, environmentId: string, address?: string): Promise<Download> {
    const names = await settings.publicNames()
    const caSha256 = createHash('sha256')
      .update(new X509Certificate(await authority.certificatePem()).raw)
      .digest('hex')
    const { token, sha256 } = newCredential('psm_')
    const name = await db.transaction().execute(async (trx) => {
      const environment = found(await lockEnvironmentRow(trx, caller.organizationId, environmentId), 'environment')
      const now = clock.now()
      await trx
        .insertInto('environment_move')
        .values({
          token_sha256: sha256,
          environment_id: environment.id,
          downloaded_by: caller.name,
          downloaded_at: now,
          expires_at: new Date(now.getTime() + moveTokenLifeMs),
        })
        .execute()
      const subject = `environment ${environment.id}`
      await audit.record(trx, caller, 'environment.download', subject, { kind: 'config' }, address)
      return environment.name
    })
    const { apiURL, brokerHost, brokerPort, onlyLocalNames } = names
    const file: MoveSettings = { apiURL, brokerHost, brokerPort, environmentName: name, caSha256, moveToken: token }
    return {
      fileName: `${name}.env`,
      contentType: 'text/plain; charset=utf-8',
      content: Readable.from([envFile(file)]),
      ...(onlyLocalNames ? { warning: onlyLocalWarning(apiURL) } : {}),
    }
  }

  /**
   * A server's move. The token alone moves nothing: whoever sends it proves the key that the server enrolled with. Asked again with the
   * same token by the same server it is answered again, since the answer may have been lost.
   */
  async function move(token: string, request: MoveRequest, address: string): Promise<MoveResponse> {
    const moved = await db.transaction().execute(async (trx) => {
      const now = clock.now()
      const target = await lockTarget(trx, token)
      const server = await lockServer(trx, request.serverXid)
      if (target === undefined || server === undefined || !proves(server.public_key_pem, request, token))
        return undefined
      const isAgain = target.server_xid === request.serverXid
      if (!isAgain && (target.used_at !== null || target.expires_at <= now)) return undefined
      // Another organization's people would be given a machine, and its results, that nobody there has ever confirmed.
      if (server.organization_id !== target.organization_id) return undefined
      if (isAgain) return target.name
      const handedBack = await handBack(trx, request.serverXid, request.held, now)
      await trx
        .updateTable('environment_server')
        .set({ environment_id: target.environment_id })
        .where('server_xid', '=', request.serverXid)
        .execute()
      await trx
        .updateTable('environment_move')
        .set({ used_at: now, server_xid: request.serverXid })
        .where('token_sha256', '=', hashCredential(token))
        .execute()
      const subject = `environment server ${request.serverXid}`
      const detail = { from: server.environment_id, to: target.environment_id, handedBack, by: target.downloaded_by }
      await audit.record(trx, callerOf(server), 'environment-server.move', subject, detail, address)
      for (const id of [server.environment_id, target.environment_id])
        await tellChange(trx, { changed: 'environments', id, part: 'state', organizationId: server.organization_id })
      return target.name
    })
    if (moved === undefined) return await refuse(request.serverXid, address)
    return { environmentName: moved, hubTime: clock.now().toISOString() }
  }

  /** Somebody holds a token or a number that is not theirs: the people of the server must be able to see it. */
  async function refuse(serverXid: string, address: string): Promise<never> {
    const server = await lockServer(db, serverXid)
    if (server !== undefined && refusals.take(serverXid)) {
      const subject = `environment server ${serverXid}`
      await audit.record(db, callerOf(server), 'environment-server.move-refused', subject, {}, address)
    }
    // One answer for all: it must not tell a stranger which numbers exist.
    throw new Problem(
      'unauthenticated',
      'This move token is wrong, was used already, is older than 24 hours, or is not for a server of this organization. Download the configuration again.',
    )
  }

  /** Tokens that nobody asks about any more. */
  async function tidyMoves(): Promise<void> {
    const before = new Date(clock.now().getTime() - endedTokenDays * 86_400_000)
    await sql`
      delete from environment_move where token_sha256 in (
        select token_sha256 from environment_move where expires_at < ${before} order by expires_at limit ${tidiedAtOnceMax}
      )`.execute(db)
  }

  return { moveFile, move, tidyMoves }
}

async function lockTarget(trx: Db, token: string) {
  return await trx
    .selectFrom('environment_move')
    .innerJoin('environment', 'environment.id', 'environment_move.environment_id')
    .select(['environment_id', 'organization_id', 'name', 'expires_at', 'used_at', 'server_xid', 'downloaded_by'])
    .where('token_sha256', '=', hashCredential(token))
    .where('environment.deleted_at', 'is', null)
    .forUpdate('environment_move')
    .executeTakeFirst()
}

async function lockServer(trx: Db, serverXid: string) {
  return await trx
    .selectFrom('environment_server')
    .innerJoin('environment', 'environment.id', 'environment_server.environment_id')
    .select(['server_xid', 'environment_id', 'organization_id', 'environment_server.name as name', 'public_key_pem'])
    .where('server_xid', '=', serverXid)
    .where('revoked_at', 'is', null)
    .where('enrolled_at', 'is not', null)
    .forUpdate('environment_server')
    .executeTakeFirst()
}

function proves(publicKeyPem: string | null, { serverXid, proof }: MoveRequest, token: string): boolean {
  if (publicKeyPem === null) return false
  const message = Buffer.from(moveProofMessage(serverXid, token))
  return verify('sha256', message, createPublicKey(publicKeyPem), Buffer.from(proof, 'base64'))
}

/** One `name=value` a line. No value of it holds a line break. */
function envFile(file: MoveSettings): string {
  return Object.entries(file)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
