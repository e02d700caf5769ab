/** Bounds of the analysis of sightings (LIB-11). */
export const analysisLimits = {
  periodDaysMax: 366,
  /** One more, and the analysis is refused with what to ask for instead. */
  sightingsMax: 1_000_000,
  /** Under way at once: each holds a connection, and memory for its sorts. */
  analysesMax: 2,
  /** The most often seen; the answer says how many there are. */
  valuesShownMax: 1000,
} as const
