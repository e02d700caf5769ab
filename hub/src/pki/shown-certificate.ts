import type { Server as HttpsServer } from 'node:https'
import type { Server } from '../http/server.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { repeat } from '../lib/repeat.ts'
import type { Settings } from '../settings/settings.ts'
import type { Authority } from './authority.ts'
import { certificateNames } from './certificate-names.ts'

/** What a port of the hub shows: PEM of its chain, its key, and the CA that issued it. */
export type TlsMaterial = { cert: string; key: string; ca: string }

/** Between two looks at whether it is another one. An administrator who changes the names downloads a bundle with them next. */
export const certificateCheckMs = 2000
/** Certificates live for more than a year; daily, the machine's own addresses are followed as well. */
const renewalMs = 24 * 3_600_000

/**
 * The certificate that the hub shows, to be asked for again and again: the same object, until the hub's names are others (ES-27) or a day
 * is over. Environment servers pin the CA, so a fresh one is as good as the last.
 */
export function shownCertificate(
  authority: Authority,
  settings: Pick<Settings, 'knownHosts'>,
  clock: Clock = systemClock,
): () => Promise<TlsMaterial> {
  let shown: { names: string; renewAtMs: number; material: TlsMaterial } | undefined
  return async () => {
    const hosts = await settings.knownHosts()
    const names = hosts.join(' ')
    const nowMs = clock.now().getTime()
    if (shown?.names === names && nowMs < shown.renewAtMs) return shown.material
    const ca = await authority.certificatePem()
    const { certificatePem, privateKeyPem } = await authority.issueServerCertificate(certificateNames(hosts))
    const material = { cert: `${certificatePem}\n${ca}`, key: privateKeyPem, ca }
    shown = { names, renewAtMs: nowMs + renewalMs, material }
    return material
  }
}

/** Lets a listener, which has shown this certificate so far, show the one in force from the next connection on. */
export function followCertificate(
  { server }: Pick<Server, 'server'>,
  first: TlsMaterial,
  tlsMaterial: () => Promise<TlsMaterial>,
  log: Log,
): AsyncDisposable {
  let shown = first
  return repeat(
    'certificate of the hub',
    certificateCheckMs,
    async () => {
      const now = await tlsMaterial()
      if (now === shown) return
      shown = now
      const { cert, key } = now
      // Fastify's type is that of a server without TLS.
      ;(server as HttpsServer).setSecureContext({ cert, key, minVersion: 'TLSv1.2' })
    },
    log,
  )
}
