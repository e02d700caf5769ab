import { createHash, randomBytes } from 'node:crypto'
import { AppKind } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Caller } from '../access/caller.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'

/** S4. */
const tokenBounds = {
  lifeMs: 4 * 3600_000,
  renewableAfterExpiryMs: 10 * 60_000,
  /** How long the old token lives on after the new one was used: calls under way end with it. */
  overlapMs: 60_000,
  /** Renewals of one attempt: a week of them at the shortest pace of TcEx would be fewer. */
  perAttemptMax: 5000,
}

export type IssuedToken = { token: string; expiresAt: Date }

type TokenRow = {
  executionId: string
  attempt: number
  expiresAt: Date
  diesAt: Date | null
  firstUsedAt: Date | null
  renewedFrom: Buffer | null
  attemptOpen: boolean
  pooled: boolean
  takeoverAt: Date
  deadlineAt: Date
}

export type ExecutionTokens = ReturnType<typeof createExecutionTokens>

/**
 * Tokens of apps, in TcEx's shape `API:<n>:<random>:<expires ms>:<sig>` (a token without colons crashes TcEx 2, T11). Only
 * SHA-256 hashes are stored; a token is good while its attempt is open.
 */
export function createExecutionTokens(parts: { db: DatabaseConnection['db']; keys: Keys; clock: Clock }) {
  const { db, keys, clock } = parts

  /** @param trx the transaction that makes the attempt, or renews */
  async function issue(
    trx: Db,
    executionId: string,
    attempt: number,
    deadlineAt: Date,
    renewedFrom?: Buffer,
  ): Promise<IssuedToken> {
    const now = clock.now()
    const expiresAt = new Date(Math.min(now.getTime() + tokenBounds.lifeMs, deadlineAt.getTime()))
    const token = await mint(keys, trx, executionId, expiresAt)
    await trx
      .insertInto('execution_token')
      .values({
        token_sha256: hashOf(token),
        execution_id: executionId,
        attempt,
        issued_at: now,
        expires_at: expiresAt,
        renewed_from: renewedFrom ?? null,
      })
      .execute()
    return { token, expiresAt }
  }

  /** The app behind a token, with the rights of its kind (D22); nothing if it is no token of ours, or a dead one. */
  async function authenticate(token: string): Promise<Caller | undefined> {
    if (!looksLikeToken(token)) return undefined
    const hash = hashOf(token)
    const row = await findToken(db, hash)
    const now = clock.now()
    if (row === undefined || row.expiresAt <= now || (row.diesAt !== null && row.diesAt <= now)) return undefined
    if (!row.attemptOpen) {
      // 403 and not 401: TcEx answers a 401 by sending the same again.
      throw new Problem(
        'forbidden',
        `Attempt ${row.attempt} of execution ${row.executionId} has ended; its token is dead.`,
      )
    }
    if (row.firstUsedAt === null) await markUsed(hash, row.renewedFrom, now)
    return await callerOf(db, row.executionId, row.attempt)
  }

  async function markUsed(hash: Buffer, renewedFrom: Buffer | null, now: Date): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await trx.updateTable('execution_token').set({ first_used_at: now }).where('token_sha256', '=', hash).execute()
      if (renewedFrom === null) return
      await trx
        .updateTable('execution_token')
        .set({ dies_at: new Date(now.getTime() + tokenBounds.overlapMs) })
        .where('token_sha256', '=', renewedFrom)
        .where('dies_at', 'is', null)
        .execute()
    })
  }

  /** S4: only while the lease lives, at most 10 minutes after expiry, never past the execution's deadline. */
  async function renew(token: string): Promise<IssuedToken> {
    const hash = hashOf(token)
    const now = clock.now()
    return await db.transaction().execute(async (trx) => {
      const row = looksLikeToken(token) ? await findToken(trx, hash) : undefined
      if (row === undefined || !isRenewable(row, now)) {
        throw new Problem(
          'unauthenticated',
          'This token cannot be renewed: it is unknown, too old, or its execution has ended.',
        )
      }
      const { count } = await trx
        .selectFrom('execution_token')
        .select((e) => e.fn.countAll<string>().as('count'))
        .where('execution_id', '=', row.executionId)
        .where('attempt', '=', row.attempt)
        .executeTakeFirstOrThrow()
      if (Number(count) >= tokenBounds.perAttemptMax) {
        throw new Problem('too-many', 'This execution has renewed its token too often.')
      }
      return await issue(trx, row.executionId, row.attempt, row.deadlineAt, hash)
    })
  }

  return { issue, authenticate, renew }
}

function isRenewable(row: TokenRow, now: Date): boolean {
  if (!row.attemptOpen || (row.pooled && row.takeoverAt <= now)) return false
  if (row.diesAt !== null && row.diesAt <= now) return false
  if (row.deadlineAt <= now) return false
  return now.getTime() <= row.expiresAt.getTime() + tokenBounds.renewableAfterExpiryMs
}

/** The signature is for whoever finds a token and wonders whose it is; what counts is the hash. */
async function mint(keys: Keys, db: Db, executionId: string, expiresAt: Date): Promise<string> {
  const claim = `API:${executionId}:${randomBytes(24).toString('base64url')}:${expiresAt.getTime()}`
  const { signature } = await keys.sign('token', Buffer.from(claim), db)
  return `${claim}:${signature.toString('base64url')}`
}

function looksLikeToken(token: string): boolean {
  return /^API:\d{1,19}:[A-Za-z0-9_-]{32}:\d{13,14}:[A-Za-z0-9_-]{86}$/.test(token)
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

async function findToken(db: Db, hash: Buffer): Promise<TokenRow | undefined> {
  const { rows } = await sql<TokenRow>`
    select t.execution_id as "executionId", t.attempt, t.expires_at as "expiresAt", t.dies_at as "diesAt",
      t.first_used_at as "firstUsedAt", t.renewed_from as "renewedFrom", a.finished_at is null as "attemptOpen",
      a.placement = 'pooled' as pooled, a.takeover_at as "takeoverAt", e.deadline_at as "deadlineAt"
    from execution_token t
    join attempt a on a.execution_id = t.execution_id and a.number = t.attempt
    join execution e on e.id = t.execution_id
    where t.token_sha256 = ${hash}`.execute(db)
  return rows[0]
}

type CallerRow = {
  jobId: string
  jobName: string
  kind: string
  organizationId: string
  ownerId: string | null
  controlId: string | null
  readable: string[]
  collections: string[]
}

async function callerOf(db: Db, executionId: string, attempt: number): Promise<Caller> {
  const { rows } = await sql<CallerRow>`
    select j.id as "jobId", j.name as "jobName", app.kind, e.organization_id as "organizationId",
      j.owner_id as "ownerId", j.control_id as "controlId",
      array(select owner_id::text from job_readable_owner where job_id = j.id) as readable,
      array(select collection_id::text from job_collection where job_id = j.id) as collections
    from execution e join job j on j.id = e.job_id join app on app.id = j.app_id
    where e.id = ${executionId}`.execute(db)
  const row = rows[0]
  if (row === undefined) throw new Error(`execution ${executionId} has a token but no job`)
  return {
    kind: 'execution',
    name: `execution ${executionId} of job ${row.jobName}`,
    executionId,
    attempt,
    jobId: row.jobId,
    appKind: z.parse(AppKind, row.kind),
    organizationId: row.organizationId,
    ownerId: row.ownerId,
    readableOwnerIds: row.ownerId === null ? row.readable : [...new Set([row.ownerId, ...row.readable])],
    collectionIds: row.collections,
    controlId: row.controlId,
  }
}
