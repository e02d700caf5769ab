import type { TqlComparison, TqlScalar } from '@postern/intel'

/** The texts that a comparison asks for as a whole, with their places; none where it asks for parts of them (LIKE, CONTAINS). */
export function wholeNames({ operator, value }: TqlComparison): { text: string; position: number }[] {
  if (!equalities.has(operator)) return []
  const items: readonly TqlScalar[] = value.kind === 'list' ? value.items : [value]
  return items.filter((item) => item.kind === 'text')
}

const equalities: ReadonlySet<TqlComparison['operator']> = new Set(['=', '!=', 'in', 'not in'])

/** A query may be a megabyte long; a sentence about it is not. */
export function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60).toWellFormed()}…` : name
}
