/** Bounds of a request over HTTPS, where its route names no other. */
export const httpLimits = {
  bodyBytesMax: 1024 * 1024,
  /** Deepest nesting of a JSON body (S14). */
  jsonDepthMax: 64,
  /** gzip never shrinks honest lines further than this. */
  linesRatioMax: 200,
  /** Blank lines cost next to nothing to send and much to look at; honest lists have none but the last. */
  blankLinesMax: 1000,
  /** Bytes that are still read of a body whose request is refused already, so that its sender comes to read the answer. */
  passedOverBytesMax: 32_000_000,
  /** How long they are read. */
  passedOverSecondsMax: 60,
  /** Such bodies at a time, of all connections of a hub; those beyond are cut with the answer. */
  passedOverAtOnceMax: 100,
} as const
