import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { readConnectAnswer } from './connect-answer.ts'
import type { ConnectAnswer } from './connect-answer.ts'
import { NotConnected, SourceRefused } from './source-errors.ts'

/** How a connection leaves: straight, or through something that understands HTTP CONNECT. */
export type Route =
  | { readonly by: 'direct' }
  /** The egress guard of the environment server: it alone decides which hosts an app may reach (S7). */
  | { readonly by: 'guard'; readonly socketPath: string }
  | { readonly by: 'proxy'; readonly host: string; readonly port: number; readonly authorization: string | undefined }

const reasonCharactersMax = 300

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
  const answer = await readConnectAnswer(socket, signal)
  const { status, body } = answer
  // In TLS and in HTTP the client speaks first. Only a refusal has a body.
  if (status === '200' && body !== '') throw new NotConnected('the proxy sent more than its answer')
  if (status === '200') return
  // A rule or a password does not change by asking again.
  const isFinal = status === '403' || status === '407'
  const guard = `the environment server ${isFinal ? 'does not let this app reach' : 'cannot connect this app to'}`
  const message = `${route.by === 'guard' ? guard : 'the proxy does not connect to'} ${target}: ${reasonOf(answer, route.by)}`
  throw isFinal ? new SourceRefused(message) : new NotConnected(message)
}

/** The guard gives its reason as one plain sentence; the body of any other proxy is a page for browsers. */
function reasonOf({ status, statusText, body }: ConnectAnswer, by: 'guard' | 'proxy'): string {
  const [sentence = ''] = by === 'guard' ? body.trim().split('\n') : []
  const clean = sentence
    .replaceAll(/\p{Cc}/gu, '')
    .slice(0, reasonCharactersMax)
    .toWellFormed()
  return clean === '' ? `${status} ${statusText}`.trimEnd() : clean
}
