import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { found, Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'

export type StartRequest = {
  jobId: string
  trigger: 'run-now' | 'schedule' | 'approval'
  /** Who wanted it, for people. */
  startedBy: string
  /** `planId:checksum` (D5). */
  approvedPlan?: string
}

/** Open executions of one job at most; more are a mistake or an attack. */
const openOfJobMax = 100

/** Makes an execution of a job as it is now: with the app's current version and the job's time-out. It waits to be placed. */
export async function insertExecution(trx: Db, request: StartRequest, now: Date): Promise<string> {
  const job = found(await jobToRun(trx, request.jobId), 'job')
  if (job.open >= openOfJobMax) {
    throw new Problem(
      'conflict',
      `${job.open} executions of this job are open. Cancel some, or wait until they have ended.`,
    )
  }
  const row = await trx
    .insertInto('execution')
    .values({
      organization_id: job.organizationId,
      job_id: request.jobId,
      app_version_id: job.appVersionId,
      environment_id: job.environmentId,
      trigger: request.trigger,
      started_by: request.startedBy,
      approved_plan: request.approvedPlan ?? null,
      deadline_at: new Date(now.getTime() + job.timeoutSeconds * 1000),
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await tellChange(trx, { changed: 'execution', id: row.id, part: 'state', organizationId: job.organizationId })
  return row.id
}

type JobToRun = {
  organizationId: string
  environmentId: string
  timeoutSeconds: number
  appVersionId: string
  open: number
}

async function jobToRun(db: Db, jobId: string): Promise<JobToRun | undefined> {
  const { rows } = await sql<JobToRun>`
    select j.organization_id as "organizationId", j.environment_id as "environmentId", j.timeout_seconds as "timeoutSeconds",
      v.id as "appVersionId",
      (select count(*)::int from execution e where e.job_id = j.id and e.finished_at is null) as open
    from job j join app_version v on v.app_id = j.app_id and v.is_current
    where j.id = ${jobId} and j.deleted_at is null
    for share of j`.execute(db)
  return rows[0]
}
