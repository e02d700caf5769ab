import { edgeProtocols, limits, paths } from '@postern/protocol'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { authorityOf } from '../proxy/http-proxy.ts'
import { UpgradeRefused } from './connection-problem.ts'
import { dialHub, type HubTarget, inspectorOf } from './dial-hub.ts'
import type { HubRoutes } from './hub-routes.ts'

/** Largest frame that is taken; the broker puts what it has into one, several packets perhaps. */
const frameBytesMax = 4 * limits.messageBytesMax
/** For the other end's goodbye. */
const goodbyeMsMax = 2000

type MessageStream = {
  stream: Duplex
  /** Who opens TLS on the way, so that the hub gets to see no certificate of this server's (S17); absent where nobody does. */
  inspectedBy: string | undefined
}

/** Opens what MQTT is spoken over: TLS itself, or a WebSocket in it (D30). */
export async function openMessageStream(
  { transport, inspection, ...way }: HubRoutes['messages'],
  caCertificate: string,
  identity: HubTarget['identity'],
  signal: AbortSignal,
): Promise<MessageStream> {
  const { host, port } = way
  const { mqtt, http } = edgeProtocols
  const target = { ...way, caCertificate }
  const isRaw = transport === 'raw'
  const { socket, inspectedBy } =
    (inspection && (await lookForInspection({ ...target, inspection, ...(!isRaw && { offered: [http] }) }, signal))) ??
    (await dialAsItself())
  const stream = isRaw ? socket : await openWebSocket(socket, authorityOf(host, port), signal)
  return { stream, inspectedBy }

  async function dialAsItself() {
    const offered = isRaw ? [mqtt] : [http, mqtt]
    return {
      socket: await dialHub({ ...target, offered, ...(identity && { identity }) }, signal),
      inspectedBy: undefined,
    }
  }
}

/**
 * Where inspection is allowed, a first connection shows whose certificate is met. It says nothing of MQTT: the hub would ask for a
 * certificate (D41), which what opens TLS cannot show. Where it is the hub's own it ends, and this server connects as itself.
 */
async function lookForInspection(target: HubTarget, signal: AbortSignal) {
  const socket = await dialHub(target, signal)
  const inspectedBy = inspectorOf(socket, target.caCertificate)
  if (inspectedBy !== undefined) return { socket, inspectedBy }
  socket.destroy()
  return undefined
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
