import type { DeprecationPreview } from '@postern/protocol'
import { formatTotalOf } from '../format/quantities.ts'

/** What saved rules would do at once to values, one sentence each; none where they would do nothing. */
export function effectWords({ total: { isExact }, ...counts }: DeprecationPreview): string[] {
  const effects = [
    [counts.given, 'would get a confidence, having none'],
    [counts.raised, 'would rise in confidence'],
    [counts.lowered, 'would fall in confidence'],
    [counts.inactive, 'would become inactive'],
    [counts.deleted, 'would be deleted'],
  ] as const
  return effects.filter(([count]) => count > 0).map(([count, what]) => `${valuesOf(count, isExact)} ${what}`)
}

/** What a data collection's members would do: `3 values would enter, 1 value would leave`. */
export function memberWords({ enter, leave }: { enter: number; leave: number }, isExact: boolean): string {
  const parts = [
    ...(enter > 0 ? [`${valuesOf(enter, isExact)} would enter`] : []),
    ...(leave > 0 ? [`${valuesOf(leave, isExact)} would leave`] : []),
  ]
  return parts.join(', ')
}

function valuesOf(count: number, isExact: boolean): string {
  return formatTotalOf({ count, isExact }, 'value')
}
