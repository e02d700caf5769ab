/** How much of a server's own log is kept: the file, and as many older parts. */
export const logFileLimits = {
  /** Size in bytes at which the file becomes a part. */
  fileBytesMax: 5 * 1024 * 1024,
  /** Older parts: `.1` is the newest. */
  partsMax: 4,
} as const
