/** Bounds of the answer to where an indicator goes, and why not elsewhere. */
export const explainLimits = {
  /** Characters of a value that is asked about: as many as the longest canonical one has. */
  valueCharactersMax: 8_192,
  /** Data collections, and targets of controls, that one indicator is shown with. */
  shownMax: 1_000,
  /** Data collections whose queries are put to the indicator's assertions. */
  explainedMax: 100,
  /** Firewall lists, and TAXII collections, that one indicator is shown with. */
  servedMax: 100,
  /** Plans in progress, the newest, that are searched for one indicator. */
  plansMax: 1_000,
  /** Bytes of their values, unpacked, that are searched: some four million values, for which the hub works about a second. */
  planBytesMax: 268_435_456,
  /** Targets of controls that a network around it, or its host, is shown with. */
  coveringTargetsMax: 100,
} as const
