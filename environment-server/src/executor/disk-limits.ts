/** What one execution may have on disk, beside `diskMegabytesMax` of the local policy. */
export const diskLimits = {
  /** Files and folders. */
  filesMax: 20_000,
  folderDepthMax: 64,
  /** What is left in `out` stays for days up to this size; beyond it nothing of it does. */
  outBytesMax: 64 * 1024 * 1024,
  /** Log files that are kept; the others are removed when the app has ended. */
  logFilesMax: 100,
} as const
