import { createHash } from 'node:crypto'
import { chownSync, chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { serviceUser } from '@postern/hub'
import { copyRuntime } from './runtime-copy.ts'

/** Where everything runs from, where its data lies, and as whom it has to run (D11). */
export type ServiceHome = {
  checkout: string
  dataFolder: string
  /** The service user cannot reach what was asked for, so copies are used. */
  moved: boolean
  /** Whom root has to become; nobody else becomes anyone. */
  user: { uid: number; gid: number } | undefined
}

/** What stays visible in the folder that was asked for, when the data itself had to move. */
const visible = ['hub.json', 'hub.sock', 'pki', 'logs']

/**
 * Started by root: makes the service user and folders that it can use. Where the service user cannot pass to the checkout or to
 * the data folder, a copy of the runtime and the data lie below /var/lib/postern instead, and the asked folder holds links.
 * Started by anyone else: makes the data folder.
 */
export function prepareServiceHome(checkout: string, dataFolder: string): ServiceHome {
  mkdirSync(dataFolder, { recursive: true, mode: 0o711 })
  if (process.getuid?.() !== 0) return { checkout, dataFolder, moved: false, user: undefined }
  const user = serviceUser()
  const passable = othersMayPass(checkout) && othersMayPass(dataFolder)
  const home = passable ? { checkout, dataFolder, moved: false, user } : moveAway(checkout, dataFolder, user)
  chownSync(home.dataFolder, user.uid, user.gid)
  return home
}

/** Where the data of a folder that is asked for lie, or would lie. Makes nothing. */
export function dataFolderFor(checkout: string, asked: string): string {
  const isRoot = process.getuid?.() === 0
  return isRoot && !(othersMayPass(checkout) && othersMayPass(asked)) ? join(homeAway(asked), 'data') : asked
}

/** Prepares the home and, where root started this, gives up root for good. */
export function becomeServiceUser(checkout: string, dataFolder: string): ServiceHome {
  const home = prepareServiceHome(checkout, dataFolder)
  if (home.user === undefined) return home
  process.umask(0o022)
  process.setgroups?.([])
  process.setgid?.(home.user.gid)
  process.setuid?.(home.user.uid)
  return home
}

function moveAway(checkout: string, dataFolder: string, user: { uid: number; gid: number }): ServiceHome {
  const home = homeAway(dataFolder)
  mkdirSync(home, { recursive: true, mode: 0o711 })
  chmodSync('/var/lib/postern', 0o711)
  const data = join(home, 'data')
  mkdirSync(data, { recursive: true, mode: 0o711 })
  chownSync(data, user.uid, user.gid)
  for (const name of visible) {
    const link = join(dataFolder, name)
    rmSync(link, { recursive: true, force: true })
    symlinkSync(join(data, name), link)
  }
  return { checkout: copyRuntime(checkout, join(home, 'runtime')), dataFolder: data, moved: true, user }
}

function homeAway(dataFolder: string): string {
  return join('/var/lib/postern', createHash('sha256').update(dataFolder).digest('hex').slice(0, 16))
}

/** Whether a user who owns nothing here can pass every folder on the way to `path` and read it. */
function othersMayPass(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
