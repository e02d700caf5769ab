import { lifecycleStatuses, nearestName } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import type { ComparisonOf } from './comparisons-in-query.ts'
import { shortened, wholeNames } from './whole-names.ts'

/** Statuses of indicators that there are not; those of groups are what their sources say. */
export function hintsOnStatuses(comparisons: readonly ComparisonOf[]): QueryHint[] {
  const known: readonly string[] = lifecycleStatuses
  return comparisons
    .filter(({ comparison, object }) => object === 'indicator' && comparison.keyword === 'status')
    .flatMap(({ comparison }) => wholeNames(comparison))
    .filter(({ text }) => !known.includes(text))
    .map(({ text, position }) => {
      const meant = nearestName(text, known)
      const cure = meant === undefined ? `There are: ${known.join(', ')}.` : `Did you mean ${meant}?`
      return { message: `There is no status “${shortened(text)}”. ${cure}`, position }
    })
}
