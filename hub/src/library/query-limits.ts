/** Bounds of what is said beside the answer to a query. */
export const queryLimits = {
  /** Hints on one query; whoever has more mistakes in it finds the others next. */
  hintsMax: 10,
  /** Owners among which the one that was probably meant is looked for. */
  ownersComparedMax: 1_000,
  /** Security labels among which the one that was meant is looked for. */
  labelsComparedMax: 1000,
  /** Tags of a query that are looked up. */
  tagsAskedMax: 1000,
  /** Tags that begin as the unknown one does, and of all the first, among which the one that was meant is looked for. */
  tagsComparedMax: 1000,
} as const
