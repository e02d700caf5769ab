import { type IncomingMessage, request as httpRequest, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { edgePeerHeader } from '../http/edge-door.ts'
import type { HubDoor } from './edge-http.ts'

type Outcome = {
  hub: HubDoor
  /** The hub knows who sent the request. */
  onAdmitted(): void
  /** Nothing was answered, and nothing will be. */
  onUnavailable(error: Error): void
}

const answerHeaderBytesMax = 32 * 1024
/** By which the hub says that it knows the caller, see http/edge-door.ts. */
const processing = 102

/** Of one connection alone, beside what `Connection` names (RFC 9110, 7.6.1), and what only somebody in front of the hub may say. */
const keptBack = new Set([
  'connection',
  'expect',
  'forwarded',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  edgePeerHeader,
])

/** Passes one request on to the hub, and its answer back, as they come. The body is not taken before the hub wants it (S8). */
export function passOn(request: IncomingMessage, response: ServerResponse, { hub, ...outcome }: Outcome): void {
  const { headers } = request
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  let isKnown = false
  const passed = httpRequest({
    ...target(request, hub),
    headers: {
      ...headersFor(request, hub),
      // A hub that answers before it has the whole body would else close on it, and the answer be lost; we close, below.
      connection: 'keep-alive',
      ...(hasBody && { expect: '100-continue' }),
    },
  })
  response.once('close', () => passed.destroy())
  passed.on('error', (error) => (response.headersSent ? response.destroy() : outcome.onUnavailable(error)))
  passed.on('information', ({ statusCode }) => {
    if (statusCode !== processing || isKnown) return
    isKnown = true
    outcome.onAdmitted()
  })
  passed.once('continue', () => {
    if (headers.expect !== undefined) response.writeContinue()
    request.pipe(passed)
  })
  passed.once('response', (answer: IncomingMessage) => {
    // A stranger gets its answer, and keeps no connection.
    response.writeHead(answer.statusCode ?? 502, {
      ...endToEnd(answer.headers),
      ...(!isKnown && { connection: 'close' }),
    })
    answer.once('error', () => response.destroy())
    answer.pipe(response)
  })
  if (hasBody) passed.flushHeaders()
  else passed.end()
}

/** Passes the opening of a live page on; what the hub does not open is its answer, and the end of the connection. */
export function passOnUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer, { hub, ...outcome }: Outcome) {
  const passed = httpRequest({
    ...target(request, hub),
    headers: { ...headersFor(request, hub), connection: 'upgrade', upgrade: request.headers.upgrade ?? '' },
  })
  stream.once('close', () => passed.destroy())
  passed.on('error', outcome.onUnavailable)
  passed.once('upgrade', (answer: IncomingMessage, other: Duplex, otherHead: Buffer) => {
    outcome.onAdmitted()
    stream.write(headOf(answer, { ...answer.headers }))
    if (otherHead.length > 0) stream.write(otherHead)
    if (head.length > 0) other.write(head)
    other.on('error', () => stream.destroy())
    other.once('close', () => stream.destroy())
    stream.once('close', () => other.destroy())
    stream.pipe(other)
    other.pipe(stream)
  })
  passed.once('response', (answer: IncomingMessage) => {
    // Its length is not passed on in chunks: the end of the connection is the end of the answer.
    stream.write(headOf(answer, { ...endToEnd(answer.headers), connection: 'close' }))
    answer.once('error', () => stream.destroy())
    answer.pipe(stream)
  })
  passed.end()
}

function target(request: IncomingMessage, hub: HubDoor) {
  const { method, url } = request
  return {
    socketPath: hub.socketPath,
    method,
    // Exactly as it was sent: signatures of TcEx are over it.
    path: url,
    agent: false,
    maxHeaderSize: answerHeaderBytesMax,
  }
}

function headersFor(request: IncomingMessage, { pagesPort }: HubDoor): OutgoingHttpHeaders {
  // A page of the console comes from the port of the API: the hub compares Origin and Host (D18).
  const name = (request.headers.host ?? '').replace(/:[0-9]{1,5}$/, '')
  const host = pagesPort === '' ? name : `${name}:${pagesPort}`
  return { ...endToEnd(request.headers), host, [edgePeerHeader]: request.socket.remoteAddress ?? '' }
}

function endToEnd(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !keptBack.has(name) && !named.includes(name)))
}

function headOf({ statusCode, statusMessage }: IncomingMessage, headers: OutgoingHttpHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    name === 'transfer-encoding' ? [] : [value ?? ''].flat().map((each) => `${name}: ${each}`),
  )
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`
}
