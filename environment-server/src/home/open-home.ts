import { rmSync } from 'node:fs'
import { readProcess } from '../executor/process-table.ts'
import { writeAtomically } from './atomic-file.ts'
import { closeHomeFolder, type HomeFolder, homeFolder, prepareHomeFolder, removeLeftovers } from './home-folder.ts'
import { lockHome } from './home-lock.ts'
import { keepSettings } from './kept-settings.ts'
import { type LocalPolicy, readLocalPolicy } from '../policy/local-policy.ts'
import { readSettings, type Settings } from './settings.ts'
import { readTrust, type Trust } from './trust.ts'

/** What people, a bundle and the hub wrote into the folder. */
export type HomeFiles = {
  settings: Settings
  trust: Trust
  policy: LocalPolicy
}

/** What the folder says, under the lock that `dispose` gives back. */
export type OpenedHome = Disposable &
  HomeFiles & {
    home: HomeFolder
    /** Settings that a bundle would have taken away. */
    keptSettings: readonly string[]
  }

export function openHome(directory: string): OpenedHome {
  const home = homeFolder(directory)
  prepareHomeFolder(home)
  const lock = lockHome(home.lockFile)
  try {
    closeHomeFolder(home)
    removeLeftovers(home)
    const keptSettings = keepSettings(home)
    const files = readHomeFiles(home)
    writeAtomically(home.pidFile, `${process.pid} ${readProcess(process.pid)?.startTicks ?? ''}\n`)
    return {
      home,
      keptSettings,
      ...files,
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

/** At the start, and when a running server is told to read them again. */
export function readHomeFiles(home: HomeFolder): HomeFiles {
  const settings = readSettings(home)
  const trust = readTrust(home)
  const policy = readLocalPolicy(home)
  return { settings, trust, policy }
}
