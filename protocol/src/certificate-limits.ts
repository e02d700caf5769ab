/** Client certificates of environment servers (D37). */
export const clientCertificate = {
  /** Life of one. */
  lifeDays: 90,
  /** So many days before its end its server asks for the next one. */
  renewalDays: 30,
  /** So many days before its end people are told: it should have been renewed by then. */
  warningDays: 14,
} as const

/** Days that an old key of the hub and the one after it are both good (D7). */
export const keyOverlapDays = 30

/** Hours that the word of a revoked key on the one after it is still taken by a server that has not heard of either (D7). */
export const revokedWordHours = 24

/** Keys of the hub of one purpose that count at a time: the one in use, and those that it and others followed lately (D7). */
export const countingKeysMax = 10
