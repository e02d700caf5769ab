import { statfsSync } from 'node:fs'

/** With less than this nothing of use is written any more. */
const roomBytesMin = 64 * 1024

/** What an operator should know where an app failed without a word and the disk under its folder has no room. */
export function fullDiskSentence(folder: string): string {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize < roomBytesMin ? ' The disk of this environment server was full. Make room on it.' : ''
}
