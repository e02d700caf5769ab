import type { TqlComparison, TqlScalar } from '@postern/intel'

/** A text that a comparison asks for as a whole, and its place in the query. */
export type WholeName = { text: string; position: number }

/** None where it asks for parts of texts (LIKE, CONTAINS). */
export function wholeNames({ operator, value }: TqlComparison): WholeName[] {
  if (!equalities.has(operator)) return []
  const items: readonly TqlScalar[] = value.kind === 'list' ? value.items : [value]
  return items.filter((item) => item.kind === 'text')
}

const equalities: ReadonlySet<TqlComparison['operator']> = new Set(['=', '!=', 'in', 'not in'])

/** A query may be a megabyte long; a sentence about it is not. */
export function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60).toWellFormed()}…` : name
}
