import { existsSync, statfsSync } from 'node:fs'

const folder = '/dev/shm'
/** As statfs(2) names a file system that is memory. */
const tmpfs = 0x0102_1994
/** A soak's millions of rows go in as well, and other programs have memory left. */
const roomBytesMin = 8 * 1024 ** 3

/** A folder whose files are memory, where this machine has one with much room. */
export function roomyMemory(): string | undefined {
  if (!existsSync(folder)) return undefined
  const { type, bavail, bsize } = statfsSync(folder)
  // A file system in memory may be larger than the memory that this process, or its container, has left.
  const room = Math.min(bavail * bsize, process.availableMemory())
  return type === tmpfs && room >= roomBytesMin ? folder : undefined
}
