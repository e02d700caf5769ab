import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { authorityOf, type HttpProxy, proxyAuthorization } from './http-proxy.ts'
import { ProxyProblem } from './proxy-problem.ts'

// As a module node:http would bring a second HTTP client along: 13 MB (see egress/egress-guard.ts).
const { request: httpRequest } = process.getBuiltinModule('node:http')

const headerBytesMax = 16 * 1024

/**
 * A connection to `host:port` through the proxy, which resolves the name (RFC 9110, 9.3.6).
 * @throws ProxyProblem where the proxy is the cause; the signal's reason where that ended it
 */
export async function openTunnel(proxy: HttpProxy, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const at = authorityOf(proxy.host, proxy.port)
  const authority = authorityOf(host, port)
  const authorization = proxyAuthorization(proxy)
  const request = httpRequest({
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...(authorization && { 'proxy-authorization': authorization }) },
    agent: false,
    maxHeaderSize: headerBytesMax,
  })
  const abort = () => request.destroy(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  request.once('connect', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
    const problem = problemOf(answer, head, at, authority)
    if (problem === undefined) return resolve(socket)
    socket.destroy()
    reject(problem)
  })
  request.once('error', (error) => {
    reject(signal.aborted ? signal.reason : new ProxyProblem('unreachable', at, authority, undefined, { cause: error }))
  })
  if (signal.aborted) abort()
  request.end()
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** In TLS and in HTTP the client speaks first: what comes behind a 200 is not from the other end. */
function problemOf({ statusCode = 0 }: IncomingMessage, head: Buffer, at: string, authority: string) {
  if (statusCode >= 200 && statusCode <= 299)
    return head.length === 0 ? undefined : new ProxyProblem('odd', at, authority, statusCode)
  // tinyproxy says 401 to wrong credentials, and 407 to none.
  const kind = statusCode === 407 || statusCode === 401 ? 'credentials' : 'refused'
  return new ProxyProblem(kind, at, authority, statusCode)
}
