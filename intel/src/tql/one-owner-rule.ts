import { parseTql } from './parse-tql.ts'
import type { TqlExpression } from './tql-expression.ts'

/** Why a query may find nothing though a row shows all that it asks for. */
export const oneOwnerRule =
  'A query is judged against one owner’s assertion at a time: the tags of one owner do not meet the tags or the rating of another.'

/** Whether that can be why a query for indicators finds nothing: it asks more than one thing of the same assertion. */
export function asksMuchOfOneOwner(tql: string): boolean {
  const parsed = parseTql(tql)
  return parsed.ok && askedAtOnce(parsed.query, false) > 1
}

/** How many things the same assertion has to fulfil at once, at most. */
function askedAtOnce(query: TqlExpression, isNegated: boolean): number {
  switch (query.kind) {
    case 'and':
    case 'or': {
      const counts = query.operands.map((operand) => askedAtOnce(operand, isNegated))
      // What is neither of two things has to be not the one and not the other.
      const isEach = (query.kind === 'and') !== isNegated
      return isEach ? counts.reduce((sum, count) => sum + count, 0) : Math.max(...counts)
    }
    case 'not':
      return askedAtOnce(query.operand, !isNegated)
    case 'has':
      // Of one owner, too, are all tags that it names.
      return query.keyword === 'hasAllTags' && !isNegated ? 2 : 1
    case 'comparison':
      return tqlKeywordsOfValue.has(query.keyword) ? 0 : 1
  }
}

/** Keywords of queries about indicators that speak of type and value, which are the same for all owners. */
export const tqlKeywordsOfValue: ReadonlySet<string> = new Set([
  'type',
  'typeName',
  'summary',
  'value1',
  'value2',
  'value3',
  'addressIsIpv6',
])
