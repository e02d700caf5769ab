import { type ExecutionCounts, Telemetry, type TelemetryNow, type TelemetryPoint } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../database/database.ts'
import { telemetryLimits } from './telemetry-limits.ts'
import { type TelemetryTable, telemetryTables } from './telemetry-tables.ts'

export type Span = { from: Date; to: Date; stepSeconds: number; table: TelemetryTable }

/** Points that are given where nobody asks for a step: about as many as a chart has pixels to tell apart. */
const pointsWanted = 400
/** Steps that people know. */
const steps = [10, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 86_400, 604_800]

/** The finest table that still holds the beginning, and a step that it can answer: never finer than its rows, never too many points. */
export function spanOf(wanted: { from: Date; to: Date; stepSeconds: number | undefined }, now: Date): Span {
  const { from, to } = wanted
  const seconds = (to.getTime() - from.getTime()) / 1000
  const age = (now.getTime() - from.getTime()) / 1000
  const asked = wanted.stepSeconds ?? seconds / pointsWanted
  const [finest, , coarsest] = telemetryTables
  // A page asks for "the last hour" as it was a moment ago.
  const holding = telemetryTables.filter(({ keptSeconds }) => age <= keptSeconds + 60)
  const table = holding.findLast(({ stepSeconds }) => stepSeconds <= asked) ?? holding[0] ?? coarsest
  const least = Math.max(asked, table.stepSeconds, seconds / telemetryLimits.pointsMax, finest.stepSeconds)
  const stepSeconds = wanted.stepSeconds === least ? least : (steps.find((step) => step >= least) ?? Math.ceil(least))
  return { from, to, stepSeconds, table }
}

type PointRow = Omit<TelemetryPoint, 'at' | 'messagesPerHour'> & { at: Date; messagesPerHour: number | null }

/** Averages of each step, oldest first; steps without a row are left out. */
export async function readPoints(db: Db, serverXid: string, span: Span): Promise<TelemetryPoint[]> {
  const { from, to, stepSeconds, table } = span
  const highest = (name: string) => sql`max(${sql.ref(table.name === 'telemetry_10s' ? name : `${name}_max`)})`
  const { rows } = await sql<PointRow>`
    select date_bin(make_interval(secs => ${stepSeconds}), at, 'epoch'::timestamptz) as at,
      avg(cpu_percent) as "cpuPercent", ${highest('cpu_percent')} as "cpuPercentMax",
      avg(memory_used_percent) as "memoryUsedPercent", ${highest('memory_used_percent')} as "memoryUsedPercentMax",
      avg(disk_used_percent) as "diskUsedPercent", ${highest('disk_used_percent')} as "diskUsedPercentMax",
      avg(running) as running, avg(queued) as queued, ${highest('queued')} as "queuedMax",
      avg(queue_wait_seconds) as "queueWaitSeconds", ${highest('queue_wait_seconds')} as "queueWaitSecondsMax",
      avg(round_trip_ms) as "roundTripMs", ${highest('round_trip_ms')} as "roundTripMsMax",
      3600 * sum(messages) / nullif(sum(period_seconds), 0) as "messagesPerHour",
      avg(server_cpu_percent) as "serverCpuPercent", avg(server_memory_bytes) as "serverMemoryBytes"
    from ${sql.table(table.name)}
    where server_xid = ${serverXid} and at >= ${from} and at <= ${to}
    group by 1 order by 1`.execute(db)
  return rows.map(({ at, messagesPerHour, ...row }) => ({
    ...(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, rounded(value)])) as typeof row),
    at: at.toISOString(),
    messagesPerHour: rounded(messagesPerHour) ?? 0,
  }))
}

/** What the server said last, and its messages of an hour. */
export async function readNow(db: Db, serverXid: string, now: Date): Promise<TelemetryNow | null> {
  const { rows } = await sql<{ at: Date; said: unknown; perHour: number | null }>`
    select at, said, (
      select 3600 * sum(messages) / nullif(sum(period_seconds), 0) from telemetry_10s t
      where t.server_xid = latest.server_xid and t.at > ${new Date(now.getTime() - 3_600_000)}) as "perHour"
    from telemetry_latest latest where server_xid = ${serverXid}`.execute(db)
  const row = rows[0]
  const read = row === undefined ? undefined : z.safeParse(Telemetry, row.said)
  if (row === undefined || read?.success !== true) return null
  const {
    kind: _kind,
    protocolVersion: _version,
    sentAt: _sent,
    periodSeconds: _period,
    messages: _messages,
    ...said
  } = read.data
  return { ...said, at: row.at.toISOString(), messagesPerHour: rounded(row.perHour) }
}

const dayMs = 86_400_000

/** Counts of executions come from the attempts themselves, not from telemetry (D32). */
export async function readExecutionCounts(
  db: Db,
  serverXid: string,
  now: Date,
): Promise<Record<'today' | 'sevenDays' | 'thirtyDays', ExecutionCounts>> {
  const since = {
    today: new Date(Math.floor(now.getTime() / dayMs) * dayMs),
    sevenDays: new Date(now.getTime() - 7 * dayMs),
    thirtyDays: new Date(now.getTime() - 30 * dayMs),
  }
  const { rows } = await sql<{ span: 'today' | 'sevenDays' | 'thirtyDays' } & ExecutionCounts>`
    select span.name as span, count(a.finished_at)::int as ended,
      (count(a.finished_at) filter (where a.exit_code = 0))::int as succeeded,
      -- 3 is TcEx's code of a partial success.
      (count(a.finished_at) filter (where coalesce(a.exit_code, -1) not in (0, 3) and a.state <> 'cancelled'))::int as failed,
      coalesce(sum(extract(epoch from a.finished_at - a.started_at)), 0)::float8 / 3600 as "busyHours"
    from (values ('today', ${since.today}::timestamptz), ('sevenDays', ${since.sevenDays}), ('thirtyDays', ${since.thirtyDays}))
      as span (name, since)
    left join attempt a on a.server_xid = ${serverXid} and a.finished_at >= span.since
    group by span.name`.execute(db)
  const none: ExecutionCounts = { ended: 0, succeeded: 0, failed: 0, busyHours: 0 }
  const of = (name: (typeof rows)[number]['span']): ExecutionCounts => {
    const { span: _span, ...counts } = rows.find(({ span }) => span === name) ?? { span: name, ...none }
    return { ...counts, busyHours: Math.round(counts.busyHours * 100) / 100 }
  }
  return { today: of('today'), sevenDays: of('sevenDays'), thirtyDays: of('thirtyDays') }
}

/** Two places are more than a machine's figures mean. */
function rounded<Value extends number | null>(value: Value): Value {
  // A null stays null, and a number a number.
  return (value === null ? null : Math.round(value * 100) / 100) as Value
}
