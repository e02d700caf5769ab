import type { Client } from 'pg'

export type Watched = {
  /** What the work says it took. */
  seconds: number
  /** Of the whole cluster, in 1,000,000 bytes. */
  walMegabytes: number
  /** Row versions that were made meanwhile and are visible now. */
  rowsWritten: number
}

const writtenSince = `
  select (select count(*) from indicator where xmin::text::bigint >= $1::bigint)
       + (select count(*) from assertion where xmin::text::bigint >= $1::bigint)
       + (select count(*) from indicator_view where xmin::text::bigint >= $1::bigint) as count`

/** Does some work and says what it wrote, by PostgreSQL's own account. The cluster is too young for transaction ids to wrap. */
export async function watchWrites(database: Client, work: () => Promise<number>): Promise<Watched> {
  const { rows: before } = await database.query<{ lsn: string; xid: string }>(
    'select pg_current_wal_insert_lsn() as lsn, pg_current_xact_id()::text as xid',
  )
  const seconds = await work()
  const { rows: after } = await database.query<{ bytes: string }>(
    'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1) as bytes',
    [before[0]?.lsn],
  )
  const { rows: written } = await database.query<{ count: string }>(writtenSince, [before[0]?.xid])
  return { seconds, walMegabytes: Number(after[0]?.bytes) / 1e6, rowsWritten: Number(written[0]?.count) }
}
