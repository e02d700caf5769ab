import { X509Certificate } from 'node:crypto'
import { connect, isIP, type Socket } from 'node:net'
import { connect as tlsConnect, type TLSSocket } from 'node:tls'
import { authorityOf, type HttpProxy } from '../proxy/http-proxy.ts'
import { openTunnel } from '../proxy/open-tunnel.ts'
import type { AllowedInspection } from './allowed-inspection.ts'
import { oneLine, TlsOpened } from './tls-opened.ts'

export type HubTarget = {
  host: string
  port: number
  proxy: HttpProxy | undefined
  /** PEM of the hub's CA, the only one that counts unless `inspection` is there: a certificate that the public trusts proves nothing. */
  caCertificate: string
  /** PEM; who this server is. Absent before it has enrolled, and for HTTPS, which shows a token. */
  identity?: { certificate: string; privateKey: string }
  /** Whose certificates count as well (S17), and who hears which was met. Absent: nobody's do. */
  inspection?: AllowedInspection | undefined
  /** By ALPN; the hub asks for a certificate where MQTT is offered (D41). */
  offered?: readonly string[]
}

/**
 * The one way in which a connection to the hub is opened (D30): straight or through the proxy, then TLS with the pinned CA.
 * @throws ProxyProblem, TlsOpened, or the system's error; the signal's reason where that ended it
 */
export async function dialHub(target: HubTarget, signal: AbortSignal): Promise<TLSSocket> {
  return await secure(await openWay(target, signal), target, signal)
}

/** The first half of it: to where TLS begins. The doctor takes the halves one by one (D35). */
export async function openWay(
  { host, port, proxy }: Omit<HubTarget, 'caCertificate'>,
  signal: AbortSignal,
): Promise<Socket> {
  return proxy ? await openTunnel(proxy, host, port, signal) : await openDirect(host, port, signal)
}

export async function openDirect(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port })
  return await ready(socket, 'connect', signal)
}

/** The second half. */
export async function secure(
  socket: Socket,
  { host, port, caCertificate, identity, inspection, offered }: HubTarget,
  signal: AbortSignal,
) {
  socket.setNoDelay(true)
  const secured = tlsConnect({
    socket,
    host,
    // Server names are for names: an address in SNI is against RFC 6066, 3.
    ...(isIP(host) === 0 && { servername: host }),
    ca: [caCertificate, ...(inspection?.certificates ?? [])],
    ...(identity && { cert: identity.certificate, key: identity.privateKey }),
    ...(offered && { ALPNProtocols: [...offered] }),
    minVersion: 'TLSv1.2',
  })
  let issuer = ''
  // Before Node judges the certificate, and forgets it if it is refused.
  secured.prependOnceListener('secure', () => {
    // Not getPeerX509Certificate, after which Node finds no certificate to judge by name.
    const shown: Record<string, string | string[] | undefined> = secured.getPeerCertificate(true).issuer ?? {}
    issuer = Object.entries(shown)
      .map(([attribute, value]) => `${attribute}=${String(value)}`)
      .join('\n')
  })
  try {
    await ready(secured, 'secureConnect', signal)
    inspection?.note(authorityOf(host, port), inspectorOf(secured, caCertificate))
    return secured
  } catch (error) {
    throw TlsOpened.from(error, issuer) ?? error
  }
}

/** Who issued the certificate that was met; nothing where the hub's own CA did. */
export function inspectorOf(secured: TLSSocket, caCertificate: string): string | undefined {
  // Not getPeerX509Certificate, which gives it once.
  const { raw } = secured.getPeerCertificate()
  const met = new X509Certificate(raw)
  if (met.verify(new X509Certificate(caCertificate).publicKey)) return undefined
  return oneLine(met.issuer) || 'an authority without a name'
}

/** Waits for the event; whatever comes instead of it ends the socket. */
async function ready<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<S>()
  const abort = () => socket.destroy(signal.reason as Error)
  socket.once('error', reject)
  socket.once('close', () => reject(cutOff()))
  socket.once(event, () => resolve(socket))
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    await promise
    socket.off('error', reject)
    return socket
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function cutOff(): Error {
  return Object.assign(new Error('the connection was closed during the handshake'), { code: 'ECONNRESET' })
}
