import type { SetAside } from '@postern/protocol'
import type { HomeFolder } from '../home/home-folder.ts'
import type { ServerLog } from '../log/server-log.ts'
import { serverVersion } from '../version.ts'
import { fileToKeep } from './keep-copy.ts'
import { proveHealthy } from './prove-healthy.ts'
import { readSetAside } from './set-aside.ts'

export type UpgradeWatch = {
  /** The newer file that this one runs instead of. */
  setAside: SetAside | undefined
  /** From when the server works: keeps a copy of its file once that has proved itself. */
  watch(server: { isConnected(): boolean }): void
}

/** What a running server does for going back from a file that does not work (D34); the rest is run.sh's. */
export function watchUpgrade(home: HomeFolder, serverFile: string, trialSeconds: number, log: ServerLog): UpgradeWatch {
  // Now, since the file may be replaced long before the server works.
  const keep = fileToKeep({ home, serverFile, log })
  const setAside = readSetAside(home, serverFile)
  if (setAside !== undefined) {
    log(
      'error',
      `The newer server file was set aside at ${setAside.at}: ${setAside.reason} This is the one before it, version ${serverVersion}; the other is tried again when it is replaced.`,
    )
  }
  return {
    setAside,
    watch: (server) => proveHealthy(server, home, trialSeconds, keep, log),
  }
}
