import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageOfIndicators, satisfying } from './search-queries.ts'
import { fillLibrary } from './test-fill-library.ts'
import { createTestLibrary, type TestLibrary } from './test-library.ts'
import { compileSearch, compileSearchOf } from './search-condition.ts'

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

type Plan = { 'Node Type': string; 'Relation Name'?: string; 'Actual Loops': number; Plans?: Plan[] }

/**
 * Tables that are read from end to end. A page has two ways of which one runs: what the other would have read is no matter, and whether
 * that is a table hangs on which rows PostgreSQL's statistics happened to sample.
 */
async function scanned(query: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (analyze, format json) ${query}`.execute(
    library.database.db,
  )
  const found: string[] = []
  const walk = (plan: Plan): void => {
    if (plan['Actual Loops'] === 0) return
    if (plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] !== undefined) found.push(plan['Relation Name'])
    plan.Plans?.forEach(walk)
  }
  const plan = rows[0]?.['QUERY PLAN'][0].Plan
  if (plan !== undefined) walk(plan)
  return found.filter((name) => big.has(name))
}

const big = new Set(['indicator', 'assertion', 'indicator_view'])
const scope = () => ({ organizationId: library.organizationId, ownerIds: undefined })
/** As the library asks for it. */
async function page(tql: string): Promise<RawBuilder<unknown>> {
  const condition = tql === '' ? undefined : await compileSearchOf(library.database.db, scope(), tql, new Date())
  return pageOfIndicators(scope(), condition, undefined, 101)
}
const names = (count: number) => Array.from({ length: count }, (_, n) => `"h${4 * (n + 1)}.example.com"`).join(',')

describe('LIB-3: the common searches read no big table from end to end', () => {
  test.each([
    ['the newest page', ''],
    ['by value', 'summary = "h400.example.com"'],
    ['by a value that is none', 'summary = "nobody.example.org"'],
    ['by a tag', 'hasTag(name = "family-7")'],
    ['by a rare tag', 'tag = "rare"'],
    ['by tags that are none', 'tag = "none" or hasTag(name = "nothing")'],
    ['by a tag and a rating', 'hasTag(name = "family-7") and rating >= 3'],
    ['by a small owner and date', 'ownerName = "Filler 3" and dateAdded > "NOW() - 2 DAYS"'],
    ['by date of change', 'lastModified > "NOW() - 1 HOUR"'],
    ['by a part of the value', 'summary contains "h4000."'],
    ['by a pattern', 'summary like "https://h77%.com%"'],
    ['by a type that few have', 'typeName = "Mutex"'],
    ['by many values', `summary in (${names(values)})`],
    ['by many values and more', `ownerName = "Filler 1" and summary in (${names(values)})`],
  ])('%s', async (_, tql) => {
    expect(await scanned(await page(tql))).toEqual([])
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

test('LIB-3: how many are an owner’s is estimated from what is known of that owner', async () => {
  const count = async (tql: string) =>
    (await library.library.search(library.person, { tql, limit: 1, count: true })).total?.count ?? 0
  const share = 0.49 * indicators
  for (const tql of ['ownerName = "Filler 1"', 'ownerName in ("Filler 1", "Nobody")', 'not ownerName != "Filler 1"']) {
    const estimate = await count(tql)
    expect([tql, estimate > 0.8 * share && estimate < 1.2 * share]).toEqual([tql, true])
  }
  const rest = await count('ownerName not in ("Filler 1")')
  expect(rest > 0.8 * (indicators - share) && rest < 1.2 * (indicators - share)).toBe(true)
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
