/** Bounds of a job's retries (FD-14). */
export const jobRetries = {
  /** How often a failure is tried again at most. */
  countMax: 10,
  /** Between a failure and the first retry, at least. */
  waitSecondsMin: 10,
  /** The same of a job that says nothing else; also the default of the hub's table. */
  waitSecondsDefault: 60,
  /** Before any retry: each waits twice as long as the one before, until here. */
  waitSecondsMax: 6 * 3600,
} as const

/** How long an execution of a job may take (FD-14). */
export const jobTimeouts = {
  /** Where neither the job nor its app says it. */
  secondsDefault: 3600,
  /** The longest that a job may ask for: a week. */
  secondsMax: 7 * 86_400,
} as const
