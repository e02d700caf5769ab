import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostileCorpus, parseTql, printTql, tqlKeywordTables } from '../index.ts'
import type { TqlExpression, TqlObject, TqlOperator, TqlScalar } from '../index.ts'
import { anyCharacter } from '../testing/any-character.ts'
import { operatorsOfKind } from './tql-operators.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'

const text = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.constantFrom(...hostileCorpus.map((hostile) => hostile.text)),
)
const date = fc.oneof(
  fc.constantFrom('NOW()', 'TODAY()', 'NOW() - 30 DAYS', 'today() + 1 hour', '2026-01-31', '2026-01-31 12:00:00'),
  fc
    .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((each) => each.toISOString()),
)
const position = 0
const scalars: Readonly<Record<TqlScalar['kind'], fc.Arbitrary<TqlScalar>>> = {
  text: text.map((each) => ({ kind: 'text', text: each, position })),
  number: fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((each) => ({ kind: 'number', number: each === 0 ? 0 : each, position })),
  boolean: fc.boolean().map((each) => ({ kind: 'boolean', boolean: each, position })),
  date: date.map((each) => ({ kind: 'date', text: each, position })),
}

function comparison(object: TqlObject): fc.Arbitrary<TqlExpression> {
  const plain = Object.entries(tqlKeywordTables[object]).filter(([, { kind }]) => kind !== 'nested')
  return fc.constantFrom(...plain).chain(([keyword, { kind }]) => {
    if (kind === 'nested') throw new Error('filtered out above')
    return fc.constantFrom(...operatorsOfKind[kind]).chain((operator: TqlOperator) => {
      const value: fc.Arbitrary<Extract<TqlExpression, { kind: 'comparison' }>['value']> = operator.endsWith('in')
        ? fc.array(scalars[kind], { minLength: 1, maxLength: 4 }).map((items) => ({ kind: 'list', items, position }))
        : scalars[kind]
      return value.map((each): TqlExpression => ({ kind: 'comparison', keyword, operator, value: each, position }))
    })
  })
}

/** Queries in the shape that the parser promises: chains are flat. */
function expression(object: TqlObject, depth: number): fc.Arbitrary<TqlExpression> {
  if (depth === 0) return comparison(object)
  const inner = expression(object, depth - 1)
  const chain = (kind: 'and' | 'or') =>
    fc.array(inner, { minLength: 2, maxLength: 3 }).map((operands): TqlExpression => ({
      kind,
      operands: operands.flatMap((each) => (each.kind === kind ? each.operands : [each])),
      position,
    }))
  const nested = Object.entries(tqlKeywordTables[object]).flatMap(([keyword, entry]) =>
    entry.object === undefined ? [] : [{ keyword, object: entry.object }],
  )
  const has = nested.map(({ keyword, object: about }) =>
    expression(about, 0).map((query): TqlExpression => ({ kind: 'has', keyword, object: about, query, position })),
  )
  const not = inner.map((operand): TqlExpression => ({ kind: 'not', operand, position }))
  return fc.oneof(comparison(object), chain('and'), chain('or'), not, ...has)
}

/** The same query without places, which printing changes. */
function placeless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (key === 'position' ? 0 : each)))
}

test('LIB-3: what was parsed, printed and parsed again is the same query', () => {
  fc.assert(
    fc.property(expression('indicator', 3), (query) => {
      const result = parseTql(printTql(query))
      expect(result.ok ? placeless(result.query) : result).toEqual(placeless(query))
    }),
    { numRuns: isSoak ? 100_000 : 2_000 },
  )
})

test('LIB-3: no text makes the parser throw, and every error points into the query', () => {
  const words = [
    'rating',
    'hasTag',
    'name',
    'summary',
    'and',
    'or',
    'not',
    'in',
    'like',
    '=',
    '>=',
    '(',
    ')',
    ',',
    '"a"',
    "'",
    '`',
    '\\',
    '3',
    '-',
    'True',
    '"NOW() - 1 DAY"',
    'lastSeen',
  ]
  const soup = fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((parts) => parts.join(' '))
  fc.assert(
    fc.property(fc.oneof(text, soup), (query) => {
      const result = parseTql(query)
      if (result.ok) expect(placeless(parseTql(printTql(result.query)))).toEqual(placeless(result))
      else {
        expect(result.position).toBeGreaterThanOrEqual(0)
        expect(result.position).toBeLessThanOrEqual(query.length)
        expect(result.message.length).toBeLessThan(400)
      }
    }),
    { numRuns: isSoak ? 500_000 : 3_000 },
  )
})

test('S6: a hostile value in a printed query stays one value', () => {
  for (const hostile of hostileCorpus) {
    const query = {
      kind: 'comparison',
      keyword: 'summary',
      operator: '=',
      value: { kind: 'text', text: hostile.text, position: 10 },
      position: 0,
    } as const
    expect(parseTql(printTql(query))).toEqual({ ok: true, query })
  }
})
