import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageOfIndicators, satisfying } from './search-queries.ts'
import { fillLibrary } from './test-fill-library.ts'
import { createTestLibrary, type TestLibrary } from './test-library.ts'
import { compileSearch } from './tql-to-sql.ts'

/** Enough for the plans of millions; how fast they are is the bench's. */
const isSoak = process.env['POSTERN_SOAK'] === '1'
const indicators = isSoak ? 2_000_000 : 100_000
/** Each may be of five types. Of the smaller table, 2,500 keys are as many as its pages: reading it once is the cheaper way then. */
const values = isSoak ? 500 : 30

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
  await fillLibrary(library.database.pool, library.organizationId, indicators)
})
afterAll(async () => {
  await library.close()
})

type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] }

/** Tables that are read from end to end. */
async function scanned(query: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (format json) ${query}`.execute(
    library.database.db,
  )
  const found: string[] = []
  const walk = (plan: Plan): void => {
    if (plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] !== undefined) found.push(plan['Relation Name'])
    plan.Plans?.forEach(walk)
  }
  const plan = rows[0]?.['QUERY PLAN'][0].Plan
  if (plan !== undefined) walk(plan)
  return found.filter((name) => big.has(name))
}

const big = new Set(['indicator', 'assertion', 'indicator_view'])
const scope = () => ({ organizationId: library.organizationId, ownerIds: undefined })
const page = (tql: string) =>
  pageOfIndicators(scope(), tql === '' ? undefined : compileSearch(tql, new Date()), undefined, 101)
const names = (count: number) => Array.from({ length: count }, (_, n) => `"h${4 * (n + 1)}.example.com"`).join(',')

describe('LIB-3: the common searches read no big table from end to end', () => {
  test.each([
    ['the newest page', ''],
    ['by value', 'summary = "h400.example.com"'],
    ['by a value that is none', 'summary = "nobody.example.org"'],
    ['by a tag', 'hasTag(name = "family-7")'],
    ['by a rare tag', 'tag = "rare"'],
    ['by a tag and a rating', 'hasTag(name = "family-7") and rating >= 3'],
    ['by a small owner and date', 'ownerName = "Filler 3" and dateAdded > "NOW() - 2 DAYS"'],
    ['by date of change', 'lastModified > "NOW() - 1 HOUR"'],
    ['by a part of the value', 'summary contains "h4000."'],
    ['by a pattern', 'summary like "https://h77%.com%"'],
    ['by a type that few have', 'typeName = "Mutex"'],
    ['by many values', `summary in (${names(values)})`],
    ['by many values and more', `ownerName = "Filler 1" and summary in (${names(values)})`],
  ])('%s', async (_, tql) => {
    expect(await scanned(page(tql))).toEqual([])
  })

  test('the next page, far down', async () => {
    const start = { addedAt: '2020-01-01 00:00:00+00', indicatorId: '00000000-0000-0000-0000-000000000000' }
    expect(await scanned(pageOfIndicators(scope(), undefined, start, 101))).toEqual([])
  })

  test('counting a rare thing', async () => {
    const condition = compileSearch('tag = "rare"', new Date())
    expect(await scanned(sql`select count(*) from (select 1 ${satisfying(scope(), condition)} limit 10001) f`)).toEqual(
      [],
    )
  })
})

describe('LIB-3: either way to a page finds the same, in the same order', () => {
  test.each(['rating >= 3', 'tag = "rare"', 'hasTag(name = "family-7") and rating >= 3', 'ownerName = "Filler 3"'])(
    '%s',
    async (tql) => {
      const found: { type: string; value: string }[] = []
      let cursor: string | undefined
      // Two pages: the second goes on from a cursor.
      for (let pages = 0; pages < 2; pages++) {
        const { data, next } = await library.library.search(library.person, { tql, cursor, limit: 50 })
        found.push(...data)
        cursor = next
        if (next === undefined) break
      }
      const { rows } = await sql<{ type: string; value: string }>`
        select i.type, i.value from indicator_view v join indicator i on i.id = v.indicator_id
        where v.indicator_id in (select a.indicator_id from assertion a where ${compileSearch(tql, new Date()).sql})
        order by v.added_at desc, v.indicator_id desc limit ${found.length}`.execute(library.database.db)
      expect(found.map(({ type, value }) => ({ type, value }))).toEqual(rows)
      expect(found.length).toBeGreaterThan(0)
    },
  )
})
