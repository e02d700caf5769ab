import { launch } from '@postern/protocol'
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type AppUser, shareWithUser } from '../sandbox/app-user.ts'
import type { ExecutionFolders } from '../sandbox/confinement.ts'
import { removeFolder } from './remove-folder.ts'
import { StartRefused } from './start-refused.ts'

export type AttemptFolders = { top: string; work: string; app: ExecutionFolders }

/** Makes the folders of one attempt, empty. A user that the app runs as comes through to them, and nobody else does. */
export async function makeAttemptFolders(
  jobsFolder: string,
  executionId: string,
  attempt: number,
  user?: AppUser,
): Promise<AttemptFolders> {
  // Ids are opaque, but a folder's name is not.
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(executionId))
    throw new StartRefused('The execution id is no folder name.')
  const top = join(jobsFolder, executionId, String(attempt))
  await removeFolder(top)
  mkdirSync(top, { recursive: true, mode: 0o700 })
  if (user) {
    chmodSync(join(jobsFolder, executionId), 0o711)
    shareWithUser(top, user, 0o710)
  }
  const folder = (name: string, mode = 0o2770) => {
    const path = join(top, name)
    mkdirSync(path, { mode: 0o700 })
    if (user) shareWithUser(path, user, mode)
    return path
  }
  return {
    top,
    work: folder('work', 0o750),
    app: {
      in: folder(launch.folders.in),
      out: folder(launch.folders.out),
      log: folder(launch.folders.log),
      temp: folder(launch.folders.temp),
    },
  }
}

/** What is of no use once the app has ended: parameters, its temporary files, the sandbox's own. */
export async function removeLeavings({ work, app }: AttemptFolders): Promise<void> {
  for (const folder of [app.in, work, app.temp]) await removeFolder(folder)
}

/** Removes folders of executions older than the setting says (ES-9), but for those that are held. Returns how many. */
export async function removeOldExecutions(
  jobsFolder: string,
  days: number,
  held: ReadonlySet<string>,
  now = Date.now(),
): Promise<number> {
  let removed = 0
  for (const executionId of readdirSync(jobsFolder)) {
    const path = join(jobsFolder, executionId)
    if (held.has(executionId) || now - statSync(path).mtimeMs < days * 24 * 3600 * 1000) continue
    await removeFolder(path)
    removed += 1
  }
  return removed
}

/** What an attempt leaves that nobody could redact any more: all of it. */
export async function removeAttempt(jobsFolder: string, executionId: string, attempt: number): Promise<void> {
  await removeFolder(join(jobsFolder, executionId, String(attempt)))
}
