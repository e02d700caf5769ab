import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'

/** Whether the name is that of a write that a crash ended. */
export function isUnfinishedWrite(path: string): boolean {
  return /\.[0-9a-f]{12}\.new$/.test(path)
}

/**
 * Replaces a file whole, or not at all: a crash at any instant leaves the old or the new content.
 * The folder is synced too, since a rename lives in the folder.
 */
export function writeAtomically(path: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = openSync(temporary, 'wx', mode)
    try {
      const bytes = Buffer.from(content)
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
