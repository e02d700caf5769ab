import type { LogLine } from '@postern/protocol'
import { sql } from 'kysely'
import { soleLocks } from '../database/advisory-locks.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'

/** Days that log lines are kept, counted from when their execution was made. */
export const logDaysKept = 30

/** `2026-11-21`, in UTC. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}

/** Makes the partition of a day if it is not there. */
export async function ensureLogPartition(db: DatabaseConnection['db'], day: string): Promise<void> {
  const next = dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000))
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(soleLocks.logPartitions)})`.execute(trx)
    // Dates are our own, printed by dayOf.
    await sql`create table if not exists ${sql.table(partitionName(day))} partition of log_line
      for values from (${sql.lit(day)}) to (${sql.lit(next)})`.execute(trx)
  })
}

/** Drops the partitions that are older than `logDaysKept`, whole (D14). @returns their names */
export async function dropOldLogPartitions(db: Db, now: Date): Promise<string[]> {
  const oldest = partitionName(dayOf(new Date(now.getTime() - logDaysKept * 86_400_000)))
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'log_line'::regclass and c.relname ~ '^log_line_[0-9]{8}$' and c.relname < ${oldest}
    order by 1`.execute(db)
  for (const { name } of rows) await sql`drop table if exists ${sql.table(name)}`.execute(db)
  return rows.map(({ name }) => name)
}

/** Writes lines once: a chunk that comes again meets itself. @returns how many were new */
export async function insertLogLines(
  db: Db,
  day: string,
  executionId: string,
  attempt: number,
  lines: readonly LogLine[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into log_line (day, execution_id, attempt, seq, at, stream, level, text)
    select ${day}::date, ${executionId}::bigint, ${attempt}::int, seq, at, stream, level, text
    from unnest(${lines.map(({ seq }) => seq)}::int[], ${lines.map(({ at }) => at)}::timestamptz[],
      ${lines.map(({ stream }) => stream)}::text[], ${lines.map(({ level }) => level)}::text[],
      ${lines.map(({ text }) => text)}::text[]) as line (seq, at, stream, level, text)
    on conflict do nothing`.execute(db)
  return Number(numAffectedRows ?? 0)
}

export type StoredLine = LogLine & { attempt: number }

/** Lines after a place in the log, in order. */
export async function readLogLines(
  db: Db,
  day: string,
  executionId: string,
  after: { attempt: number; seq: number },
  rowsMax: number,
): Promise<StoredLine[]> {
  const { rows } = await sql<Omit<StoredLine, 'at'> & { at: Date }>`
    select attempt, seq, at, stream, level, text from log_line
    where day = ${day} and execution_id = ${executionId} and (attempt, seq) > (${after.attempt}, ${after.seq})
    order by attempt, seq
    limit ${rowsMax}`.execute(db)
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

/** Counts bytes against the server's quota of the day (S15). @returns the day's bytes so far, these included */
export async function countLogBytes(db: Db, serverXid: string, day: string, bytes: number): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    insert into server_log_quota (server_xid, day, bytes) values (${serverXid}, ${day}, ${bytes})
    on conflict (server_xid, day) do update set bytes = server_log_quota.bytes + excluded.bytes
    returning bytes`.execute(db)
  return Number(rows[0]?.bytes ?? 0)
}

function partitionName(day: string): string {
  return `log_line_${day.replaceAll('-', '')}`
}
