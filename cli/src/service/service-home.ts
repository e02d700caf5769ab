import { createHash } from 'node:crypto'
import { chownSync, chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { serviceUser } from '@postern/hub'
import { copyRuntime } from './runtime-copy.ts'

/** Where everything runs from, and where its data lies, once root has stepped down (D11). */
export type ServiceHome = { checkout: string; dataFolder: string; moved: boolean; steppedDown: boolean }

/** What stays visible in the folder that was asked for, when the data itself had to move. */
const visible = ['hub.json', 'hub.sock', 'pki', 'logs']

/**
 * Started by root: makes the service user and folders that it can use, then gives up root for good. Where the service user
 * cannot pass to the checkout or to the data folder, a copy of the runtime and the data lie below /var/lib/postern instead,
 * and the asked folder holds links. Started by anyone else: nothing to do.
 */
export function becomeServiceUser(checkout: string, dataFolder: string): ServiceHome {
  if (process.getuid?.() !== 0) {
    mkdirSync(dataFolder, { recursive: true, mode: 0o711 })
    return { checkout, dataFolder, moved: false, steppedDown: false }
  }
  const user = serviceUser()
  mkdirSync(dataFolder, { recursive: true, mode: 0o711 })
  const passable = othersMayPass(checkout) && othersMayPass(dataFolder)
  const home = passable
    ? { checkout, dataFolder, moved: false, steppedDown: true }
    : moveAway(checkout, dataFolder, user)
  mkdirSync(home.dataFolder, { recursive: true, mode: 0o711 })
  chownSync(home.dataFolder, user.uid, user.gid)
  process.umask(0o022)
  process.setgroups?.([])
  process.setgid?.(user.gid)
  process.setuid?.(user.uid)
  return home
}

function moveAway(checkout: string, dataFolder: string, user: { uid: number; gid: number }): ServiceHome {
  const home = join('/var/lib/postern', createHash('sha256').update(dataFolder).digest('hex').slice(0, 16))
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
  return { checkout: copyRuntime(checkout, join(home, 'runtime')), dataFolder: data, moved: true, steppedDown: true }
}

/** Whether a user who owns nothing here can pass every folder on the way to `path` and read it. */
function othersMayPass(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
