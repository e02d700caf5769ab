import type { DeprecationRule, Owner } from '@postern/protocol'

export const ownerKindWords: Record<Owner['kind'], string> = {
  Organization: 'Organization: a team of yours',
  Community: 'Community: shared with others',
  Source: 'Source: a feed',
}

/** Statuses that an owner may have as the default, and what each means for exports. */
export const statusDefaultWords: Record<'Active' | 'Review' | 'Indirect', string> = {
  Active: 'Active: exported',
  Review: 'Review: not exported until somebody has looked at it',
  Indirect: 'Indirect: exported, known by way of something else',
}

export const atMinimumWords: Record<DeprecationRule['atMinimum'], string> = {
  nothing: 'Nothing else',
  inactive: 'Make it inactive',
  delete: 'Delete it',
}
