import { edgeProtocols, limits, paths } from '@postern/protocol'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { authorityOf } from '../proxy/http-proxy.ts'
import { UpgradeRefused } from './connection-problem.ts'
import { dialHub, type HubTarget } from './dial-hub.ts'
import type { HubRoutes } from './hub-routes.ts'

/** Largest frame that is taken; the broker puts what it has into one, several packets perhaps. */
const frameBytesMax = 4 * limits.messageBytesMax
/** For the other end's goodbye. */
const goodbyeMsMax = 2000

/** Opens what MQTT is spoken over: TLS itself, or a WebSocket in it (D30). */
export async function openMessageStream(
  { transport, ...target }: HubRoutes['messages'],
  caCertificate: string,
  identity: HubTarget['identity'],
  signal: AbortSignal,
): Promise<Duplex> {
  const { host, port } = target
  const { mqtt, http } = edgeProtocols
  const offered = transport === 'raw' ? [mqtt] : [http, mqtt]
  const socket = await dialHub({ ...target, caCertificate, offered, ...(identity && { identity }) }, signal)
  return transport === 'raw' ? socket : await openWebSocket(socket, authorityOf(host, port), signal)
}

/** Subprotocol `mqtt`, binary frames (MQTT 3.1.1, 6). Read only where it is set: it is memory that an idle server does without. */
async function openWebSocket(socket: TLSSocket, authority: string, signal: AbortSignal): Promise<Duplex> {
  const { createWebSocketStream, WebSocket } = await import('ws')
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>()
  const options = {
    // TLS is open already.
    createConnection: () => socket,
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: frameBytesMax,
    // The types do not have it yet.
    closeTimeout: goodbyeMsMax,
  }
  const webSocket = new WebSocket(`ws://${authority}${paths.mqtt}`, ['mqtt'], options)
  const abort = () => webSocket.terminate()
  signal.addEventListener('abort', abort, { once: true })
  webSocket.once('unexpected-response', (_request, { statusCode = 0 }) => {
    reject(new UpgradeRefused(statusCode))
    webSocket.terminate()
  })
  webSocket.once('error', (error) => reject(signal.aborted ? signal.reason : error))
  webSocket.once('open', () => {
    const stream = createWebSocketStream(webSocket)
    // Unlike a socket it stays half open when the other side has said goodbye.
    stream.once('end', () => stream.destroy())
    resolve(stream)
  })
  if (signal.aborted) abort()
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
