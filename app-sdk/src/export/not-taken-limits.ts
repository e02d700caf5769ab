/** Bounds of what a plan and a receipt name one by one. All are counted. */
export const notTakenLimits = {
  /** Values named for each reason. */
  namedOfReasonMax: 10_000,
  /**
   * Values named of a type of which none was taken, for one reason: that reason is then known of all of them. Receipts are kept for
   * good.
   */
  namedOfWholeTypeMax: 100,
  /** Reasons whose values are named. */
  reasonsMax: 20,
} as const
