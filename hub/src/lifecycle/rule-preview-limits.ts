/** Bounds of saying what rules would do before they are saved (D44). */
export const rulePreviewLimits = {
  /** Values of the owner that are looked at; of more, these stand for all: ids are hashes, so that the first are a fair choice. */
  valuesMax: 10_000,
  /** How long looking at values may take; a person waits for it. */
  valuesMsMax: 4000,
  /** How long comparing data collections may take after it. */
  collectionsMsMax: 4000,
  /** Data collections that are compared. */
  collectionsMax: 1000,
} as const
