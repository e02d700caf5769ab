import { lchownSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** nobody: there on every Linux, and owner of nothing. */
const nobody = { uid: 65_534, gid: 65_534 }

/** Ids to drop to where the tests run as root, since environment servers refuse root; nothing for an ordinary user. */
export function unprivilegedUser(): { uid: number; gid: number } | undefined {
  return process.geteuid?.() === 0 ? nobody : undefined
}

/** Gives a folder, with all in it, to the user that will run on it. */
export function giveAway(path: string, user = unprivilegedUser()): void {
  if (!user) return
  lchownSync(path, user.uid, user.gid)
  if (!lstatSync(path).isDirectory()) return
  for (const name of readdirSync(path)) giveAway(join(path, name), user)
}
