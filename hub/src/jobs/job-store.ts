import {
  AppKind,
  ExecutionState,
  type ExportMode,
  type InstallJson,
  type Job,
  type ParameterValue,
  PosternJson,
} from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import { readInstallJson } from '../apps/apps.ts'
import type { Db } from '../database/database.ts'

/** An app as jobs need it: what its current version declares. */
export type JobApp = {
  id: string
  programName: string
  kind: AppKind
  install: InstallJson
  postern: PosternJson | undefined
}

export async function findJobApp(db: Db, appId: string): Promise<JobApp | undefined> {
  const row = await db
    .selectFrom('app')
    .innerJoin('app_version', (join) =>
      join.onRef('app_version.app_id', '=', 'app.id').on('app_version.is_current', '=', true),
    )
    .select(['app.id', 'app.program_name', 'app.kind', 'app_version.install_json', 'app_version.postern_json'])
    .where('app.id', '=', appId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    id: row.id,
    programName: row.program_name,
    kind: z.parse(AppKind, row.kind),
    install: readInstallJson(row.install_json),
    postern: row.postern_json === null ? undefined : z.parse(PosternJson, row.postern_json),
  }
}

/** A job as it is stored, with the values that its app kept (FD-10). */
export type StoredJob = {
  id: string
  name: string
  organizationId: string
  appId: string
  appName: string
  appKind: string
  environmentId: string
  environmentName: string
  parameters: Record<string, ParameterValue>
  kept: Record<string, string>
  secretNames: string[]
  owner: string | null
  control: string | null
  mode: ExportMode
  cron: string | null
  timeZone: string | null
  nextRunAt: Date | null
  timeoutSeconds: number
  freshnessSeconds: number | null
  retriesMax: number
  retryAfterSeconds: number
  enabled: boolean
  lastId: string | null
  lastState: string | null
  lastCreatedAt: Date | null
  lastFinishedAt: Date | null
}

const jobQuery = sql`
  select j.id, j.name, j.organization_id as "organizationId", j.app_id as "appId", app.display_name as "appName",
    app.kind as "appKind",
    j.environment_id as "environmentId", env.name as "environmentName", j.parameters,
    coalesce((select jsonb_object_agg(k.name, k.value) from job_kept_value k where k.job_id = j.id), '{}') as kept,
    array(select s.name from job_secret s where s.job_id = j.id order by s.name) as "secretNames",
    o.name as owner, c.name as control, j.mode, j.cron, j.time_zone as "timeZone", j.next_run_at as "nextRunAt",
    j.timeout_seconds as "timeoutSeconds", j.freshness_seconds as "freshnessSeconds",
    j.retries_max as "retriesMax", j.retry_after_seconds as "retryAfterSeconds", j.enabled, last.id as "lastId", last.state as "lastState",
    last.created_at as "lastCreatedAt", last.finished_at as "lastFinishedAt"
  from job j
  join app on app.id = j.app_id
  join environment env on env.id = j.environment_id
  left join owner o on o.id = j.owner_id
  left join control c on c.id = j.control_id
  left join lateral (
    select e.id, e.state, e.created_at, e.finished_at from execution e
    where e.job_id = j.id order by e.id desc limit 1) last on true`

export type JobFilter = {
  environmentId?: string | undefined
  appId?: string | undefined
  /** A part of the name, upper or lower case. */
  contains?: string | undefined
}

/** @param after the id of the last job of the page before */
export async function listJobs(
  db: Db,
  organizationId: string,
  filter: JobFilter,
  after: string | undefined,
  rowsMax: number,
): Promise<StoredJob[]> {
  const { environmentId = null, appId = null, contains = null } = filter
  const { rows } = await sql<StoredJob>`${jobQuery}
    where j.organization_id = ${organizationId} and j.deleted_at is null and j.id > ${after ?? 0}
      and (${environmentId}::bigint is null or j.environment_id = ${environmentId}::bigint)
      and (${appId}::bigint is null or j.app_id = ${appId}::bigint)
      and (${contains}::text is null or position(lower(${contains}::text) in lower(j.name)) > 0)
    order by j.id limit ${rowsMax}`.execute(db)
  return rows
}

export async function findJob(db: Db, organizationId: string, id: string): Promise<StoredJob | undefined> {
  const { rows } = await sql<StoredJob>`${jobQuery}
    where j.organization_id = ${organizationId} and j.deleted_at is null and j.id = ${id}`.execute(db)
  return rows[0]
}

/** The job, locked against every other change of it. */
export async function lockJob(trx: Db, organizationId: string, id: string): Promise<StoredJob | undefined> {
  // Of the organization alone: nobody holds up another's job by guessing its number.
  await sql`select 1 from job where id = ${id} and organization_id = ${organizationId} for update`.execute(trx)
  return await findJob(trx, organizationId, id)
}

export function toApi(job: StoredJob): Job {
  return {
    id: job.id,
    name: job.name,
    appId: job.appId,
    appName: job.appName,
    appKind: z.parse(AppKind, job.appKind),
    environmentId: job.environmentId,
    environmentName: job.environmentName,
    parameters: {
      ...job.parameters,
      ...job.kept,
      ...Object.fromEntries(job.secretNames.map((name) => [name, null])),
    },
    secretsSet: job.secretNames,
    owner: job.owner,
    control: job.control,
    mode: job.mode,
    schedule: job.cron === null || job.timeZone === null ? null : { cron: job.cron, timeZone: job.timeZone },
    nextRunAt: job.nextRunAt?.toISOString() ?? null,
    timeoutSeconds: job.timeoutSeconds,
    freshnessSeconds: job.freshnessSeconds,
    retriesMax: job.retriesMax,
    retryAfterSeconds: job.retryAfterSeconds,
    enabled: job.enabled,
    lastExecution: lastExecutionOf(job),
  }
}

function lastExecutionOf({ lastId, lastState, lastCreatedAt, lastFinishedAt }: StoredJob): Job['lastExecution'] {
  if (lastId === null || lastCreatedAt === null) return null
  return {
    id: lastId,
    state: z.parse(ExecutionState, lastState),
    createdAt: lastCreatedAt.toISOString(),
    finishedAt: lastFinishedAt?.toISOString() ?? null,
  }
}

/** The columns of a job that people decide. */
export type JobRow = {
  name: string
  appId: string
  environmentId: string
  parameters: Record<string, ParameterValue>
  ownerId: string | null
  controlId: string | null
  mode: ExportMode
  cron: string | null
  timeZone: string | null
  nextRunAt: Date | null
  timeoutSeconds: number
  freshnessSeconds: number | null
  retriesMax: number
  retryAfterSeconds: number
  enabled: boolean
}

export async function insertJob(trx: Db, organizationId: string, job: JobRow): Promise<string> {
  const { id } = await trx
    .insertInto('job')
    .values({ organization_id: organizationId, ...columnsOf(job) })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function updateJob(trx: Db, id: string, job: JobRow): Promise<void> {
  await trx.updateTable('job').set(columnsOf(job)).where('id', '=', id).execute()
}

function columnsOf(job: JobRow) {
  return {
    name: job.name,
    app_id: job.appId,
    environment_id: job.environmentId,
    parameters: JSON.stringify(job.parameters),
    owner_id: job.ownerId,
    control_id: job.controlId,
    mode: job.mode,
    cron: job.cron,
    time_zone: job.timeZone,
    next_run_at: job.nextRunAt,
    timeout_seconds: job.timeoutSeconds,
    freshness_seconds: job.freshnessSeconds,
    retries_max: job.retriesMax,
    retry_after_seconds: job.retryAfterSeconds,
    // Without a schedule, and while it is disabled, nothing is owed.
    ...(job.nextRunAt === null ? { owed_since: null } : {}),
    enabled: job.enabled,
  }
}

/** What hangs on a job: the data collections and owners that it names (D22). */
export async function putJobReferences(
  trx: Db,
  id: string,
  refs: { collectionIds: string[]; ownerIds: string[] },
): Promise<void> {
  await trx.deleteFrom('job_collection').where('job_id', '=', id).execute()
  await trx.deleteFrom('job_readable_owner').where('job_id', '=', id).execute()
  if (refs.collectionIds.length > 0) {
    await trx
      .insertInto('job_collection')
      .values(refs.collectionIds.map((collection_id) => ({ job_id: id, collection_id })))
      .execute()
  }
  if (refs.ownerIds.length > 0) {
    await trx
      .insertInto('job_readable_owner')
      .values(refs.ownerIds.map((owner_id) => ({ job_id: id, owner_id })))
      .execute()
  }
}

/** Writes secrets that are sealed already; null takes one away. */
export async function putJobSecrets(trx: Db, id: string, secrets: Record<string, Buffer | null>): Promise<void> {
  for (const [name, sealed] of Object.entries(secrets)) {
    if (sealed === null) {
      await trx.deleteFrom('job_secret').where('job_id', '=', id).where('name', '=', name).execute()
      continue
    }
    await trx
      .insertInto('job_secret')
      .values({ job_id: id, name, sealed })
      .onConflict((conflict) => conflict.columns(['job_id', 'name']).doUpdateSet({ sealed }))
      .execute()
  }
}

export async function forgetKept(trx: Db, id: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  await trx.deleteFrom('job_kept_value').where('job_id', '=', id).where('name', 'in', names).execute()
}

export async function openExecutionOf(trx: Db, id: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('execution')
    .select('id')
    .where('job_id', '=', id)
    .where('finished_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

export async function hideJob(trx: Db, id: string, now: Date): Promise<void> {
  await trx
    .updateTable('job')
    .set({ deleted_at: now, next_run_at: null, owed_since: null, enabled: false })
    .where('id', '=', id)
    .execute()
  // Nothing will need them again.
  await trx.deleteFrom('job_secret').where('job_id', '=', id).execute()
  await putJobReferences(trx, id, { collectionIds: [], ownerIds: [] })
}
