import { type AppUser, runAsUser } from '../sandbox/app-user.ts'
import { diskLimits } from './disk-limits.ts'
import type { Measured } from './disk-watch.ts'

/** Bytes of a block as find(1) counts it with %b. */
const blockBytes = 512

/**
 * One line for each file: depth and blocks below the folders, and `x`, blocks and identity of each file without a name that a process
 * of the user holds open.
 */
const script = `{
  find "$@" -xdev -printf '%d %b\\n' 2>/dev/null
  find -L /proc/[0-9]*/fd -maxdepth 1 -type f -links 0 -printf 'x %b %D:%i\\n' 2>/dev/null
} | head -n ${diskLimits.filesMax * 2}`

/** What an app of another user has on disk: that user alone can look into all of it. Counted like `measureFolders` and deleted files. */
export async function measureAsUser(user: AppUser, folders: readonly string[]): Promise<Measured> {
  const { filesMax, folderDepthMax } = diskLimits
  const nameless = new Map<string, number>()
  let files = 0
  let blocks = 0
  for (const line of (await runAsUser(user, script, folders)).split('\n')) {
    const [depth, blocksText, identity] = line.split(' ')
    if (depth === 'x' && identity !== undefined) nameless.set(identity, Number(blocksText))
    else if (blocksText !== undefined) {
      if (Number(depth) > folderDepthMax) return { sentence: `The app nested folders deeper than ${folderDepthMax}.` }
      files += 1
      blocks += Number(blocksText)
    }
  }
  if (files > filesMax) return { sentence: `The app had more than ${filesMax} files and folders.` }
  for (const more of nameless.values()) blocks += more
  return { bytes: blocks * blockBytes }
}
