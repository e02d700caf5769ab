import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { errorText } from '../log/server-log.ts'
import type { AppUser } from '../sandbox/app-user.ts'
import { diskLimits } from './disk-limits.ts'
import { measureAsUser } from './disk-of-user.ts'
import { processTree, readProcessTable } from './process-table.ts'

const pauseMs = 500
/** To measure as another user takes two programs. */
const pauseAsUserMs = 1_000
/** One look may fail, as when no process can be started at that moment; an app that ends each look is ended. */
const failuresMax = 2
const filesAtOnceMax = 1_000
/** Open files of one attempt that are looked at. */
const openFilesMax = 4_000

export type DiskWatched = { stop(): void }

/**
 * Measures what one attempt has on disk, about twice a second: all files below its folders, and files that it deleted but keeps
 * open, which no folder shows. `onExceeded` is called once, with a sentence. Between two looks an app can pass the limit; a single
 * file cannot (RLIMIT_FSIZE).
 */
export function watchDisk(
  folders: readonly string[],
  rootPid: number,
  bytesMax: number,
  onExceeded: (sentence: string) => void,
  user?: AppUser,
): DiskWatched {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let failures = 0
  const look = async (): Promise<void> => {
    const measured = user ? measureAsUser(user, folders) : measureOwn(folders, rootPid)
    const sentence = await measured.then(
      (found) => {
        failures = 0
        return judge(found, bytesMax)
      },
      (error: unknown) => {
        failures += 1
        return failures < failuresMax
          ? undefined
          : `What the app has on disk cannot be measured (${errorText(error)}). It was ended.`
      },
    )
    if (isStopped) return
    if (sentence === undefined) next()
    else onExceeded(sentence)
  }
  const next = () => (timer = setTimeout(() => void look(), user ? pauseAsUserMs : pauseMs))
  next()
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

/** Bytes on disk, or what is wrong with the folders themselves. */
export type Measured = { bytes: number } | { sentence: string }

async function measureOwn(folders: readonly string[], rootPid: number): Promise<Measured> {
  const below = await measureFolders(folders)
  return 'sentence' in below ? below : { bytes: below.bytes + (await measureDeleted(rootPid)) }
}

function judge(measured: Measured, bytesMax: number): string | undefined {
  if ('sentence' in measured) return `${measured.sentence} It was ended.`
  const { bytes } = measured
  if (bytes <= bytesMax) return undefined
  const megabytes = (count: number) => Math.round(count / 1024 / 1024)
  return `The app had ${megabytes(bytes)} MB on disk and was ended; its limit is ${megabytes(bytesMax)} MB.`
}

/** Bytes that the files below these folders take. */
export async function measureFolders(folders: readonly string[]): Promise<Measured> {
  const { filesMax, folderDepthMax } = diskLimits
  let blocks = 0
  let files = 0
  const open = folders.map((path) => ({ path, depth: 0 }))
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (folder.depth > folderDepthMax) return { sentence: `The app nested folders deeper than ${folderDepthMax}.` }
    const entries = entriesOf(folder.path)
    if (entries === 'closed') return { sentence: 'The app closed a folder of its own to the environment server.' }
    if ((files += entries.length) > filesMax)
      return { sentence: `The app had more than ${filesMax} files and folders.` }
    for (const [index, entry] of entries.entries()) {
      const path = join(folder.path, entry.name)
      if (entry.isDirectory()) open.push({ path, depth: folder.depth + 1 })
      else blocks += lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0
      // Heartbeats go on meanwhile.
      if (index % filesAtOnceMax === filesAtOnceMax - 1) await setImmediate()
    }
  }
  return { bytes: blocks * blockBytes }
}

function entriesOf(path: string): Dirent[] | 'closed' {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // It vanished since it was listed.
    if (code === 'ENOENT') return []
    if (code === 'EACCES' || code === 'ENAMETOOLONG') return 'closed'
    throw error
  }
}

/** st_blocks counts in these, whatever the file system uses. */
const blockBytes = 512

/** Bytes of files without a name that processes of the tree hold open: deleted ones, and memory that poses as a file. */
async function measureDeleted(rootPid: number): Promise<number> {
  const seen = new Map<string, number>()
  let looked = 0
  for (const { pid } of processTree(readProcessTable(), rootPid)) {
    // A process that ended meanwhile, or is not ours to look into, holds nothing that could be measured.
    for (const name of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if ((looked += 1) > openFilesMax) break
      const file = await stat(`/proc/${pid}/fd/${name}`).catch(() => undefined)
      if (file?.isFile() && file.nlink === 0) seen.set(`${file.dev} ${file.ino}`, file.blocks * blockBytes)
    }
  }
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0)
}
