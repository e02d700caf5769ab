import type pg from 'pg'

/** What the database says of everything that ran, for the judgement over a storm. */
export type Books = {
  executions: { id: string; state: string; message: string; open: boolean }[]
  attempts: Attempt[]
  /** Log lines that are there, by attempt. */
  logs: Map<string, { lines: number; last: number }>
  batches: { id: string; executionId: string; state: string; created: number; deleted: number }[]
  receipts: { id: string; state: string; version: number; createdAt: Date }[]
  commandsOpen: number
}

export type Attempt = {
  executionId: string
  jobId: string
  number: number
  state: string
  reason: string | null
  dispatchedAt: Date
  finishedAt: Date | null
  logSeqLast: number | null
}

export async function readBooks(client: pg.Client): Promise<Books> {
  const executions = await client.query(
    `select id::text, state, message, finished_at is null as open from execution order by id`,
  )
  const attempts = await client.query(
    `select a.execution_id::text as "executionId", e.job_id::text as "jobId", a.number, a.state, a.reason,
       a.dispatched_at as "dispatchedAt", a.finished_at as "finishedAt", a.log_seq_last as "logSeqLast"
     from attempt a join execution e on e.id = a.execution_id order by a.execution_id, a.number`,
  )
  const logs = await client.query(
    `select execution_id::text || ' ' || attempt as key, count(*)::int as lines, max(seq) as last from log_line group by 1`,
  )
  const batches = await client.query(
    `select id::text, execution_id::text as "executionId", state, created, deleted from batch order by id`,
  )
  const receipts = await client.query(
    `select id::text, state, collection_version as version, created_at as "createdAt" from receipt order by id`,
  )
  const commands = await client.query(
    `select count(*)::int as open from command where acknowledged_at is null and withdrawn_at is null`,
  )
  return {
    executions: executions.rows,
    attempts: attempts.rows,
    logs: new Map(logs.rows.map(({ key, lines, last }) => [key, { lines, last }])),
    batches: batches.rows,
    receipts: receipts.rows,
    commandsOpen: commands.rows[0].open,
  }
}

/** Members of a collection's version, sorted. */
export async function membersAt(client: pg.Client, collectionId: string, version: number): Promise<string[]> {
  const { rows } = await client.query(
    `select i.value from collection_member m join indicator i on i.id = m.indicator_id
     where m.collection_id = $1 and m.from_version <= $2 and coalesce(m.until_version, 2147483647) > $2`,
    [collectionId, version],
  )
  return rows.map(({ value }) => String(value)).toSorted()
}

/** What the owner asserts, sorted, and how many the ledger of all batches says that it should be. */
export async function libraryOf(client: pg.Client, ownerName: string): Promise<{ values: string[]; byLedger: number }> {
  const values = await client.query(
    `select i.value from assertion a join indicator i on i.id = a.indicator_id join owner o on o.id = a.owner_id
     where o.name = $1`,
    [ownerName],
  )
  const ledger = await client.query(
    `select coalesce(sum(b.created - b.deleted), 0)::int as count from batch b join owner o on o.id = b.owner_id where o.name = $1`,
    [ownerName],
  )
  return { values: values.rows.map(({ value }) => String(value)).toSorted(), byLedger: ledger.rows[0].count }
}
