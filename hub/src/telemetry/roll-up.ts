import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { averagedColumns, summedColumns, telemetryTables } from './telemetry-tables.ts'

/** Time after which a step is taken for whole: rows are written within seconds of their instant. */
const settledSeconds = 15

const [tenSeconds, minutes, hours] = telemetryTables
const stages = [
  { step: '1m', from: tenSeconds, to: minutes, hasHighest: false },
  { step: '1h', from: minutes, to: hours, hasHighest: true },
] as const

/**
 * Writes the coarser tables from the finer ones, whole steps only, each once: how far it came is a row that the hub locks whose turn it
 * is; the others go on.
 */
export async function rollUp(db: DatabaseConnection['db'], now: Date): Promise<void> {
  for (const stage of stages) await db.transaction().execute(async (trx) => await rollUpStage(trx, stage, now))
}

async function rollUpStage(trx: Db, { step, from, to, hasHighest }: (typeof stages)[number], now: Date): Promise<void> {
  const { rows } = await sql<{ until: string | null }>`
    select nullif(extract(epoch from until), '-infinity')::text as until from telemetry_roll_up where step = ${step} for update skip locked`.execute(
    trx,
  )
  const row = rows[0]
  if (row === undefined) return
  const nowSeconds = now.getTime() / 1000
  const end = Math.floor((nowSeconds - settledSeconds) / to.stepSeconds) * to.stepSeconds
  const oldest = Math.floor((nowSeconds - from.keptSeconds) / to.stepSeconds) * to.stepSeconds
  const start = Math.max(Number(row.until ?? 0), oldest)
  if (start >= end) return
  const [begins, ends] = [new Date(start * 1000), new Date(end * 1000)]
  const averaged = averagedColumns.map(({ name }) => sql`avg(${sql.ref(name)})`)
  const highest = averagedColumns.filter((column) => 'highest' in column)
  const highestOf = highest.map((column) => sql`max(${sql.ref(hasHighest ? column.highest : column.name)})`)
  await sql`
    insert into ${sql.table(to.name)} (server_xid, at, ${sql.join(columns(averagedColumns.map(({ name }) => name)))},
      ${sql.join(columns(summedColumns))}, ${sql.join(columns(highest.map((column) => column.highest)))})
    select server_xid, date_bin(make_interval(secs => ${to.stepSeconds}), at, 'epoch'::timestamptz), ${sql.join(averaged)},
      ${sql.join(summedColumns.map((name) => sql`sum(${sql.ref(name)})`))}, ${sql.join(highestOf)}
    from ${sql.table(from.name)}
    where at >= ${begins} and at < ${ends}
    group by 1, 2`.execute(trx)
  await sql`update telemetry_roll_up set until = ${ends} where step = ${step}`.execute(trx)
}

function columns(names: readonly string[]) {
  return names.map((name) => sql.ref(name))
}
