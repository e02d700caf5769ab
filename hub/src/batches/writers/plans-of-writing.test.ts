import type { PoolClient } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from '../../library/test-library.ts'
import { batchModes } from '../batch-modes.ts'
import type { PreparedBatch } from '../content/prepared-batch.ts'
import { readContent } from '../content/read-content.ts'
import { ItemOutcomes } from '../ledger/item-outcomes.ts'
import { writeIndicators } from './indicator-writer.ts'
import { beginBatch, makeSentTables } from './sent-tables.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
})
afterAll(async () => {
  await library.close()
})

const modes = batchModes({ action: 'Create', owner: 'any' })
const content = {
  indicator: Array.from({ length: 2500 }, (_, number) => ({ type: 'Host', summary: `${number}.plans.example` })),
}

const bigTables = ['indicator', 'assertion', 'indicator_view']

/** A bitmap's scan of its table is none: the index below it says what is read. */
const scans = /^(Seq|Index|Index Only) Scan$/

/** Statements that have a plan. */
const planned = /^\s*(select|with|insert|update|delete)\b/

type Plan = { 'Node Type': string; 'Relation Name'?: string; 'Index Cond'?: string; Plans?: Plan[] }

/** A connection that says of each statement which of the big tables its plan reads from end to end. */
function watched(client: PoolClient, readWhole: string[]): PoolClient {
  const explained = async (statement: string, values?: unknown[]) => {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (format json) ${statement}`,
      values,
    )
    const plan = rows[0]?.['QUERY PLAN'][0].Plan
    if (plan !== undefined) readWhole.push(...wholeReadings(plan))
    return await client.query(statement, values)
  }
  return new Proxy(client, {
    get: (_, name) => {
      if (name !== 'query') return Reflect.get(client, name, client)
      return (statement: string, values?: unknown[]) =>
        // COPY comes as a stream, which is no text and has no plan.
        planned.test(statement) ? explained(statement, values) : client.query(statement, values)
    },
  })
}

function wholeReadings({ Plans: parts = [], ...node }: Plan): string[] {
  const table = node['Relation Name'] ?? ''
  const isWhole = bigTables.includes(table) && scans.test(node['Node Type']) && node['Index Cond'] === undefined
  return [...(isWhole ? [`${node['Node Type']} of ${table}`] : []), ...parts.flatMap(wholeReadings)]
}

test('LIB-2: a part of a batch reads no big table from end to end, though statistics know of none of its rows', async () => {
  await library.send('First', content)
  const { pool } = library.database
  // As they are where they were taken while the first batch of a library was not committed yet.
  for (const table of ['indicator', 'assertion', 'indicator_view']) {
    await pool.query(`alter table ${table} set (autovacuum_enabled = false)`)
    await pool.query(`update pg_class set reltuples = 0, relpages = 1 where oid = '${table}'::regclass`)
  }
  const ownerId = await library.owner('Second')
  const writer = { organizationId: library.organizationId, ownerId, statusDefault: 'Active' as const }
  let batch: PreparedBatch | undefined
  const readWhole: string[] = []
  const client = await pool.connect()
  try {
    await makeSentTables(client)
    await client.query('begin')
    await beginBatch(client, 0)
    for (const message of readContent(Buffer.from(JSON.stringify(content)), modes, Infinity)) {
      if (message.kind === 'batch') batch = message.batch
      if (message.kind !== 'indicators' || batch === undefined) continue
      const lifecycle = { now: new Date(), hasRules: false, restateBefore: null }
      await writeIndicators(watched(client, readWhole), writer, message.rows, modes, lifecycle, new ItemOutcomes(batch))
    }
    await client.query('commit')
  } finally {
    client.release()
  }
  expect(readWhole).toEqual([])
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::int as count from indicator_view where $1 = any(owner_ids) and cardinality(owner_ids) = 2',
    [ownerId],
  )
  expect(rows).toEqual([{ count: content.indicator.length }])
})
