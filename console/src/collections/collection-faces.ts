import type { Collection, CollectionHistoryEntry } from '@postern/protocol'
import type { BadgeFace, ExplainedFace } from '../elements/state-badge.tsx'

/** How a collection stands at a time in epoch milliseconds. */
export function collectionFaceOf({ refreshedAt, freshnessSeconds }: Collection, nowMs: number): ExplainedFace {
  if (refreshedAt === null)
    return { tone: 'busy', icon: 'clock', word: 'Waiting', meaning: 'It has not looked at the library yet' }
  // A full look is due after `freshnessSeconds`. It is late when it has not been made after as long again.
  const isLate = nowMs - Date.parse(refreshedAt) > 2 * freshnessSeconds * 1000
  return isLate
    ? {
        tone: 'notice',
        icon: 'clock',
        word: 'Late',
        meaning: 'Its last full look at the library is older than it should be',
      }
    : { tone: 'good', icon: 'tick', word: 'Fresh', meaning: 'It follows the library' }
}

export const changeFaces: Record<CollectionHistoryEntry['change'], BadgeFace> = {
  entered: { tone: 'good', icon: 'plus', word: 'Entered' },
  departed: { tone: 'notice', icon: 'minus', word: 'Left' },
  changed: { tone: 'open', icon: 'differs', word: 'Changed' },
}
