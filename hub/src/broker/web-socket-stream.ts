import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { createWebSocketStream, type WebSocket } from 'ws'
import type { EdgeLimits } from './edge-limits.ts'

/** Close code of RFC 6455, 7.4.1. */
const unacceptableData = 1003

/**
 * What MQTT is spoken on inside a WebSocket: its binary frames, one after the other (MQTT 3.1.1, 6). Frames that carry no MQTT are
 * bounded like packets, since no gate behind this sees them.
 */
export function openMqttStream(
  webSocket: WebSocket,
  socket: TLSSocket,
  { packetsPerSecondMax }: Pick<EdgeLimits, 'packetsPerSecondMax'>,
): Duplex {
  let secondStarted = 0
  let inSecond = 0
  const count = () => {
    const now = performance.now()
    if (now - secondStarted >= 1000) [secondStarted, inSecond] = [now, 0]
    inSecond += 1
    if (inSecond > packetsPerSecondMax) webSocket.terminate()
  }
  webSocket.on('ping', count).on('pong', count)
  webSocket.on('message', (_data, isBinary) => {
    if (!isBinary) webSocket.close(unacceptableData)
  })
  const stream = createWebSocketStream(webSocket)
  // Unlike a socket it stays half open when the other side has said goodbye.
  stream.once('end', () => stream.destroy())
  // A peer that never says its own goodbye does not hold the socket.
  stream.once('close', () => socket.destroy())
  return stream
}
