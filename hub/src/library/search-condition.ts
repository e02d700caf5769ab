import { type TqlExpression, tqlKeywordsOfValue } from '@postern/intel'
import type { Db } from '../database/database.ts'
import type { LibraryScope } from './library-scope.ts'
import { withOwnerIds } from './owners-in-query.ts'
import type { Condition } from './tql-comparison.ts'
import { compileTqlPart, readQuery } from './tql-to-sql.ts'

/** A condition for a search, with what decides how it is looked for. */
export type SearchCondition = {
  sql: Condition
  /** Whether it holds for named values only, which are found by their key. */
  isByValue: boolean
  /** Whether it speaks of the indicator, not of the assertion alone. */
  usesIndicator: boolean
  /**
   * Whether one plan serves all its values, so that it may be prepared: what is asked of values alone. Of tags, types and owners some
   * are rare and others are not, and each wants a plan of its own.
   */
  isSteady: boolean
}

export function compileSearch(text: string, now: Date): SearchCondition {
  return conditionOf(readQuery(text, 'indicator'), now)
}

/**
 * The same with the ids of owners in the place of their names: PostgreSQL knows how much of the library each id has, and nothing of a
 * name. By that it plans, and estimates what is too many to be counted.
 */
export async function compileSearchOf(
  db: Db,
  { organizationId }: LibraryScope,
  text: string,
  now: Date,
): Promise<SearchCondition> {
  return conditionOf(await withOwnerIds(db, organizationId, readQuery(text, 'indicator'), 'indicator'), now)
}

function conditionOf(query: TqlExpression, now: Date): SearchCondition {
  return {
    sql: compileTqlPart(query, now),
    isByValue: isByValue(query),
    usesIndicator: usesIndicator(query),
    isSteady: query.kind === 'comparison' && query.keyword === 'summary',
  }
}

function isByValue(query: TqlExpression): boolean {
  switch (query.kind) {
    case 'and':
      return query.operands.some(isByValue)
    case 'or':
      return query.operands.every(isByValue)
    case 'comparison':
      return query.keyword === 'summary' && (query.operator === '=' || query.operator === 'in')
    default:
      return false
  }
}

function usesIndicator(query: TqlExpression): boolean {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.operands.some(usesIndicator)
    case 'not':
      return usesIndicator(query.operand)
    case 'comparison':
      return tqlKeywordsOfValue.has(query.keyword)
    case 'has':
      // Its inside names its own `i`.
      return false
  }
}
