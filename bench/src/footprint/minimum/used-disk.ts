import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const mebibyte = 1024 * 1024

/** What a file, or a folder with all in it, takes on the disk, in MB of 2²⁰ bytes. */
export function usedMegabytes(path: string): number {
  return usedBytes(path) / mebibyte
}

function usedBytes(path: string): number {
  const { blocks } = lstatSync(path)
  // stat(2): of 512 bytes, whatever the file system's own are.
  const own = blocks * 512
  if (!lstatSync(path).isDirectory()) return own
  return readdirSync(path).reduce((sum, name) => sum + usedBytes(join(path, name)), own)
}
