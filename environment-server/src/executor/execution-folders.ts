import { launch } from '@postern/protocol'
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionFolders } from '../sandbox/confinement.ts'
import { StartRefused } from './start-refused.ts'

export type AttemptFolders = { top: string; work: string; app: ExecutionFolders }

/** Makes the folders of one attempt, empty. */
export function makeAttemptFolders(jobsFolder: string, executionId: string, attempt: number): AttemptFolders {
  // Ids are opaque, but a folder's name is not.
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(executionId))
    throw new StartRefused('The execution id is no folder name.')
  const top = join(jobsFolder, executionId, String(attempt))
  removeFolder(top)
  const folder = (name: string) => {
    const path = join(top, name)
    mkdirSync(path, { recursive: true, mode: 0o700 })
    return path
  }
  return {
    top,
    work: folder('work'),
    app: {
      in: folder(launch.folders.in),
      out: folder(launch.folders.out),
      log: folder(launch.folders.log),
      temp: folder(launch.folders.temp),
    },
  }
}

/** What is of no use once the app has ended: parameters, its temporary files, the sandbox's own. */
export function removeLeavings({ work, app }: AttemptFolders): void {
  for (const folder of [work, app.temp, app.in]) removeFolder(folder)
}

/** Removes folders of executions older than the setting says (ES-9), but for those that are held. Returns how many. */
export function removeOldExecutions(
  jobsFolder: string,
  days: number,
  held: ReadonlySet<string>,
  now = Date.now(),
): number {
  let removed = 0
  for (const executionId of readdirSync(jobsFolder)) {
    const path = join(jobsFolder, executionId)
    if (held.has(executionId) || now - statSync(path).mtimeMs < days * 24 * 3600 * 1000) continue
    removeFolder(path)
    removed += 1
  }
  return removed
}

/** What an attempt leaves that nobody could redact any more: all of it. */
export function removeAttempt(jobsFolder: string, executionId: string, attempt: number): void {
  removeFolder(join(jobsFolder, executionId, String(attempt)))
}

/** Removes also what an app closed by its modes; links are removed, not followed. */
export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM'))) throw error
    openUp(path)
    rmSync(path, { recursive: true, force: true })
  }
}

function openUp(path: string): void {
  if (!lstatSync(path).isDirectory()) return
  chmodSync(path, 0o700)
  for (const name of readdirSync(path)) openUp(join(path, name))
}
