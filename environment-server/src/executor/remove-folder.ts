import { randomBytes } from 'node:crypto'
import { chmodSync, lstatSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

/** Removed in one go, a few milliseconds' worth: heartbeats go on in between, however much an app left. */
const filesAtOnceMax = 1_000
/** A folder deeper than this is moved up to the top first, for a path has 4,096 bytes at most and an app's folders no end. */
const depthMax = 8

/**
 * Removes a folder of an app's with all in it, or a single file: also what the app closed by its modes, or nested so deep that no
 * path reaches it. Links are removed, not followed. No process of the app may be alive.
 */
export async function removeFolder(top: string): Promise<void> {
  if (!lstatSync(top, { throwIfNoEntry: false })?.isDirectory()) return rmSync(top, { force: true })
  const prefix = `.up-${randomBytes(6).toString('hex')}-`
  const folders: string[] = []
  const open = [{ path: top, depth: 0 }]
  let files = 0
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const { path, depth } = folder
    folders.push(path)
    openUp(path)
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = join(path, entry.name)
      if ((files += 1) % filesAtOnceMax === 0) await setImmediate()
      if (!entry.isDirectory()) unlinkSync(inner)
      else if (depth < depthMax) open.push({ path: inner, depth: depth + 1 })
      else open.push({ path: moveUp(inner, join(top, `${prefix}${files}`)), depth: 1 })
    }
  }
  for (const path of folders.toReversed()) rmdirSync(path)
}

function moveUp(path: string, above: string): string {
  // Moving a folder rewrites its `..`, which a closed one does not allow.
  openUp(path)
  renameSync(path, above)
  return above
}

function openUp(path: string): void {
  try {
    chmodSync(path, 0o700)
  } catch (error) {
    // Another user's, which opened it to our group when its app had ended.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error
  }
}
