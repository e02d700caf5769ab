import type { CreateOwner, DeprecationRule, Owner } from '@postern/protocol'

export const ownerKindWords: Record<Owner['kind'], string> = {
  Organization: 'Organization: a team of yours',
  Community: 'Community: shared with others',
  Source: 'Source: a feed',
}

/** Of the statuses of an indicator those that the API takes as an owner's default. */
export type StatusDefault = NonNullable<CreateOwner['statusDefault']>

/** What each means for exports. */
export const statusDefaultWords: Record<StatusDefault, string> = {
  Active: 'Active: exported',
  Review: 'Review: not exported until somebody has looked at it',
  Indirect: 'Indirect: exported, known by way of something else',
}

export const atMinimumWords: Record<DeprecationRule['atMinimum'], string> = {
  nothing: 'Nothing else',
  inactive: 'Make it inactive',
  delete: 'Delete it',
}

/** What becomes of what was said without a confidence (D44). */
export const withoutConfidenceWords = {
  unseen: 'Stays without one',
  given: 'Is given one',
} as const
