/** Bounds of the TAXII server. */
export const taxiiLimits = {
  /** Requests of one reader in a minute, to all addresses of the server together. */
  requestsPerMinuteMax: 1200,
  /** Largest body that a client may send, in bytes; API roots say so as `max_content_length`. */
  bodyBytesMax: 10_000_000,
  /** Objects of an answer at most, and where the client names no limit. */
  pageObjectsMax: 10_000,
  pageObjectsDefault: 1000,
  /** Bytes of objects in an answer; one that is larger than this comes alone. */
  pageBytesMax: 16_000_000,
  /** Values in one filter. */
  matchValuesMax: 1000,
  /** Characters of a filter. */
  matchLengthMax: 16_000,
  /** Objects that are numbered in one transaction. */
  numberedAtOnceMax: 10_000,
  /** Changes of a data collection that a reader's request takes over by itself; more are left to the background. */
  numberedByReaderMax: 10_000,
  /** Days that the outcome of a POST can be asked for. */
  statusDaysKept: 7,
  /** Days that a version which another one took the place of stays readable, as versions of data collections do (D3). */
  replacedDaysKept: 30,
} as const
