import { chmodSync } from 'node:fs'
import { errorText, type ServerLog } from '../log/server-log.ts'
import type { Redactor } from '../redact/redactor.ts'
import { type AppUser, clearUpAfter } from '../sandbox/app-user.ts'
import { type AttemptFolders, removeLeavings } from './execution-folders.ts'
import { redactKeptFiles } from './kept-files.ts'

/** Where the app ran as a user of its own: its processes end, and what it made is opened to the server, before anything of it is read. */
export async function openLeavings({ app }: AttemptFolders, user: AppUser | undefined, log: ServerLog): Promise<void> {
  if (!user) return
  try {
    await clearUpAfter(user, [app.in, app.out, app.log, app.temp])
  } catch (error) {
    log('error', `What an app left cannot be cleared up as user ${user.name}: ${errorText(error)}`)
  }
}

/** A leaving that stays is untidy; it changes nothing about how the app ended. */
export async function cleanUp(
  folders: AttemptFolders,
  redact: Redactor,
  bytesMax: number,
  log: ServerLog,
): Promise<void> {
  try {
    // The next app of the same user does not come here any more.
    chmodSync(folders.top, 0o700)
    await removeLeavings(folders)
    const { isOutKept } = await redactKeptFiles(folders.app, redact, bytesMax)
    if (!isOutKept) log('warn', `What an execution left in ${folders.app.out} was too much, and is not kept.`)
  } catch (error) {
    log('warn', `What an execution left in ${folders.top} could not be tidied up: ${errorText(error)}`)
  }
}
