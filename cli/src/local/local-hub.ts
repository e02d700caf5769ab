import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type HubFile, readHubFile, stopDatabaseOf } from '@postern/hub'
import { childEnvironment } from '../config.ts'
import { type HubTarget } from '../hub-api.ts'
import { lockFolder } from '../supervisor/folder-lock.ts'
import { SupervisedProcess } from '../supervisor/supervised-process.ts'

/** A hub and its broker's edge as supervised processes of this command. */
export type LocalHub = {
  target: HubTarget
  file: HubFile
  processes: { hub: SupervisedProcess; edge: SupervisedProcess }
  stop(): Promise<void>
}

export type LocalHubOptions = {
  checkout: string
  dataFolder: string
  /** Whom root starts the processes as. */
  user?: { uid: number; gid: number } | undefined
  /** Settings of the hub beside those of this process. */
  settings?: Record<string, string>
  /** The longest wait before a process that died is started again. */
  restartDelayMsMax?: number | undefined
  onCrash: (name: string, how: string) => void
}

/**
 * For malloc of glibc (mallopt(3)): a large block goes back to the system when it is freed. By default the size from which that holds
 * grows with use, and what batches pass through would stay with the hub for good. For V8: half the room for young objects that it
 * takes by itself on a large machine, so that what passed through is found dead the sooner. What an operator sets wins.
 */
const givesMemoryBack = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  NODE_OPTIONS: '--max-semi-space-size=16',
}

/** Starts the hub, then the broker's edge: the edge reads its port and its certificate from what the hub prepared. */
export async function startLocalHub({
  checkout,
  dataFolder,
  user,
  settings,
  restartDelayMsMax,
  onCrash,
}: LocalHubOptions): Promise<LocalHub> {
  const unlock = lockFolder(dataFolder, 'Postern')
  const logs = join(dataFolder, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const hub = supervised('hub', 'hub/src/main.ts')
  const edge = supervised('broker', 'hub/src/edge/main.ts')
  try {
    await hub.start()
    await edge.start()
  } catch (error) {
    await stop()
    throw error
  }
  const file = readHubFile(dataFolder)
  if (file === undefined) throw new Error(`The hub is ready and wrote no ${join(dataFolder, 'hub.json')}.`)
  const target: HubTarget = { kind: 'socket', socketPath: join(dataFolder, 'hub.sock') }
  return { target, file, processes: { hub, edge }, stop }

  function supervised(name: string, program: string): SupervisedProcess {
    return new SupervisedProcess(
      {
        name,
        command: process.execPath,
        args: [join(checkout, program)],
        env: { ...givesMemoryBack, ...childEnvironment(dataFolder), ...settings },
        logFile: join(logs, `${name}.log`),
        cwd: checkout,
        user,
        restartDelayMsMax,
      },
      onCrash,
    )
  }

  async function stop(): Promise<void> {
    await edge.stop()
    await hub.stop()
    // A hub that had died, and was not up again yet, has left its database running.
    await stopDatabaseOf(dataFolder)
    unlock()
  }
}
