/** Bounds of signing anew what earlier publisher keys signed. */
export const signingAnewLimits = {
  /** Versions that a turn looks at; what is left over comes with the next, 5 s later. */
  versionsOfTurnMax: 100,
  /** A version that could not be signed, as one that is damaged, is left alone for so long. */
  leftAloneSeconds: 3600,
  /** Versions that are left alone at a time; with so many the others wait. */
  leftAloneMax: 1000,
} as const
