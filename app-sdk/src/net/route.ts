import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { NotConnected, SourceRefused } from './source-errors.ts'

/** How a connection leaves: straight, or through something that understands HTTP CONNECT. */
export type Route =
  | { readonly by: 'direct' }
  /** The egress guard of the environment server: it alone decides which hosts an app may reach (S7). */
  | { readonly by: 'guard'; readonly socketPath: string }
  | { readonly by: 'proxy'; readonly host: string; readonly port: number; readonly authorization: string | undefined }

const answerBytesMax = 16 * 1024

/**
 * Opens a connection to `host:port` along a route.
 * @throws SourceRefused or NotConnected when the guard or proxy says no, with its words.
 */
export async function openRoute(route: Route, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  if (route.by === 'direct') return await connected(connect({ host, port }), signal)
  const socket = await connected(
    route.by === 'guard' ? connect(route.socketPath) : connect({ host: route.host, port: route.port }),
    signal,
  )
  try {
    await tunnel(socket, route, host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`, signal)
  } catch (error) {
    socket.destroy()
    throw error
  }
  return socket
}

function connected(socket: Socket, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const abort = () => socket.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', reject)
    socket.once('close', () => signal.removeEventListener('abort', abort))
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
    if (signal.aborted) abort()
  })
}

async function tunnel(
  socket: Socket,
  route: Exclude<Route, { by: 'direct' }>,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const authorization = route.by === 'proxy' ? route.authorization : undefined
  const credentials = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credentials}\r\n`)
  const { head, hasMore } = await readHead(socket, signal)
  const [, status = '', reason = ''] = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?/.exec(head) ?? []
  // In TLS and in HTTP the client speaks first. Only a refusal has a body.
  if (status === '200' && hasMore) throw new NotConnected('the proxy sent more than its answer')
  if (status === '200') return
  // A rule or a password does not change by asking again.
  const isFinal = status === '403' || status === '407'
  const guard = `the environment server ${isFinal ? 'does not let this app reach' : 'cannot connect this app to'}`
  const message =
    `${route.by === 'guard' ? guard : 'the proxy does not connect to'} ${target}: ${status} ${reason}`.trimEnd()
  throw isFinal ? new SourceRefused(message) : new NotConnected(message)
}

/** Reads up to the empty line, after which the connection is the tunnel. */
function readHead(socket: Socket, signal: AbortSignal): Promise<{ head: string; hasMore: boolean }> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    const fail = (error: Error) => {
      stop()
      reject(error)
    }
    const closed = () => fail(new NotConnected('the proxy closed the connection'))
    const abort = () => fail(signal.reason as Error)
    const read = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) {
        if (received.length > answerBytesMax) fail(new NotConnected('the proxy does not speak HTTP'))
        return
      }
      stop()
      resolve({ head: received.subarray(0, end).toString('latin1'), hasMore: end + 4 < received.length })
    }
    const stop = () => {
      socket.off('data', read).off('error', fail).off('close', closed)
      signal.removeEventListener('abort', abort)
    }
    socket.on('data', read).on('error', fail).on('close', closed)
    signal.addEventListener('abort', abort, { once: true })
  })
}
