import type { DeprecationRule, Owner } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

export const ownerKindWords: Record<Owner['kind'], string> = {
  Organization: 'Organization: a team of one’s own',
  Community: 'Community: shared with others',
  Source: 'Source: a feed',
}

/** Statuses that an owner may have as the default, and what each means for exports. */
export const statusDefaultWords: Record<'Active' | 'Review' | 'Indirect', string> = {
  Active: 'Active: exported',
  Review: 'Review: not exported until somebody has looked at it',
  Indirect: 'Indirect: exported, known by way of something else',
}

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

export const atMinimumWords: Record<DeprecationRule['atMinimum'], string> = {
  nothing: 'Nothing else',
  inactive: 'Make it inactive',
  delete: 'Delete it',
}
