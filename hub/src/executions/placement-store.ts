import { AppKind, limits, type ParameterValue, PosternJson, ReportedInterpreter } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import * as z from 'zod'
import { readInstallJson } from '../apps/apps.ts'
import type { Db } from '../database/database.ts'
import type { AppFacts } from './build-command.ts'
import type { Candidate, Placement } from './placement.ts'

/** Those that a ready server of their environment was heard for, oldest first: the others wait without costing anything. */
export async function placeableExecutions(db: Db, now: Date, rowsMax: number): Promise<string[]> {
  const heardSince = new Date(now.getTime() - limits.leaseSeconds * 1000)
  const { rows } = await sql<{ id: string }>`
    select e.id from execution e
    where e.state = 'waiting' and e.finished_at is null and e.deadline_at > ${now}
      and (e.retry_at is null or e.retry_at <= ${now}) and exists (
      select 1 from environment_server s
      where s.environment_id = e.environment_id and s.confirmed_at is not null and s.revoked_at is null
        and s.last_heartbeat_at > ${heardSince} and s.drained_at is null and s.reported ->> 'state' = 'ready')
      and not exists (${earlierOpen(sql`e.id`)})
    order by e.id
    limit ${rowsMax}`.execute(db)
  return rows.map(({ id }) => id)
}

/**
 * Earlier executions of the same job that are still open. Executions of a feed, an export or an alerts job follow each other: they
 * share a cursor, or a control.
 */
function earlierOpen(executionId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select b.id from execution a
    join execution b on b.job_id = a.job_id and b.id < a.id and b.finished_at is null
    join job j on j.id = a.job_id
    join app on app.id = j.app_id and app.kind in ('feed', 'export', 'alerts')
    where a.id = ${executionId}`
}

/** The execution that this one has to wait for. */
export async function findEarlierOpen(db: Db, executionId: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`${earlierOpen(sql`${executionId}`)} order by b.id limit 1`.execute(db)
  return rows[0]?.id
}

export type WaitingExecution = {
  id: string
  organizationId: string
  jobId: string
  appVersionId: string
  environmentId: string
  approvedPlan: string | null
  deadlineAt: Date
  /** Not before, where it failed and is tried again. */
  retryAt: Date | null
  message: string
  owner: string | null
  parameters: Record<string, ParameterValue>
  app: AppFacts
}

type WaitingRow = Omit<WaitingExecution, 'app'> & {
  programName: string
  kind: string
  programVersion: string
  packageSha256: string
  packageBytes: string
  installJson: string
  posternJson: unknown
}

/** Locks the execution if it still waits and no other hub has it in hand. */
export async function lockWaiting(db: Db, id: string): Promise<WaitingExecution | undefined> {
  const { rows } = await sql<WaitingRow>`
    select e.id, e.organization_id as "organizationId", e.job_id as "jobId", e.app_version_id as "appVersionId", e.environment_id as "environmentId",
      e.approved_plan as "approvedPlan", e.deadline_at as "deadlineAt", e.retry_at as "retryAt", e.message, o.name as owner, j.parameters,
      app.program_name as "programName", app.kind, v.program_version as "programVersion",
      v.package_sha256 as "packageSha256", v.package_bytes as "packageBytes",
      v.install_json as "installJson", v.postern_json as "posternJson"
    from execution e
    join job j on j.id = e.job_id
    left join owner o on o.id = j.owner_id
    join app_version v on v.id = e.app_version_id
    join app on app.id = v.app_id
    where e.id = ${id} and e.state = 'waiting'
    for update of e skip locked`.execute(db)
  const row = rows[0]
  if (row === undefined) return undefined
  return {
    ...row,
    app: {
      programName: row.programName,
      kind: z.parse(AppKind, row.kind),
      programVersion: row.programVersion,
      packageSha256: row.packageSha256,
      packageBytes: Number(row.packageBytes),
      install: readInstallJson(row.installJson),
      postern: row.posternJson === null ? undefined : z.parse(PosternJson, row.posternJson),
    },
  }
}

const Reported = z.object({
  state: z.enum(['ready', 'draining', 'locked']).catch('locked'),
  executors: z.number().int().nonnegative().catch(1),
  interpreters: z.array(ReportedInterpreter).optional().catch(undefined),
})

/** Servers that may be given the execution (S9), with how busy they are. A refusal that did not end it was for want of an interpreter. */
export async function placementCandidates(
  db: Db,
  { id, environmentId }: Pick<WaitingExecution, 'id' | 'environmentId'>,
): Promise<Candidate[]> {
  const { rows } = await sql<Omit<Candidate, keyof z.infer<typeof Reported>> & { reported: unknown }>`
    select s.server_xid::text as "serverXid", s.name, s.protocol_version as "protocolVersion",
      s.last_heartbeat_at as "lastHeartbeatAt", s.reported, s.drained_at is not null as "isDrained",
      (select count(*)::int from attempt a where a.server_xid = s.server_xid and a.finished_at is null) as "openAttempts",
      (select max(a.reason) from attempt a where a.execution_id = ${id} and a.server_xid = s.server_xid and a.state = 'refused') as lack
    from environment_server s
    where s.environment_id = ${environmentId} and s.enrolled_at is not null and s.confirmed_at is not null
      and s.revoked_at is null
    order by s.server_xid`.execute(db)
  return rows.map(({ reported, ...row }) => {
    const { state, executors, interpreters } = z.parse(Reported, reported)
    return { ...row, state, executors, interpreters }
  })
}

export async function sealingKeyOf(db: Db, serverXid: string): Promise<Buffer> {
  const row = await db
    .selectFrom('environment_server')
    .select('sealing_public_key')
    .where('server_xid', '=', serverXid)
    .executeTakeFirstOrThrow()
  if (row.sealing_public_key === null)
    throw new Error(`environment server ${serverXid} is enrolled without a sealing key`)
  return row.sealing_public_key
}

/** The next attempt; the index attempt_open refuses a second open one (D10). */
export async function insertAttempt(
  db: Db,
  executionId: string,
  { serverXid, placement }: Placement,
  repeatable: boolean,
  now: Date,
): Promise<number> {
  const { rows } = await sql<{ number: number }>`
    insert into attempt (execution_id, number, server_xid, state, placement, repeatable, dispatched_at, takeover_at)
    select ${executionId}, coalesce(max(number), 0) + 1, ${serverXid}, 'dispatched', ${placement}, ${repeatable}, ${now},
      ${new Date(now.getTime() + limits.leaseTakeoverSeconds * 1000)}
    from attempt where execution_id = ${executionId}
    returning number`.execute(db)
  const number = rows[0]?.number
  if (number === undefined) throw new Error(`execution ${executionId} got no attempt`)
  return number
}

export async function keptValues(db: Db, jobId: string): Promise<Record<string, string>> {
  const rows = await db.selectFrom('job_kept_value').select(['name', 'value']).where('job_id', '=', jobId).execute()
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

export async function sealedSecrets(db: Db, jobId: string): Promise<{ name: string; sealed: Buffer }[]> {
  return await db.selectFrom('job_secret').select(['name', 'sealed']).where('job_id', '=', jobId).execute()
}
