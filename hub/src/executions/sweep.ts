import { limits } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import { ClockWatch, type SteadyMs } from '../lib/clock-watch.ts'
import type { Log } from '../lib/log.ts'
import { lockAttempt, type LockedAttempt } from './attempt-store.ts'
import { orderEnd } from './end-order.ts'
import { afterLoss } from './execution-state.ts'
import { endExecution, finishAttempt } from './finish.ts'
import { correctFutureTimes } from './future-times.ts'
import { tellOfSilence } from './server-away.ts'

/** Rows that one sweep handles of a kind; what is left over comes with the next, a second later. */
const rowsMax = 500
/** An app that is ended at its deadline by its server itself: how long the hub waits for that before it orders the end. */
const deadlineGraceMs = 30_000

export type SweepParts = {
  db: DatabaseConnection['db']
  keys: Keys
  clock: Clock
  steadyMs: SteadyMs
  log: Log
}

/**
 * What time alone brings about: lost attempts, deadlines. Run every second by every hub; each change locks its rows and looks
 * again, so that two hubs do no harm to each other.
 */
export function createSweep({ db, keys, clock, steadyMs, log }: SweepParts) {
  const watch = new ClockWatch(clock, steadyMs)
  let lookedForSilenceAt = clock.now()
  let mayTakeOverAt = steadyMs() + limits.leaseTakeoverSeconds * 1000

  async function sweep(): Promise<void> {
    noticeSetClock()
    const now = clock.now()
    await correctFutureTimes(db, now)
    if (steadyMs() >= mayTakeOverAt)
      await each(await lostAttempts(now), ({ executionId, number }) => endIfLost(executionId, number))
    await each(await overdueWaiting(now), endOverdueWaiting)
    await each(await overdueRunning(now), ({ executionId, number }) => endAtDeadline(executionId, number))
    await tellOfSilence(db, lookedForSilenceAt, now)
    lookedForSilenceAt = now
  }

  /**
   * Set forward, the clock makes leases look run out that servers still hold by clocks of their own (D10): nothing is taken over
   * until every lease has been renewed or has really ended. After a start alike, since the clock may have been set before it.
   */
  function noticeSetClock(): void {
    const setByMs = watch.look()
    if (setByMs === 0) return
    mayTakeOverAt = steadyMs() + limits.leaseTakeoverSeconds * 1000
    log.warn(
      { seconds: Math.round(setByMs / 1000) },
      'the clock of this machine was set; no attempt is taken over for a while',
    )
  }

  async function each<Row>(rows: readonly Row[], act: (row: Row) => Promise<void>): Promise<void> {
    for (const row of rows) {
      try {
        await act(row)
      } catch (error) {
        log.error({ err: error, row }, 'the sweep could not settle an execution; it tries again within a second')
      }
    }
  }

  async function endIfLost(executionId: string, number: number): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const attempt = await lockAttempt(trx, executionId, number)
      const now = clock.now()
      // A heartbeat may have come between the look and the lock.
      if (attempt === undefined || attempt.finishedAt !== null || attempt.takeoverAt > now) return
      const next = afterLoss(attempt, whyLost(attempt))
      await finishAttempt(trx, attempt, { state: 'lost', reason: whyLost(attempt) }, next, now)
    })
  }

  /** Pooled: silent past the take-over time. Pinned: only when its server is heard and does not know of it, or is revoked. */
  async function lostAttempts(now: Date): Promise<{ executionId: string; number: number }[]> {
    const heardSince = new Date(now.getTime() - limits.leaseSeconds * 1000)
    const { rows } = await sql<{ executionId: string; number: number }>`
      select a.execution_id as "executionId", a.number
      from attempt a join environment_server s on s.server_xid = a.server_xid
      join execution e on e.id = a.execution_id
      where a.finished_at is null and a.takeover_at <= ${now} and (
        a.placement = 'pooled' or s.revoked_at is not null
        or (s.last_heartbeat_at > ${heardSince} and (a.accepted_at is not null or not exists (
          select 1 from command c where c.execution_id = a.execution_id and c.attempt = a.number and c.kind = 'execute'
            and c.expires_at > ${now})))
        or (a.accepted_at is null and e.deadline_at < ${new Date(now.getTime() - deadlineGraceMs)}))
      order by a.takeover_at
      limit ${rowsMax}`.execute(db)
    return rows
  }

  async function overdueWaiting(now: Date): Promise<string[]> {
    const rows = await db
      .selectFrom('execution')
      .select('id')
      .where('state', '=', 'waiting')
      .where('finished_at', 'is', null)
      .where((e) => e.or([e('deadline_at', '<=', now), e('end_as', 'is not', null)]))
      .orderBy('id')
      .limit(rowsMax)
      .execute()
    return rows.map(({ id }) => id)
  }

  async function endOverdueWaiting(executionId: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('execution')
        .select(['organization_id', 'message', 'end_as', 'end_reason'])
        .where('id', '=', executionId)
        .where('state', '=', 'waiting')
        .forNoKeyUpdate()
        .executeTakeFirst()
      if (row === undefined) return
      const state = row.end_as === 'cancelled' ? 'cancelled' : 'timed-out'
      const message = row.end_reason ?? `Its time ran out before it could run. ${row.message}`.trim()
      await endExecution(trx, { executionId, organizationId: row.organization_id }, state, message, clock.now())
    })
  }

  /** Open attempts past the deadline. A pinned one whose server is away finishes offline and is bounded there (ES-23). */
  async function overdueRunning(now: Date): Promise<{ executionId: string; number: number }[]> {
    const heardSince = new Date(now.getTime() - limits.leaseSeconds * 1000)
    const { rows } = await sql<{ executionId: string; number: number }>`
      select a.execution_id as "executionId", a.number
      from attempt a
      join execution e on e.id = a.execution_id
      join environment_server s on s.server_xid = a.server_xid
      where a.finished_at is null and e.end_as is null and e.deadline_at < ${new Date(now.getTime() - deadlineGraceMs)}
        and (a.placement = 'pooled' or s.last_heartbeat_at > ${heardSince})
      order by e.deadline_at
      limit ${rowsMax}`.execute(db)
    return rows
  }

  async function endAtDeadline(executionId: string, number: number): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const attempt = await lockAttempt(trx, executionId, number)
      if (attempt === undefined || attempt.finishedAt !== null || attempt.endAs !== null) return
      const { deadlineAt, retryAt, createdAt } = attempt
      const seconds = Math.round((deadlineAt.getTime() - (retryAt ?? createdAt).getTime()) / 1000)
      const reason = `It did not end within its time-out of ${seconds} s.`
      await orderEnd(trx, keys, attempt, 'timed-out', reason, clock.now())
    })
  }

  return { sweep }
}

function whyLost({ serverName, serverRevoked, mayHaveRun, placement }: LockedAttempt): string {
  if (serverRevoked) return `${serverName} was revoked, and what it had not delivered is lost with it`
  if (placement === 'pinned') return `${serverName} does not have it any more`
  return mayHaveRun
    ? `nothing was heard of it from ${serverName} for ${limits.leaseTakeoverSeconds} s`
    : `${serverName} did not take it within ${limits.leaseTakeoverSeconds} s`
}
