/** How many executions may run at once by `appsNumberofJobExecutors`. */
export const executorLimits = {
  /** Times as many as cores and memory are enough for: more only hinder each other, and are refused when they are set. */
  timesFittingMax: 4,
} as const
