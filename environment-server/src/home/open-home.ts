import { rmSync } from 'node:fs'
import { readProcess } from '../executor/process-table.ts'
import { writeAtomically } from './atomic-file.ts'
import { type HomeFolder, homeFolder, prepareHomeFolder, removeStaleSockets } from './home-folder.ts'
import { lockHome } from './home-lock.ts'
import { type LocalPolicy, readLocalPolicy } from './local-policy.ts'
import { readSettings, type Settings } from './settings.ts'
import { readTrust, type Trust } from './trust.ts'

/** What the folder says, read once at the start, under the lock that `dispose` gives back. */
export type OpenedHome = Disposable & {
  home: HomeFolder
  settings: Settings
  trust: Trust
  policy: LocalPolicy
}

export function openHome(directory: string): OpenedHome {
  const home = homeFolder(directory)
  prepareHomeFolder(home)
  const lock = lockHome(home.lockFile)
  try {
    removeStaleSockets(home)
    const settings = readSettings(home)
    const trust = readTrust(home)
    const policy = readLocalPolicy(home)
    // For the apps: Node reads its extra CAs from a file.
    writeAtomically(home.caFile, trust.caCertificate, 0o644)
    writeAtomically(home.pidFile, `${process.pid} ${readProcess(process.pid)?.startTicks ?? ''}\n`)
    return {
      home,
      settings,
      trust,
      policy,
      [Symbol.dispose]: () => {
        rmSync(home.pidFile, { force: true })
        lock[Symbol.dispose]()
      },
    }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}
