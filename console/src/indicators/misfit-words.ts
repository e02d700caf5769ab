import type { IndicatorMembership } from '@postern/protocol'
import { formatCount } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'

/** Owners whose misfit is told in one sentence. */
const misfitsToldMax = 5

/** What of the query keeps out whose word; or that it fits by now. */
export function misfitWords({ owners, misfits }: Pick<IndicatorMembership, 'owners' | 'misfits'>): string {
  if (owners.length > 0)
    return ` It fits now, by the word of ${owners.map(plainText).join(', ')}, and enters with the next refresh.`
  const words = misfits
    .slice(0, misfitsToldMax)
    .map(
      ({ ownerName, terms }) =>
        ` By the word of ${plainText(ownerName)} this does not hold: ${terms.map(plainText).join('; ')}.`,
    )
  const more = misfits.length - misfitsToldMax
  return `${words.join('')}${more > 0 ? ` The words of ${formatCount(more)} more do not fit either.` : ''}`
}
