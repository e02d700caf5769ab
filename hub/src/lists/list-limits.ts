/** Bounds of lists that firewalls fetch. */
export const listLimits = {
  /** Answers that are sent at once; each holds about 1 MB. */
  streamsMax: 32,
  /** Of these, for one reader or, without a credential, for one address. */
  streamsOfOneMax: 8,
  /** Minutes that an answer may take; then it is cut. */
  streamMinutesMax: 10,
  /** Bytes of texts that stay in memory for whoever fetches them next. */
  keptBytesMax: 32_000_000,
  /** Requests of one address in a minute. */
  requestsPerMinuteMax: 240,
  /** Minutes that a text which was replaced stays for those who read it. */
  replacedMinutesKept: 15,
  /** Values that a text lacks of which each is named, of each reason; beyond them they are only counted. */
  leftOutNamedMax: 10_000,
  /** Lists that are written anew in one turn. */
  writtenATurnMax: 20,
  /** A list rests for so many times as long as its last writing took, so that a large one does not keep a core busy. */
  restFactor: 10,
} as const
