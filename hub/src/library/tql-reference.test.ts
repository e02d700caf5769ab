import { canonicalise, hostileCorpus, parseTql, printTql } from '@postern/intel'
import type { TqlExpression, TqlObject, TqlOperator, TqlScalar } from '@postern/intel'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holds, type MadeAssertion } from './reference-tql.ts'
import { createTestLibrary, type TestLibrary } from './test-library.ts'
import { compileTql } from './tql-to-sql.ts'

const queries = process.env['POSTERN_SOAK'] === '1' ? 20_000 : 1_000
let library: TestLibrary
let made: MadeAssertion[]

beforeAll(async () => {
  library = await createTestLibrary()
  // The same data at every run; the queries are new ones, and fast-check prints the one that fails.
  made = fc.sample(assertions, { numRuns: 1, seed: 62 })[0] ?? []
  // Twins in case are no longer made; those that there are stay, and are told apart.
  for (const name of owners)
    await library.database.db
      .insertInto('owner')
      .values({ organization_id: library.organizationId, name, kind: 'Source' })
      .execute()
  for (const owner of owners) await send(owner)
})
afterAll(async () => {
  await library.close()
})

// Letters in both cases, TQL's and LIKE's own characters, and what quoting gets wrong.
const words = [
  'alpha',
  'Alpha',
  'al%pha',
  'a_pha',
  'axpha',
  'al\\pha',
  'al\\%',
  `q'"uote`,
  '`tick`',
  '%',
  '_',
  '\\',
  '雪',
  '$1',
  'PH',
]
const owners = ['Feed One', 'feed one', 'Analysts']
const tags = ['alpha', 'Alpha', 'a_b', 'a%b', 'phish']
const labels = ['TLP:AMBER', 'TLP:RED', 'internal']
const groups = ['Night Owl', 'night 100%', `O'Neil`]
const days = ['2026-01-01T00:00:00.000Z', '2026-01-31T12:00:00.000Z', '2026-11-20T00:00:00.000Z']
const now = new Date('2026-11-21T00:00:00Z')
const values = [
  ...words.map((word) => ({ type: 'Mutex' as const, value: word })),
  ...words.slice(0, 6).map((word) => ({ type: 'Email Subject' as const, value: word })),
  ...['alpha.example.com', 'a-pha.example.net'].map((value) => ({ type: 'Host' as const, value })),
  ...['192.0.2.1', '192.0.2.10', '2001:db8::a'].map((value) => ({ type: 'Address' as const, value })),
  { type: 'File' as const, value: 'ab'.repeat(16) },
].filter(({ type, value }) => canonicalise(type, value).ok)

const some = (names: readonly string[]) => fc.subarray([...names], { maxLength: 2 })
const maybe = <T>(of: readonly T[]) => fc.option(fc.constantFrom(...of))
const assertions: fc.Arbitrary<MadeAssertion[]> = fc
  .tuple(
    ...owners.flatMap((owner) =>
      values.map(({ type, value }) =>
        fc.record({
          owner: fc.constant(owner),
          type: fc.constant(type),
          value: fc.constant(value),
          rating: maybe([0, 1, 2.5, 5]),
          confidence: maybe([0, 50, 51, 100]),
          active: fc.boolean(),
          firstSeen: maybe(days.map((day) => new Date(day))),
          tags: some(tags),
          labels: some(labels),
          descriptions: some(words),
          groups: some(groups),
        }),
      ),
    ),
  )
  .map((all) => all.filter((_, index) => index % 3 !== 1))

async function send(owner: string): Promise<void> {
  const own = made.filter((assertion) => assertion.owner === owner)
  const batch = await library.send(owner, {
    group: groups.map((name) => ({ type: 'Campaign', name, xid: name })),
    indicator: own.map(({ type, value, rating, confidence, active, firstSeen, ...lists }) => ({
      type,
      summary: value,
      active,
      ...(rating === null ? {} : { rating }),
      ...(confidence === null ? {} : { confidence }),
      ...(firstSeen === null ? {} : { firstSeen: firstSeen.toISOString() }),
      tag: lists.tags.map((name) => ({ name })),
      securityLabel: lists.labels.map((name) => ({ name })),
      attribute: lists.descriptions.map((text) => ({ type: 'Description', value: text })),
      associatedGroups: lists.groups.map((groupXid) => ({ groupXid })),
    })),
  })
  expect(batch).toMatchObject({ created: own.length, refused: 0 })
}

async function found(tql: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select o.name || '|' || i.type || '|' || i.value as key
    from assertion a join indicator i on i.id = a.indicator_id join owner o on o.id = a.owner_id
    where ${compileTql(tql, now)}`.execute(library.database.db)
  return rows.map(({ key }) => key).sort()
}

const keyOf = ({ owner, type, value }: MadeAssertion) => `${owner}|${type}|${value}`

const position = 0
const pieces = [...words, 'a', 'A', 'ph', '', '%a', 'a%', '%l%a', ...hostileCorpus.map(({ text }) => text)]
/** Half of the texts are names that are there, so that equality is not compared with misses alone. */
const textScalar = (text: string): TqlScalar => ({ kind: 'text', text, position })
const texts = (own: readonly string[]) =>
  fc.oneof(fc.constantFrom(...(own.length === 0 ? words : own)), fc.constantFrom(...pieces)).map(textScalar)
const textOperators: TqlOperator[] = [
  '=',
  '!=',
  'in',
  'not in',
  'like',
  'not like',
  'contains',
  'not contains',
  'startswith',
  'not startswith',
  'endswith',
  'not endswith',
]
const equalities = textOperators.slice(0, 4)
const partOperators = textOperators.slice(4)
const orderOperators: TqlOperator[] = ['=', '!=', '<', '>', '<=', '>=', 'in', 'not in']

function compared(
  keyword: string,
  operators: readonly TqlOperator[],
  value: fc.Arbitrary<TqlScalar>,
): fc.Arbitrary<TqlExpression> {
  return fc.constantFrom(...operators).chain((operator) => {
    const right =
      operator === 'in' || operator === 'not in'
        ? fc.array(value, { minLength: 1, maxLength: 4 }).map((items) => ({ kind: 'list' as const, items, position }))
        : value
    return right.map((each): TqlExpression => ({ kind: 'comparison', keyword, operator, value: each, position }))
  })
}

const numbers = fc
  .constantFrom(-1, 0, 1, 2.5, 3, 50, 51, 100, 1e300)
  .map((number): TqlScalar => ({ kind: 'number', number, position }))
const dates = fc
  .constantFrom(...days, '2026-01-31', '2026-01-31 12:00:00', 'NOW()', 'NOW() - 1 DAY', 'TODAY() - 10 MONTHS')
  .map((text): TqlScalar => ({ kind: 'date', text, position }))
const booleans = fc.boolean().map((boolean): TqlScalar => ({ kind: 'boolean', boolean, position }))
const has = (keyword: string, object: TqlObject, inner: fc.Arbitrary<TqlExpression>): fc.Arbitrary<TqlExpression> =>
  joined(inner, 1).map((query): TqlExpression => ({ kind: 'has', keyword, object, query, position }))

const leaf = fc.oneof(
  compared('summary', textOperators, texts(['ALPHA', 'hxxp://x', '192[.]0.2.1', '2001:DB8::A', 'AB'.repeat(16)])),
  compared('typeName', equalities, fc.constantFrom('mutex', 'Host', 'EMAIL SUBJECT').map(textScalar)),
  compared('typeName', partOperators, texts(['mutex', 'Host', 'ress'])),
  compared('ownerName', textOperators, texts(owners)),
  compared('tag', textOperators, texts(tags)),
  compared('securityLabel', textOperators, texts([...labels, 'tlp: amber', 'red'])),
  compared('description', textOperators, texts([])),
  compared('rating', orderOperators, numbers),
  compared('confidence', orderOperators, numbers),
  compared('firstSeen', orderOperators, dates),
  compared('indicatorActive', ['=', '!='], booleans),
  has('hasTag', 'tag', compared('name', textOperators, texts(tags))),
  has('hasSecurityLabel', 'securityLabel', compared('name', textOperators, texts(labels))),
  has('hasGroup', 'group', compared('name', textOperators, texts(groups))),
  has(
    'hasAttribute',
    'attribute',
    fc.oneof(compared('text', textOperators, texts([])), compared('typeName', ['=', '!='], texts(['Description']))),
  ),
)

/** Queries as the parser makes them: chains are flat. */
function joined(inner: fc.Arbitrary<TqlExpression>, depth: number): fc.Arbitrary<TqlExpression> {
  if (depth === 0) return inner
  const deeper = joined(inner, depth - 1)
  const chain = (kind: 'and' | 'or') =>
    fc.array(deeper, { minLength: 2, maxLength: 3 }).map((all): TqlExpression => ({
      kind,
      operands: all.flatMap((each) => (each.kind === kind ? each.operands : [each])),
      position,
    }))
  const not = deeper.map((operand): TqlExpression => ({ kind: 'not', operand, position }))
  return fc.oneof({ weight: 3, arbitrary: inner }, chain('and'), chain('or'), not)
}

test('LIB-3: every query finds what a plain evaluation in memory finds', async () => {
  let some = 0
  await fc.assert(
    fc.asyncProperty(joined(leaf, 3), async (query) => {
      const tql = printTql(query)
      expect(parseTql(tql)).toMatchObject({ ok: true })
      const expected = made
        .filter((assertion) => holds(query, assertion, now))
        .map(keyOf)
        .sort()
      if (expected.length > 0 && expected.length < made.length) some += 1
      expect(await found(tql)).toEqual(expected)
    }),
    { numRuns: queries },
  )
  // Queries that find all or nothing would agree by chance.
  expect(some).toBeGreaterThan(queries * 0.3)
})
