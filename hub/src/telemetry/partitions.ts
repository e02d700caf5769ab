import { sql } from 'kysely'
import { soleLocks } from '../database/advisory-locks.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { type TelemetryTable, telemetryTables } from './telemetry-tables.ts'

/**
 * Makes the partitions that writing and rolling up need from now on, and drops those whose time is over, whole.
 * @param kept what the call before answered: nothing is done while it still holds
 */
export async function keepPartitions(db: DatabaseConnection['db'], now: Date, kept: string): Promise<string> {
  const needed = telemetryTables.map((table, index) => ({
    table,
    // A hub that was away rolls up what the finer table still holds.
    starts: partitionStarts(table, now, telemetryTables[index - 1]?.keptSeconds ?? 0),
  }))
  const need = JSON.stringify(needed.map(({ starts }) => starts))
  if (need === kept) return kept
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(soleLocks.telemetryPartitions)})`.execute(trx)
    for (const { table, starts } of needed) {
      for (const start of starts) await makePartition(trx, table, start)
      await dropOld(trx, table, now)
    }
  })
  return need
}

/** Beginnings in epoch seconds, of the partition that held what is `reachesBack` seconds old to the one after the present one. */
function partitionStarts(table: TelemetryTable, now: Date, reachesBack: number): number[] {
  const { partitionSeconds } = table
  const nowSeconds = now.getTime() / 1000
  const first = Math.floor((nowSeconds - reachesBack) / partitionSeconds)
  const last = Math.floor(nowSeconds / partitionSeconds) + 1
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * partitionSeconds)
}

/** Names are our own digits and the closed list of tables. */
async function makePartition(trx: Db, { name, partitionSeconds }: TelemetryTable, start: number): Promise<void> {
  await sql`create table if not exists ${sql.table(partitionName(name, start))} partition of ${sql.table(name)}
    for values from (${sql.lit(instantOf(start))}) to (${sql.lit(instantOf(start + partitionSeconds))})`.execute(trx)
}

async function dropOld(trx: Db, table: TelemetryTable, now: Date): Promise<void> {
  const { name, keptSeconds, partitionSeconds } = table
  const oldest = Math.floor((now.getTime() / 1000 - keptSeconds) / partitionSeconds) * partitionSeconds
  const { rows } = await sql<{ partition: string }>`
    select c.relname as partition from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ${name}::text::regclass and c.relname < ${partitionName(name, oldest)}`.execute(trx)
  for (const { partition } of rows) await sql`drop table if exists ${sql.table(partition)}`.execute(trx)
}

/** `telemetry_10s_20261121t1415`, in UTC: names sort as their times do. */
function partitionName(table: TelemetryTable['name'], start: number): string {
  return `${table}_${instantOf(start).slice(0, 16).replaceAll(/[-:]/g, '').toLowerCase()}`
}

function instantOf(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString()
}
