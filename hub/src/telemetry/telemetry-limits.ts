/** Bounds of what environment servers measure of themselves (S15), and of how much of it one answer holds. */
export const telemetryLimits = {
  /** Messages of one server that are taken; the others are dropped. */
  messagesPerSecondMax: 1,
  /** Messages of one server that are taken at once, after a pause of the line. */
  messagesAtOnceMax: 3,
  /** Servers that wait for the next write, a second at most. The edge lets in no more connections than that. */
  waitingServersMax: 20_000,
  /** Points of one answer; a finer step is made coarser. */
  pointsMax: 2000,
  /** Longest time that one answer is about, in days. */
  spanDaysMax: 370,
}
