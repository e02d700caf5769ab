import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/**
 * Reads from a file that an app made. The app may have put a link, a pipe or a folder in its place: no link is followed, nothing
 * waits, and only a regular file is read.
 */
export function readAppFile(
  path: string,
  from: number,
  bytesMax: number,
): { bytes: Buffer; size: number; inode: number } | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    // Not there, a link, or closed by its mode: the app wrote nothing that we take.
    return undefined
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) return undefined
    const bytes = Buffer.alloc(Math.max(0, Math.min(bytesMax, stat.size - from)))
    const read = bytes.length === 0 ? 0 : readSync(file, bytes, 0, bytes.length, from)
    return { bytes: bytes.subarray(0, read), size: stat.size, inode: stat.ino }
  } finally {
    closeSync(file)
  }
}
