import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { readFilters } from './filters.ts'
import { pageQuery, type PageOf } from './object-pages.ts'

const id = '00000000-0000-4000-8000-000000000001'
const source = { id, organizationId: '1', ownerId: null, tlpMax: 2 }
const count = 20_000
let testDatabase: TestDatabase
let database: DatabaseConnection

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = connectDatabase(testDatabase.url, () => {})
  await database.pool.query(
    `insert into taxii_object (taxii_collection_id, number, object_id, type, spec_version, version, added_at, is_last, body)
     select $1, n, 'indicator--' || n, 'indicator', '2.1', '2026-01-01', timestamptz '2026-01-01' + n * interval '1 microsecond', true,
       repeat('x', 460)
     from generate_series(1, $2::int) n`,
    [id, count],
  )
  await database.pool.query('analyze taxii_object')
})
afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})

test('LIB-5: no page reads the whole table, wherever in it the page is', async () => {
  const queries = [
    {},
    { limit: '100', next: String(count - 100) },
    { limit: '100', next: String(count) },
    { limit: '100', added_after: '2026-01-01T00:00:00.019900Z' },
    { limit: '100', added_after: '2026-02-01T00:00:00Z' },
    { 'match[id]': 'indicator--7,indicator--19000' },
    { 'match[id]': 'indicator--7', 'match[version]': 'all' },
    { 'match[id]': 'indicator--7', 'match[version]': 'first,2026-01-01T00:00:00Z' },
    { 'match[type]': 'malware' },
    { 'match[type]': 'indicator', next: String(count - 10) },
    { 'match[version]': 'all', next: String(count - 10) },
    { limit: '100', 'match[type]': 'malware,tool,indicator' },
    { 'match[type]': 'malware,tool', 'match[version]': 'all' },
    { 'match[spec_version]': '2.0' },
    { limit: '100', 'match[spec_version]': '2.1,2.0' },
    { limit: '100', 'match[spec_version]': '2.1', 'match[version]': 'all', next: String(count - 200) },
    { 'match[spec_version]': '2.0', 'match[type]': 'malware' },
  ]
  const wrong: string[] = []
  const modes = ['force_custom_plan', 'force_generic_plan'].flatMap((mode) => [
    { mode, ownerId: null, onlyValues: true },
    { mode, ownerId: '1', onlyValues: true },
    { mode, ownerId: '1', onlyValues: false },
  ])
  for (const { mode, ...served } of modes) {
    for (const query of queries) {
      for (const what of ['object', 'manifest', 'version'] satisfies PageOf[]) {
        const plan = await planOf(mode, served, what, query)
        const rows = [...plan.matchAll(/(?:Scan|Rows Removed)[^\n]*?(?:actual[^\n]*? rows=|Filter: )(\d+)/g)]
        const most = Math.max(...rows.map(([, number]) => Number(number)))
        if (/Seq Scan on taxii_object/.test(plan) || most > 2000)
          wrong.push(`${mode} ${JSON.stringify(served)} ${JSON.stringify(query)}\n${plan}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

async function planOf(
  mode: string,
  { ownerId, onlyValues }: { ownerId: string | null; onlyValues: boolean },
  what: PageOf,
  query: Record<string, string>,
): Promise<string> {
  const filters = readFilters(query, ['id', 'type', 'version', 'spec_version'])
  const served = { ownerId, onlyValues, collectionId: ownerId === null ? '1' : null, isChecked: true }
  const { sql: text, parameters } = pageQuery({ ...source, ...served, bodyBytesMax: 460 }, what, filters).compile(
    database.db,
  )
  const client = await database.pool.connect()
  try {
    await client.query(`set plan_cache_mode = ${mode}`)
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers off) ${text}`, [
      ...parameters,
    ])
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  } finally {
    client.release(true)
  }
}
