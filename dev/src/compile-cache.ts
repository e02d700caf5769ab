import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { giveAway } from './environment-server/unprivileged-user.ts'

/**
 * Half the processor time of a start from source, as an environment variable. One folder for all processes of a user; anyone may
 * make folders below /tmp, so one that belongs to somebody else is not used.
 * @param user whom root starts the process as
 */
export function compileCache(user: { uid: number; gid: number } | undefined): Record<string, string> {
  const uid = user?.uid ?? process.getuid?.()
  const folder = `/tmp/postern-compiled-${uid}`
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Without a user it stays ours: root's own processes use it too.
    if (user !== undefined) giveAway(folder, user)
  }
  const facts = lstatSync(folder)
  return facts.isDirectory() && facts.uid === uid ? { NODE_COMPILE_CACHE: folder } : {}
}
