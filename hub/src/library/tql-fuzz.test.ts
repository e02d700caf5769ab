import { hostileCorpus, tqlKeywordTables, type TqlObject } from '@postern/intel'
import { anyCharacter } from '@postern/intel/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Problem } from '../lib/problem.ts'
import { createTestLibrary, type TestLibrary } from './test-library.ts'
import { compileTql } from './tql-to-sql.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
  // Something to look at: what is wrong with a pattern shows only when a value is held against it.
  await library.send('Feed', {
    group: [{ type: 'Campaign', name: 'Night Owl', xid: 'owl' }],
    indicator: [
      {
        type: 'Host',
        summary: 'a.example.com',
        rating: 3,
        confidence: 50,
        tag: [{ name: 'a' }],
        securityLabel: [{ name: 'TLP:AMBER' }],
        associatedGroups: [{ groupXid: 'owl' }],
        attribute: [{ type: 'Description', value: 'a' }],
      },
      { type: 'Address', summary: '192.0.2.1', firstSeen: '2026-01-01T00:00:00Z' },
    ],
  })
})
afterAll(async () => {
  await library.close()
})

const now = new Date('2026-11-21T00:00:00Z')
const texts = [
  '"a"',
  "'it''s'",
  '`t`',
  '"%_\\\\"',
  '"%\\\\%"',
  '"\\u0000"',
  '"a.example.com"',
  '("a", "b")',
  ...hostileCorpus.map(({ text }) => JSON.stringify(text)),
  '"\0"',
  '"\ud800"',
]
const numbers = ['3', '-1', '2.5', '1e308', '-1e308', '99999999999999999999', '9223372036854775808', '(1, 2)', '0.1']
const dates = [
  '"2026-01-31"',
  '"NOW() - 1 DAY"',
  '"0000-01-01"',
  '"9999-12-31T23:59:59Z"',
  '"NOW() - 99999999 YEARS"',
  '"NOW() + 9999 YEARS"',
  '"TODAY()"',
]
const kinds = {
  text: {
    operators: ['=', '!=', 'in', 'not in', 'like', 'not like', 'contains', 'startswith', 'endswith'],
    values: texts,
  },
  number: { operators: ['=', '!=', '<', '>=', 'in'], values: numbers },
  date: { operators: ['=', '<', '>=', '>'], values: dates },
  boolean: { operators: ['=', '!='], values: ['true', 'false', '"true"', '1'] },
} as const
const everything = {
  operators: [...kinds.text.operators, '<', 'is', '~'],
  values: [...texts, ...numbers, ...dates, '(', '"'],
}
const keywords = Object.values(tqlKeywordTables).flatMap((table) => Object.keys(table))

function comparison(object: TqlObject): fc.Arbitrary<string> {
  return fc.constantFrom(...Object.entries(tqlKeywordTables[object])).chain(([keyword, { kind }]) => {
    const odd = written(keyword, everything)
    return kind === 'nested'
      ? odd
      : fc.oneof({ weight: 12, arbitrary: written(keyword, kinds[kind]) }, { weight: 1, arbitrary: odd })
  })
}

function written(
  keyword: string,
  of: { operators: readonly string[]; values: readonly string[] },
): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...of.operators), fc.constantFrom(...of.values))
    .map(
      ([operator, value]) =>
        `${keyword} ${operator} ${operator.endsWith('in') && !value.startsWith('(') ? `(${value})` : value}`,
    )
}

/** Queries that mostly parse, joined and nested. */
function expression(object: TqlObject, depth: number): fc.Arbitrary<string> {
  if (depth === 0) return comparison(object)
  const inner = expression(object, depth - 1)
  const has = Object.entries(tqlKeywordTables[object]).flatMap(([keyword, { object: about }]) =>
    about === undefined ? [] : [expression(about, 0).map((query) => `${keyword}(${query})`)],
  )
  return fc.oneof(
    comparison(object),
    fc.tuple(inner, fc.constantFrom('and', 'or'), inner).map((parts) => parts.join(' ')),
    inner.map((query) => `not (${query})`),
    ...has,
  )
}
const query = expression('indicator', 2)
const { operators, values } = everything
const soup = fc
  .array(fc.constantFrom(...keywords, ...operators, ...values, '(', ')', ',', 'and', 'or', 'not', 'hasTag('), {
    maxLength: 25,
  })
  .map((parts) => parts.join(' '))
const bent = fc.tuple(query, fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, inserted]) => {
  const place = text.length === 0 ? 0 : at % text.length
  return text.slice(0, place) + inserted + text.slice(place + 1)
})

/** What becomes of a query, PostgreSQL included. */
async function outcomeOf(tql: string): Promise<'run' | 'refused'> {
  let condition: ReturnType<typeof compileTql>
  try {
    condition = compileTql(tql, now)
  } catch (error) {
    expect(error).toBeInstanceOf(Problem)
    expect((error as Problem).code).toBe('invalid')
    expect((error as Problem).message.length).toBeLessThan(1000)
    return 'refused'
  }
  await sql`select count(*) from assertion a join indicator i on i.id = a.indicator_id join owner o on o.id = a.owner_id
    where ${condition}`.execute(library.database.db)
  return 'run'
}

test('LIB-3: every query is refused with a reason or is one that PostgreSQL takes', async () => {
  const outcomes = { run: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 3, arbitrary: query }, soup, bent, fc.string({ unit: anyCharacter })),
      async (tql) => {
        outcomes[await outcomeOf(tql)] += 1
      },
    ),
    { numRuns: process.env['POSTERN_SOAK'] === '1' ? 20_000 : 250 },
  )
  // Else the test would prove one half only.
  expect(Math.min(outcomes.run, outcomes.refused)).toBeGreaterThan(10)
})

test('S14: queries that are deep, long or wide are refused, or run, before they tire anybody', async () => {
  const one = 'rating = 3'
  const wide = [
    `${'('.repeat(100_000)}${one}`,
    `${'not '.repeat(50_000)}${one}`,
    Array.from({ length: 5000 }, () => one).join(' and '),
    `summary in (${Array.from({ length: 10_001 }, (_, index) => `"${index}"`).join(',')})`,
    `summary = "${'x'.repeat(1_048_577)}"`,
    `${'hasTag('.repeat(2000)}name = "a"`,
  ]
  for (const tql of wide) expect([tql.slice(0, 20), await outcomeOf(tql)]).toEqual([tql.slice(0, 20), 'refused'])
  expect(await outcomeOf(Array.from({ length: 1000 }, () => one).join(' or '))).toBe('run')
  expect(await outcomeOf(`summary in (${Array.from({ length: 10_000 }, (_, index) => `"${index}"`).join(',')})`)).toBe(
    'run',
  )
})
