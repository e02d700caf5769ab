/** Bounds of what a server keeps about its local policy (D36). */
export const policyLimits = {
  /** Narrowings of the hub; one more is refused until a person clears them. */
  narrowingsMax: 100,
  /** Apps, versions, targets and directions remembered for `policy lock`; the newest are kept. */
  usesMax: 5_000,
  /** What ran within so many days is in use, to `policy lock`. */
  useDaysMax: 90,
  /** Keys of publishers whose packages were refused; the newest are kept. */
  offeredPublishersMax: 20,
  /** Publishers that people on the server may trust beside those that the bundle pins. */
  trustedPublishersMax: 100,
  /** Keys that follow a command key, of those heard in time. */
  learnedKeysMax: 100,
  /** Keys that follow a command key, of those heard too late; the newest are kept. */
  missedKeysMax: 20,
  /** Names of each list of the policy that the hub is told of; of the others the count. */
  reportedNamesMax: 100,
} as const

/** How much of the local audit is kept: the file, and as many older parts. */
export const auditFileLimits = {
  /** Size in bytes at which the file becomes a part. */
  fileBytesMax: 5 * 1024 * 1024,
  /** Older parts: `.1` is the newest. */
  partsMax: 9,
} as const
