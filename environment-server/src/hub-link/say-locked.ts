import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { type LockedNotice, paths } from '@postern/protocol'
import { writeAtomically } from '../home/atomic-file.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import type { OpenedHome } from '../home/open-home.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { pause } from './back-off.ts'
import { hubHttp } from './hub-http.ts'
import type { HubRoutes } from './hub-routes.ts'

const againMs = 30_000

/** Made once; the hub learns its hash with the report of settings. Whoever steals it can say that this server is locked. */
export function lockedToken({ lockedTokenFile }: HomeFolder): string {
  if (!existsSync(lockedTokenFile)) writeAtomically(lockedTokenFile, randomBytes(32).toString('base64url'))
  return readFileSync(lockedTokenFile, 'utf8').trim()
}

/**
 * Tells the hub, again and again, that this server waits for its master password (ES-10): certificate and tokens are locked too. One
 * that never worked has nobody to tell. A proxy that wants a password cannot be passed, since that is locked as well.
 */
export async function sayLocked(
  { home, settings, trust }: OpenedHome,
  { api }: HubRoutes,
  log: ServerLog,
  signal: AbortSignal,
): Promise<void> {
  if (!existsSync(home.lockedTokenFile)) return
  const http = hubHttp(api, trust.caCertificate)
  const notice: LockedNotice = { serverXid: settings.serverXid }
  try {
    while (!signal.aborted) {
      try {
        await http.send({
          method: 'POST',
          path: paths.lockedNotices,
          token: lockedToken(home),
          contentType: 'application/json',
          body: JSON.stringify(notice),
          signal,
        })
      } catch (error) {
        log('debug', `The hub could not be told that the keychain is locked: ${errorText(error)}`)
      }
      await pause(againMs, signal)
    }
  } finally {
    http.close()
  }
}
