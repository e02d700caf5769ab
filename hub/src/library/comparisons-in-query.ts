import type { TqlComparison, TqlExpression, TqlObject } from '@postern/intel'

/** A comparison, and what it is about. */
export type ComparisonOf = { comparison: TqlComparison; object: TqlObject }

/** All comparisons of a query, in their order, also those in parentheses about something else. */
export function comparisonsIn(query: TqlExpression, object: TqlObject): ComparisonOf[] {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.operands.flatMap((operand) => comparisonsIn(operand, object))
    case 'not':
      return comparisonsIn(query.operand, object)
    case 'has':
      return comparisonsIn(query.query, query.object)
    case 'comparison':
      return [{ comparison: query, object }]
  }
}
