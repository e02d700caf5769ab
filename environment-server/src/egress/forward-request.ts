import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type HttpProxy, proxyAuthorization } from '../proxy/http-proxy.ts'

// As a module node:http would bring a second HTTP client along (see egress-guard.ts).
const { request: httpRequest } = process.getBuiltinModule('node:http')

const answerHeaderBytesMax = 32 * 1024

/** Of one connection alone (RFC 9110, 7.6.1), or for this proxy alone. */
const hopHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
])

/**
 * Sends a request in absolute form (`GET http://host/path`) on: over `socket` to its host, or to the next proxy, and passes the
 * answer back as it comes.
 * @returns when the answer has been passed on; rejects when there is none
 */
export async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  way: { socket: Socket } | { proxy: HttpProxy },
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const authorization = 'proxy' in way ? proxyAuthorization(way.proxy) : undefined
  const outgoing = httpRequest({
    ...('proxy' in way
      ? { host: way.proxy.host, port: way.proxy.port, path: url.href, agent: false as const }
      : { createConnection: () => way.socket, path: url.pathname + url.search }),
    method: request.method,
    headers: {
      ...endToEnd(request.headers),
      host: url.host,
      connection: 'close',
      ...(authorization && { 'proxy-authorization': authorization }),
    },
    maxHeaderSize: answerHeaderBytesMax,
    signal,
  })
  outgoing.once('response', (answer: IncomingMessage) => {
    response.writeHead(answer.statusCode ?? 502, { ...endToEnd(answer.headers), connection: 'close' })
    answer.once('error', () => response.destroy())
    answer.pipe(response)
    resolve()
  })
  outgoing.once('error', reject)
  request.pipe(outgoing)
  await promise
}

function endToEnd(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.has(name) && !named.includes(name)))
}
