import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Executions } from '../executions/executions.ts'
import type { Clock } from '../lib/clock.ts'
import { ClockWatch, type SteadyMs } from '../lib/clock-watch.ts'
import type { Log } from '../lib/log.ts'
import { tellChange } from '../live/changes.ts'
import { nextRun } from './next-run.ts'

/** Later than this, a time counts as missed: it was due while no hub was running. */
const misfireAfterMs = 60_000
/** Missed times that are counted one by one; beyond, "at least so many". */
const missedCountedMax = 1000
const startedAtOnceMax = 500

type DueJob = { id: string; organizationId: string; cron: string; timeZone: string; dueAt: Date; open: boolean }

export type SchedulerParts = {
  db: DatabaseConnection['db']
  clock: Clock
  steadyMs: SteadyMs
  executions: Executions
  log: Log
}

/**
 * Starts scheduled executions. Every hub ticks; SKIP LOCKED gives each due job to one of them, and the next time is set in the
 * transaction that starts the execution, so that no time starts two.
 *
 * Misfire: times missed while no hub ran become one execution. Overlap: a time at which an execution of the job is still open starts none.
 * Both are recorded in skipped_run.
 *
 * A clock that is set forward makes missed times. One that is set back brings times again: a schedule that comes round within what it was
 * set back by goes by the new time at once; any other, such as one of once a day, does not run twice.
 */
export function createScheduler({ db, clock, steadyMs, executions, log }: SchedulerParts) {
  const watch = new ClockWatch(clock, steadyMs)

  /** @returns the executions that were started */
  async function tick(): Promise<string[]> {
    const setByMs = watch.look()
    if (setByMs < 0) await followSetBack(-setByMs)
    const started: string[] = []
    for (let count = 0; count < startedAtOnceMax; count += 1) {
      const outcome = await db.transaction().execute((trx) => startNext(trx))
      if (outcome === 'none') break
      if (outcome !== 'skipped') started.push(outcome)
    }
    for (const id of started) await executions.place(id)
    return started
  }

  async function startNext(trx: Db): Promise<string> {
    const now = clock.now()
    const job = await claimDue(trx, now)
    if (job === undefined) return 'none'
    const next = nextRun(job, now)
    await trx
      .updateTable('job')
      .set({ next_run_at: next ?? null, owed_since: sql`coalesce(owed_since, ${job.dueAt})` })
      .where('id', '=', job.id)
      .execute()
    await tellChange(trx, { changed: 'jobs', id: job.id, part: 'state', organizationId: job.organizationId })
    if (now.getTime() - job.dueAt.getTime() > misfireAfterMs) await record(trx, job, 'misfire', missed(job, now))
    if (job.open) {
      await record(trx, job, 'overlap', 1)
      log.info({ jobId: job.id, dueAt: job.dueAt }, 'a scheduled time was skipped: an execution of the job is open')
      return 'skipped'
    }
    return await executions.insert(trx, { jobId: job.id, trigger: 'schedule', startedBy: 'schedule' })
  }

  async function followSetBack(byMs: number): Promise<void> {
    const now = clock.now()
    const jobs = await db
      .selectFrom('job')
      .select(['id', 'cron', 'time_zone', 'next_run_at'])
      .where('next_run_at', '>', now)
      .where('deleted_at', 'is', null)
      .execute()
    for (const { id, cron, time_zone: timeZone, next_run_at: planned } of jobs) {
      if (cron === null || timeZone === null || planned === null) continue
      const next = nextRun({ cron, timeZone }, now)
      const following = next === undefined ? undefined : nextRun({ cron, timeZone }, next)
      if (next === undefined || following === undefined || next >= planned) continue
      if (following.getTime() - next.getTime() > byMs) continue
      await db
        .updateTable('job')
        .set({ next_run_at: next })
        .where('id', '=', id)
        .where('next_run_at', '=', planned)
        .execute()
    }
    log.warn({ seconds: Math.round(byMs / 1000) }, 'the clock of this machine was set back; schedules follow it')
  }

  return { tick }
}

async function claimDue(trx: Db, now: Date): Promise<DueJob | undefined> {
  const { rows } = await sql<DueJob>`
    select j.id, j.organization_id as "organizationId", j.cron, j.time_zone as "timeZone", j.next_run_at as "dueAt",
      exists (select 1 from execution e where e.job_id = j.id and e.finished_at is null) as open
    from job j
    where j.next_run_at <= ${now} and j.enabled and j.deleted_at is null
    order by j.next_run_at
    limit 1
    for update of j skip locked`.execute(trx)
  return rows[0]
}

/** How many times became one. */
function missed(job: DueJob, now: Date): number {
  let times = 0
  for (
    let at: Date | undefined = job.dueAt;
    at !== undefined && at <= now && times < missedCountedMax;
    at = nextRun(job, at)
  ) {
    times += 1
  }
  return times
}

async function record(trx: Db, job: DueJob, reason: 'misfire' | 'overlap', times: number): Promise<void> {
  await trx
    .insertInto('skipped_run')
    .values({ job_id: job.id, due_at: job.dueAt, reason, times })
    .onConflict((conflict) => conflict.columns(['job_id', 'due_at']).doUpdateSet({ reason, times }))
    .execute()
}
