import { parseTql } from '@postern/intel'

/** How a trait is added to a query: what has it comes in too, or only what has it stays. */
export type TraitUse = 'widen' | 'narrow'

/** A collection's query with a trait added; what somebody wrote stays as it was written. */
export function withTrait(tql: string, trait: string, use: TraitUse): string {
  const parsed = parseTql(tql, 'indicator')
  const joiner = use === 'widen' ? 'or' : 'and'
  const other = use === 'widen' ? 'and' : 'or'
  const needsBrackets = !parsed.ok || parsed.query.kind === other
  return `${needsBrackets ? `(${tql})` : tql} ${joiner} ${trait}`
}
