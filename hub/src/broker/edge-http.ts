import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { paths, type ProblemCode, tcexPaths } from '@postern/protocol'
import { WebSocketServer } from 'ws'
import { problemBytes, problemDocument, problemType } from '../http/problem-document.ts'
import { refuseBytes } from '../http/refuse-bytes.ts'
import type { Log } from '../lib/log.ts'
import type { EdgeLimits } from './edge-limits.ts'
import { passOn, passOnUpgrade } from './pass-on.ts'
import { openMqttStream } from './web-socket-stream.ts'

/** Where the hub answers HTTP for its edge, and the port that pages of its console come from (D18). */
export type HubDoor = { socketPath: string; pagesPort: string }

export type EdgeHttpParts = {
  /** Absent: no hub answers here; then MQTT alone is served. */
  hub: HubDoor | undefined
  limits: EdgeLimits
  log: Log
  /** Speaks MQTT on the stream, by what the socket below it showed. @returns false where it may not */
  openMqtt(stream: Duplex, socket: TLSSocket): boolean
  /** Whether what the socket showed lets anybody speak MQTT on it. */
  mayOpenMqtt(socket: TLSSocket): boolean
  /** The connection has proved something: its time is its own from here on. */
  onAdmitted(socket: TLSSocket): void
}

/**
 * HTTP inside TLS on port 62000 (D30): a WebSocket to the broker, and whatever else environment servers, their apps and live pages
 * want of the hub, passed on as it comes. It believes nobody: who may ask for what, the hub says.
 */
export class EdgeHttp {
  readonly #parts: EdgeHttpParts
  readonly #server: Server
  readonly #webSockets: WebSocketServer
  #underWay = 0

  constructor(parts: EdgeHttpParts) {
    const { limits } = parts
    this.#parts = parts
    this.#webSockets = new WebSocketServer(webSocketOptions(limits))
    this.#server = createServer({ maxHeaderSize: limits.httpHeaderBytesMax, keepAliveTimeout: limits.httpIdleMs })
    this.#server.setTimeout(limits.httpIdleMs, (socket) => socket.destroy())
    this.#server.on('clientError', refuseBytes)
    for (const event of ['request', 'checkContinue'] as const)
      this.#server.on(event, (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Takes a connection whose first byte is that of HTTP. */
  handle(socket: TLSSocket): void {
    this.#server.emit('connection', socket)
  }

  close(): void {
    this.#webSockets.close()
    this.#server.closeAllConnections()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { hub, limits, onAdmitted } = this.#parts
    if (hub === undefined) return void request.socket.destroy()
    if (!isServed(request)) return refuse(response, 'not-found', notServed)
    if (this.#underWay >= limits.httpRequestsMax)
      return refuse(response, 'too-many', 'Too many requests are under way.')
    this.#underWay += 1
    response.once('close', () => (this.#underWay -= 1))
    passOn(request, response, {
      hub,
      onAdmitted: () => onAdmitted(socketOf(request)),
      onUnavailable: (error) => {
        this.#parts.log.warn({ reason: error.message }, 'the hub did not answer its edge')
        refuse(response, 'unavailable', 'The hub does not answer right now; try again.')
      },
    })
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { hub, log, onAdmitted } = this.#parts
    stream.on('error', () => {})
    const path = pathOf(request)
    if (path === paths.mqtt) return this.#openWebSocket(request, stream, head)
    if (hub === undefined) return void stream.destroy()
    if (path !== paths.live) return void stream.end(problemBytes('not-found', notServed))
    passOnUpgrade(request, stream, head, {
      hub,
      onAdmitted: () => onAdmitted(socketOf(request)),
      onUnavailable: (error) => {
        log.warn({ reason: error.message }, 'the hub did not answer its edge')
        stream.end(problemBytes('unavailable', 'The hub does not answer right now; try again.'))
      },
    })
  }

  #openWebSocket(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { limits, mayOpenMqtt, openMqtt } = this.#parts
    const socket = socketOf(request)
    const offered = String(request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/)
    if (!offered.includes('mqtt'))
      return void stream.end(problemBytes('invalid', 'Only the subprotocol mqtt is spoken.'))
    if (!mayOpenMqtt(socket))
      return void stream.end(problemBytes('unauthenticated', "MQTT needs the environment server's own certificate."))
    // It has pings of its own; the broker's keep-alive says when a line is dead.
    socket.setTimeout(0)
    this.#webSockets.handleUpgrade(request, stream, head, (webSocket) => {
      openMqtt(openMqttStream(webSocket, socket, limits), socket)
    })
  }
}

function webSocketOptions(limits: EdgeLimits) {
  return {
    noServer: true,
    // Before anything is proved no more may be held than this; a packet of MQTT may span frames.
    maxPayload: limits.unauthenticatedBytesMax,
    perMessageDeflate: false,
    // Whoever is told goodbye and says nothing is closed. The types do not have it yet.
    closeTimeout: limits.drainMs,
    handleProtocols: (offered: Set<string>) => (offered.has('mqtt') ? 'mqtt' : (false as const)),
  }
}

const notServed = "This is not served on the broker's port; ask on the port of the API."

/** What the hub is troubled with at all; which of it is served here, its routes' rules say. */
function isServed(request: IncomingMessage): boolean {
  const path = pathOf(request)
  return path === paths.health || path.startsWith('/v1/') || path.startsWith(`${tcexPaths.base}/`)
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? ''
}

/** The server was given nothing but sockets of TLS. */
function socketOf(request: IncomingMessage): TLSSocket {
  return request.socket as TLSSocket
}

function refuse(response: ServerResponse, code: ProblemCode, detail: string): void {
  if (response.headersSent) return void response.destroy()
  const document = problemDocument(code, detail)
  response.writeHead(document.status, { 'content-type': problemType, connection: 'close' })
  response.end(JSON.stringify(document))
}
