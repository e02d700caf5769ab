import { writeFileSync } from 'node:fs'
import type { HomeFolder } from '../home/home-folder.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'

/** How long a server must be online in one go before the file that it runs counts as healthy (D34); see POSTERN_TRIAL_SECONDS. */
export const trialSecondsDefault = 60
const lookMs = 500

type Watched = { isConnected(): boolean }

/** Says when this start is online for the first time, for run.sh, and calls `keep` once it has been so for long enough. */
export function proveHealthy(
  server: Watched,
  { onlineFile }: HomeFolder,
  trialSeconds: number,
  keep: () => void,
  log: ServerLog,
): void {
  let since: number | undefined
  let said = false
  const timer = setInterval(() => {
    if (!server.isConnected()) {
      since = undefined
      return
    }
    if (!said) said = sayOnline(onlineFile, log)
    since ??= performance.now()
    if (performance.now() - since < trialSeconds * 1000) return
    clearInterval(timer)
    keep()
  }, lookMs)
  timer.unref()
}

function sayOnline(onlineFile: string, log: ServerLog): true {
  try {
    writeFileSync(onlineFile, '', { mode: 0o600 })
  } catch (error) {
    log('debug', `${onlineFile} could not be written: ${errorText(error)}`)
  }
  return true
}
