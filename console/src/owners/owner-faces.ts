import type { Owner } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

/** How an owner stands. */
export function ownerFaceOf({ removalStartedAt }: Owner): ExplainedFace {
  return removalStartedAt === null
    ? { tone: 'good', icon: 'tick', word: 'In use', meaning: 'It takes batches, and what it asserts counts' }
    : {
        tone: 'bad',
        icon: 'cross',
        word: 'Being removed',
        meaning: 'It takes no batch any more; what it asserted is being taken out of the library',
      }
}
