/** The stated bounds of what time, sightings and reports of harmlessness do to an assertion (D24). */
export const lifecycleBounds = {
  /** Points for each day and control. */
  sightingPoints: 2,
  /** Days and controls that count at most: 20 points. */
  sightingsMax: 10,
  /** Days for which a sighting counts. */
  sightingDays: 90,
  /** Days after the last sighting to which an expiry moves. */
  sightingExpiryDays: 30,
  /** Days beyond its owner's word for which sightings keep an assertion at most. */
  sightingKeepsDaysMax: 365,
  /** What as many sightings as count at most add to the rating. */
  sightingsMaxRating: 1,
  /** Points that each reporter and day take away. */
  falsePositivePoints: 10,
  /** Reporters and days that count at most: 50 points. */
  falsePositivesMax: 5,
  /** Days for which a report of a false positive counts. */
  falsePositiveDays: 90,
  /** So many reports that count put an assertion under review, and take from its rating. */
  falsePositivesForReview: 3,
  falsePositivesRating: 1,
  ratingMax: 5,
  confidenceMax: 100,
} as const

/** Days of sightings that can still matter to an assertion. */
export const sightingDaysThatMatter = lifecycleBounds.sightingKeepsDaysMax + lifecycleBounds.sightingDays

export const dayMs = 86_400_000
export const hourMs = 3_600_000
