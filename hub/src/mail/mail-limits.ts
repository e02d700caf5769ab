/** How much mail the hub writes, how long it tries, and how long it remembers (D33). */
export const mailLimits = {
  /** A recipient gets the first mail at once, and at most one more in each of these: a digest of all that happened since. */
  digestMs: 15 * 60_000,
  /** Things that one mail lists; it counts the others, and the console shows all. */
  itemsMax: 100,
  /** A mail that nobody took within a day of being written is given up, and shown as such. */
  triedMs: 24 * 3_600_000,
  /** Between the first try and the second; doubled up to the longest. */
  retryFirstMs: 60_000,
  retryLongestMs: 3_600_000,
  /** Mails that one turn sends, one after the other; turns come every second. */
  mailsATurnMax: 50,
  /** For a mail server to be reached and to greet. */
  connectMs: 15_000,
  /** For a mail server to be silent in between. */
  silenceMs: 30_000,
  /** Sent and given-up mails are shown so long. */
  mailDays: 30,
  testsAMinuteMax: 10,
  /** Administrators of an organization who are written to at most. */
  administratorsMax: 100,
} as const
