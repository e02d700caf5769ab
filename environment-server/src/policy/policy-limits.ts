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
  /** Keys of each purpose that people on the server may trust beside those that the bundle pins. */
  trustedKeysMax: 100,
  /** Keys of the hub of one purpose that follow another one, of those heard in time that lead on from keys which are trusted here; of others, `missedKeysMax`. */
  learnedKeysMax: 300,
  /** Keys of the hub that follow another one, of those heard too late; the newest are kept. */
  missedKeysMax: 20,
  /** Keys of the hub that were revoked and were ever trusted here; none is ever forgotten. Of others, `missedKeysMax`. */
  revokedKeysMax: 200,
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
