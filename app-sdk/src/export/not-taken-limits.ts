/** Bounds of what a receipt names one by one. All are counted. */
export const notTakenLimits = {
  /** Values named for each reason. */
  namedOfReasonMax: 10_000,
  /** Reasons whose values are named. */
  reasonsMax: 20,
} as const
