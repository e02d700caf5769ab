import type { AttemptResult } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import type { LedgerSums } from './judge-execution.ts'

/**
 * An attempt with what decides about it; locked, and its execution before it: always in this order, so that nobody deadlocks. Their
 * keys stay free: a plan or a batch that is being written names its execution, which a lock on the key would hold up while it
 * itself holds the attempt.
 */
export type LockedAttempt = {
  executionId: string
  number: number
  organizationId: string
  jobId: string
  serverXid: string
  serverName: string
  serverRevoked: boolean
  state: string
  placement: 'pooled' | 'pinned'
  repeatable: boolean
  acceptedAt: Date | null
  /** When it was accepted or first granted a lease; null if it surely never ran. */
  mayHaveRun: boolean
  /** It ended no earlier than this: when it was sent, or was said to run. */
  begunAt: Date
  takeoverAt: Date
  finishedAt: Date | null
  resultSha256: Buffer | null
  endAs: 'cancelled' | 'timed-out' | null
  endReason: string | null
  deadlineAt: Date
  createdAt: Date
  appVersionId: string
  attemptsRun: number
  /** Attempts of the execution that came to their end and failed. */
  failuresBefore: number
  /** When the last retry was due. */
  retryAt: Date | null
}

export async function lockAttempt(trx: Db, executionId: string, number: number): Promise<LockedAttempt | undefined> {
  if (!isRowId(executionId)) return undefined
  await sql`select 1 from execution where id = ${executionId} for no key update`.execute(trx)
  const { rows } = await sql<LockedAttempt>`
    select a.execution_id as "executionId", a.number, e.organization_id as "organizationId", e.job_id as "jobId",
      a.server_xid::text as "serverXid", s.name as "serverName", s.revoked_at is not null as "serverRevoked", a.state, a.placement, a.repeatable,
      a.accepted_at as "acceptedAt", a.accepted_at is not null as "mayHaveRun",
      greatest(a.dispatched_at, a.started_at) as "begunAt", a.takeover_at as "takeoverAt",
      a.finished_at as "finishedAt", a.result_sha256 as "resultSha256", e.end_as as "endAs", e.end_reason as "endReason",
      e.deadline_at as "deadlineAt", e.created_at as "createdAt", e.app_version_id as "appVersionId",
      (select count(*)::int from attempt r where r.execution_id = a.execution_id and r.accepted_at is not null
        and r.state not in ('finished', 'refused')) as "attemptsRun",
      (select count(*)::int from attempt f where f.execution_id = a.execution_id and f.state = 'finished') as "failuresBefore",
      e.retry_at as "retryAt"
    from attempt a
    join execution e on e.id = a.execution_id
    join environment_server s on s.server_xid = a.server_xid
    where a.execution_id = ${executionId} and a.number = ${number}
    for no key update of a`.execute(trx)
  return rows[0]
}

/**
 * Fencing for writes that an app makes (batches, plans, receipts): call it in the transaction of the write. While that
 * runs, nobody can end the attempt; if the attempt has ended, nothing is written (D10).
 */
export async function holdLease(trx: Db, executionId: string, attempt: number): Promise<void> {
  const { rows } = await sql<{ open: boolean }>`
    select finished_at is null as open from attempt where execution_id = ${executionId} and number = ${attempt} for share`.execute(
    trx,
  )
  if (rows[0]?.open === true) return
  throw new Problem('forbidden', `Attempt ${attempt} of execution ${executionId} has ended; it may not write any more.`)
}

export type AttemptEnd = {
  state: 'finished' | 'lost' | 'refused' | 'cancelled'
  reason: string | null
  /** When the app ended, where its server said so; else when the hub found out. */
  endedAt?: Date
  result?: { value: AttemptResult; sha256: Buffer }
}

export async function endAttempt(
  db: Db,
  executionId: string,
  attempt: number,
  end: AttemptEnd,
  now: Date,
): Promise<void> {
  await db
    .updateTable('attempt')
    .set({ state: end.state, finished_at: end.endedAt ?? now, reason: end.reason })
    .where('execution_id', '=', executionId)
    .where('number', '=', attempt)
    .execute()
  if (end.result === undefined) return
  const { value: result, sha256 } = end.result
  await sql`update attempt set outcome = ${result.outcome}, exit_code = ${result.exitCode}, tier = coalesce(${result.tier}, tier),
      started_at = coalesce(${result.startedAt}, started_at), log_seq_last = ${result.logSeqLast}, result_sha256 = ${sha256},
      usage = ${result.usage === null ? null : JSON.stringify(result.usage)}::jsonb
    where execution_id = ${executionId} and number = ${attempt}`.execute(db)
}

/** What the library's ledger says of everything that the attempt sent; what others of its execution did is no success of this one. */
export async function ledgerSums(
  db: Db,
  { executionId, number }: Pick<LockedAttempt, 'executionId' | 'number'>,
): Promise<LedgerSums> {
  const { rows } = await sql<LedgerSums>`
    select
      (coalesce(sum(created + updated + unchanged + deleted
        + groups_created + groups_updated + groups_unchanged + groups_deleted), 0))::float8 as taken,
      (coalesce(sum(refused + groups_refused), 0))::float8 as refused,
      (select count(*) from refused_request r where r.execution_id = ${executionId} and r.attempt = ${number})::int
        as "requestsRefused"
    from batch where execution_id = ${executionId} and (attempt = ${number} or attempt is null)`.execute(db)
  const row = rows[0]
  if (row === undefined) throw new Error('an aggregate without a row')
  return row
}
