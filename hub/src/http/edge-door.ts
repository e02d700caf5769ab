import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { paths, tcexPaths } from '@postern/protocol'
import type { RouteRule } from '../access/permissions.ts'
import { listenClosed } from '../lib/listen-closed.ts'
import { Problem } from '../lib/problem.ts'
import type { Server } from './server.ts'

/** Set by the broker's edge alone, which takes it from requests: the address of whoever came to port 62000. */
export const edgePeerHeader = 'postern-edge-peer'

const requestMsMax = 300_000
/** Requests that came by the edge, with what answers them; it waits to be told that a body may come. An upgrade has no answer. */
const byEdge = new WeakMap<IncomingMessage, { response: ServerResponse | undefined; waits: boolean }>()

/**
 * Opens the door for what the broker's edge passes on from port 62000 (D30): a Unix socket that only the user that runs the hub can
 * open. The same routes answer as on the HTTPS port, to the address that the edge names; each connection carries one request.
 * @returns closes it
 */
export async function openEdgeDoor(server: Server, path: string): Promise<() => Promise<void>> {
  const { server: routes } = server
  const door = createServer({ requestTimeout: requestMsMax })
  door.on('request', (request, response) => {
    arrive(request, response, false)
    routes.emit('request', request, response)
  })
  door.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    arrive(request, response, true)
    routes.emit('request', request, response)
  })
  door.on('upgrade', (request, socket, head) => {
    arrive(request, undefined, false)
    routes.emit('upgrade', request, socket, head)
  })
  await listenClosed(door, path)
  return async () => {
    const closed = new Promise<void>((resolve) => door.close(() => resolve()))
    door.closeAllConnections()
    await closed
  }
}

function arrive(request: IncomingMessage, response: ServerResponse | undefined, waits: boolean): void {
  byEdge.set(request, { response, waits })
  const peer = String(request.headers[edgePeerHeader] ?? '')
  // Audit, logs and limits by address go by the socket's; a Unix socket has none of its own.
  Object.defineProperty(request.socket, 'remoteAddress', { value: peer, configurable: true })
}

/** What port 62000 serves beside MQTT: what environment servers, their apps, and live pages ask for. Nothing else has its rule there. */
export function refuseByEdge(request: IncomingMessage, url: string | undefined, rule: RouteRule | undefined): void {
  if (!byEdge.has(request) || url === undefined || rule === undefined) return
  const isTheirs = rule.callers.includes('execution') || rule.callers.includes('environment-server')
  const isPublic = rule.permission === 'public'
  if (isTheirs && !isPublic) return
  if (url === paths.live || url === paths.health || rule.ownTokens) return
  if (url.startsWith(`${tcexPaths.base}/`)) return
  throw new Problem('not-found', "This is not served on the broker's port; ask on the port of the API.")
}

/**
 * Tells the edge whether it brings a caller whom the hub knows (102, RFC 2518, 10.1), who then is no stranger there, and that the body
 * may come: only now does the edge take it from whoever sends it (S8).
 */
export function admit(request: IncomingMessage, isKnown: boolean): void {
  const came = byEdge.get(request)
  if (came?.response === undefined) return
  if (isKnown) came.response.writeProcessing()
  if (came.waits) came.response.writeContinue()
  came.waits = false
}
