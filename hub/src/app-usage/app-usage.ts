import type { AppUsage } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import type { Environments, Member } from '../environments/environments.ts'

/** That are counted, of one app on one server. */
const executionsMax = 30
/** Of a server, however long it has been at work: its latest, by an index. */
const attemptsMax = 5_000
const appsMax = 500

export type AppUsages = ReturnType<typeof createAppUsages>

type Row = Omit<AppUsage, 'executions' | 'lastFinishedAt' | 'cores' | 'memoryMegabytes'> & {
  executions: string
  lastFinishedAt: Date
  cores: NonNullable<AppUsage['cores']> | null
  memoryMegabytes: NonNullable<AppUsage['memoryMegabytes']> | null
}

/** What apps need on the servers of an environment (ES-25), from what their last attempts used. */
export function createAppUsages({ db, environments }: { db: DatabaseConnection['db']; environments: Environments }) {
  return {
    async list(caller: Member, environmentId: string): Promise<AppUsage[]> {
      const environment = await environments.get(caller, environmentId)
      const { rows } = await usageOf(environment.id).execute(db)
      return rows.map((row) => ({
        ...row,
        executions: Number(row.executions),
        lastFinishedAt: row.lastFinishedAt.toISOString(),
      }))
    },
  }
}

/**
 * How often an app runs is never carried on from minutes to a day: where its last thirty took less than one, the executions of the last
 * day are counted, all of them; only of a server that is busier than what is read of it, a part of that day is.
 */
function usageOf(environmentId: string) {
  return sql<Row>`
    with measured as (
      select
        server.server_xid, server.name, version.app_id, latest.finished_at,
        (latest.usage->>'cpuSeconds')::float8 / nullif((latest.usage->>'wallSeconds')::float8, 0) as cores,
        (latest.usage->>'memoryPeakBytes')::float8 / 1048576 as megabytes,
        row_number() over (
          partition by server.server_xid, version.app_id order by latest.finished_at desc
        ) as place,
        count(*) over (
          partition by server.server_xid, version.app_id order by latest.finished_at desc
          range between current row and interval '1 day' following
        ) as in_a_day,
        earliest.finished_at as read_since
      from environment_server server
      cross join lateral (
        select execution_id, finished_at, usage from attempt
        where attempt.server_xid = server.server_xid and finished_at is not null
        order by finished_at desc
        limit ${sql.lit(attemptsMax)}
      ) latest
      left join lateral (
        select finished_at from attempt
        where attempt.server_xid = server.server_xid and finished_at is not null
        order by finished_at desc
        offset ${sql.lit(attemptsMax - 1)} limit 1
      ) earliest on true
      join execution on execution.id = latest.execution_id
      join app_version version on version.id = execution.app_version_id
      where server.environment_id = ${environmentId} and latest.usage is not null
    )
    select
      server_xid::text as "serverXid", name as "serverName",
      app.program_name as "programName", app.display_name as "displayName",
      count(*) as executions, max(finished_at) as "lastFinishedAt",
      case
        when count(*) = 1 then null
        when max(finished_at) - min(finished_at) >= interval '1 day'
          then (count(*) - 1) / ${days(sql`max(finished_at) - min(finished_at)`)}
        when max(finished_at) - max(read_since) < interval '1 day'
          then max(in_a_day) filter (where place = 1) / nullif(${days(sql`max(finished_at) - max(read_since)`)}, 0)
        else max(in_a_day) filter (where place = 1)::float8
      end as "executionsPerDay",
      case when count(cores) > 0 then json_build_object(
        'mean', avg(cores),
        'median', percentile_cont(0.5) within group (order by cores),
        'p95', percentile_cont(0.95) within group (order by cores),
        'peak', max(cores)
      ) end as cores,
      case when count(megabytes) > 0 then json_build_object(
        'median', percentile_cont(0.5) within group (order by megabytes),
        'p95', percentile_cont(0.95) within group (order by megabytes),
        'peak', max(megabytes)
      ) end as "memoryMegabytes"
    from measured join app on app.id = measured.app_id
    where place <= ${sql.lit(executionsMax)}
    group by server_xid, name, app.id
    order by max(finished_at) desc, server_xid, app.program_name
    limit ${sql.lit(appsMax)}`
}

function days(interval: RawBuilder<unknown>) {
  return sql`(extract(epoch from ${interval}) / 86400)::float8`
}
