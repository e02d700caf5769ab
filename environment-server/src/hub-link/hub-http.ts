import { request as httpsRequest, Agent } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { callbackify } from 'node:util'
import { dialHub } from './dial-hub.ts'
import type { HubRoutes } from './hub-routes.ts'

/** The hub's HTTPS side: one agent, one pinned CA, no redirects. */
export type HubHttp = {
  /** Where requests go: the setting apiURL, or the broker's address where all goes over WebSocket's port (D30). */
  readonly url: string
  send(request: HubRequest): Promise<HubResponse>
  close(): void
}

export type HubRequest = {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  /** Empty: none is sent. */
  token: string
  contentType?: string
  contentEncoding?: 'gzip'
  body?: string | Uint8Array
  /** Largest answer in bytes; a longer one is an error. */
  responseBytesMax?: number
  timeoutMs?: number
  signal?: AbortSignal
}

export type HubResponse = {
  status: number
  body: Buffer
  retryAfterSeconds: number | undefined
  /** The hub's clock in milliseconds, to the second. */
  date: number | undefined
}

const responseBytesDefault = 64 * 1024
const timeoutMsDefault = 30_000
const socketsMax = 8
const connectMsMax = 15_000

export function hubHttp({ url, proxy, inspection }: HubRoutes['api'], caCertificate: string): HubHttp {
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax })
  const dial = callbackify((host: string, port: number) =>
    dialHub({ host, port, proxy, inspection, caCertificate }, AbortSignal.timeout(connectMsMax)),
  )
  agent.createConnection = ({ host, port }, callback) => {
    // An agent is asked for hosts as URL writes them: an IPv6 address in brackets.
    dial((host ?? '').replaceAll(/^\[|\]$/g, ''), Number(port), (error, socket) => callback?.(error, socket))
    return undefined
  }
  return {
    url,
    send: (request) => send(new URL(url + request.path), agent, request),
    close: () => agent.destroy(),
  }
}

function send(url: URL, agent: Agent, request: HubRequest): Promise<HubResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HubResponse>()
  // Covers the whole exchange: a timeout of the socket alone never ends a hub that sends one byte a minute.
  const timeout = AbortSignal.timeout(request.timeoutMs ?? timeoutMsDefault)
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
  const outgoing = httpsRequest(
    url,
    { method: request.method, agent, signal, headers: headersOf(request) },
    (response) => {
      readBody(response, request.responseBytesMax ?? responseBytesDefault).then(
        (body) =>
          resolve({
            status: response.statusCode ?? 0,
            body,
            retryAfterSeconds: retryAfterSeconds(response),
            date: dateOf(response),
          }),
        reject,
      )
    },
  )
  outgoing.on('error', reject)
  outgoing.end(request.body)
  return promise
}

function headersOf({ token, contentType, contentEncoding, body }: HubRequest): Record<string, string | number> {
  return {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(contentType && { 'content-type': contentType }),
    ...(contentEncoding && { 'content-encoding': contentEncoding }),
    ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
  }
}

async function readBody(response: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > bytesMax) {
      response.destroy()
      throw new Error(`the hub's answer is larger than ${bytesMax} bytes`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function retryAfterSeconds(response: IncomingMessage): number | undefined {
  const seconds = Number(response.headers['retry-after'])
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 600) : undefined
}

function dateOf(response: IncomingMessage): number | undefined {
  const date = Date.parse(response.headers.date ?? '')
  return Number.isNaN(date) ? undefined : date
}
