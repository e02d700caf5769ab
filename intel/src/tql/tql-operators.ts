import type { TqlKeywordKind } from './tql-keywords.ts'
import type { TqlOperator } from './tql-expression.ts'

/** Every operator by each of its spellings, words in lower case. */
export const tqlOperators: ReadonlyMap<string, TqlOperator> = new Map<string, TqlOperator>([
  ['=', '='],
  ['==', '='],
  ['eq', '='],
  ['equals', '='],
  ['!=', '!='],
  ['ne', '!='],
  ['>', '>'],
  ['gt', '>'],
  ['<', '<'],
  ['lt', '<'],
  ['<=', '<='],
  ['leq', '<='],
  ['>=', '>='],
  ['geq', '>='],
  ['in', 'in'],
  ['like', 'like'],
  ['contains', 'contains'],
  ['startswith', 'startswith'],
  ['endswith', 'endswith'],
])

/** What an operator word becomes with NOT before it; the others take none. */
export const negatedOperators: ReadonlyMap<TqlOperator, TqlOperator> = new Map<TqlOperator, TqlOperator>([
  ['in', 'not in'],
  ['like', 'not like'],
  ['contains', 'not contains'],
  ['startswith', 'not startswith'],
  ['endswith', 'not endswith'],
])

/** How strongly a joining word binds: `a or b and c` is `a or (b and c)`. */
export const tqlJoiners: ReadonlyMap<string, { readonly kind: 'and' | 'or'; readonly power: number }> = new Map([
  ['or', { kind: 'or', power: 1 }],
  ['and', { kind: 'and', power: 2 }],
] as const)

const ordered: ReadonlySet<TqlOperator> = new Set<TqlOperator>(['=', '!=', '>', '<', '<=', '>=', 'in', 'not in'])
const all: ReadonlySet<TqlOperator> = new Set<TqlOperator>([...tqlOperators.values(), ...negatedOperators.values()])

/** Which operators make sense for which kind of keyword. */
export const operatorsOfKind: Readonly<Record<Exclude<TqlKeywordKind, 'nested'>, ReadonlySet<TqlOperator>>> = {
  text: all,
  number: ordered,
  date: ordered,
  boolean: new Set<TqlOperator>(['=', '!=']),
}
