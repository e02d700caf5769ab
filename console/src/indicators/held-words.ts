import type { IndicatorOnTarget } from '@postern/protocol'
import { provesNothing } from '../executions/signature-trust.ts'
import { formatCount, formatCountOf } from '../format/quantities.ts'

/** On how many targets of controls a value is, and how many of those only a receipt says that cannot be relied on. */
export function heldWords(targets: readonly Pick<IndicatorOnTarget, 'state' | 'signature'>[]): string {
  const held = targets.filter(({ state }) => state === 'held' || state === 'extra')
  const unproved = held.filter(({ signature }) => provesNothing(signature)).length
  const words = `Held on ${formatCount(held.length)} of ${formatCountOf(targets.length, 'target')}`
  return unproved === 0 ? words : `${words}, ${formatCount(unproved)} by a receipt that proves nothing`
}
