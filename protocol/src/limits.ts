/** Bounds that both sides of a wire must agree on. A bound that only one side enforces lives with that side. */
export const limits = {
  /** Largest MQTT payload in bytes; bulk goes over HTTPS. */
  messageBytesMax: 256 * 1024,
  /** Longest life of a signed command, from notBefore to notAfter (D8). */
  commandLifeSecondsMax: 24 * 60 * 60,
  /** How far the corrected clock of an environment server may be off before it refuses commands (D8). */
  clockToleranceSeconds: 5 * 60,
  /** Life of a lease, counted by the environment server from when it sent the renewal (D10). */
  leaseSeconds: 20,
  /** Silence after which the hub may start the next attempt of a pooled execution (D10). */
  leaseTakeoverSeconds: 30,
  /** Time between two heartbeats. Three fit into a lease. */
  heartbeatSeconds: 6,
  /** Between SIGTERM and SIGKILL, when an app is told to end. */
  terminationGraceSeconds: 5,
  /** Longest log line in characters; the rest of it is cut and the cut is marked. */
  logLineCharactersMax: 8192,
  /** Lines in one chunk of log sent to the hub. */
  logChunkLinesMax: 1000,
  /** Characters of an exit message that are kept: the tail, as TcEx does. */
  exitMessageCharactersMax: 255,
  /** Plans and receipts that one attempt may write under its server's signature. */
  writtenDigestsMax: 100,
  /** Largest app package in bytes. */
  packageBytesMax: 256 * 1024 * 1024,
  /** Largest archive with a Node.js runtime in bytes; those that Node.js publishes have some 55 MB. */
  runtimeBytesMax: 128 * 1024 * 1024,
  /** Largest body of a batch or of a STIX bundle in bytes; it is sent as it is, not compressed. */
  batchBytesMax: 75_000_000,
  /** Items (indicators, groups and associations) in one batch. TcEx sends 5,000, its BatchWriter 100,000. */
  batchItemsMax: 100_000,
  /** How often an indicator was seen by one report of a sighting. */
  sightingCountMax: 1_000_000,
  /** Characters of a query in the body of a request. */
  queryLengthMax: 1_000_000,
  /** Characters of a query in an address: escaped, and with every header, it must fit into 16 KB. */
  queryInAddressLengthMax: 16_000,
  /** Rows of a list page at most. */
  pageRowsMax: 1000,
  /** Rows of a list page when the caller names no limit. */
  pageRowsDefault: 100,
} as const
