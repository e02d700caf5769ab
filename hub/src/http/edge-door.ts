import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { paths, tcexPaths } from '@postern/protocol'
import type { RouteRule } from '../access/permissions.ts'
import { listenClosed } from '../lib/listen-closed.ts'
import { Problem } from '../lib/problem.ts'
import type { Server } from './server.ts'

/** Set by the broker's edge alone, which takes it from requests: the address of whoever came to port 62000. */
export const edgePeerHeader = 'postern-edge-peer'

const requestMsMax = 300_000
/** Requests that came by the edge, with whoever still waits to be told that the body may come. */
const byEdge = new WeakMap<IncomingMessage, { waiting: ServerResponse | undefined }>()

/**
 * Opens the door for what the broker's edge passes on from port 62000 (D30): a Unix socket that only the user that runs the hub can
 * open. The same routes answer as on the HTTPS port, to the address that the edge names; each connection carries one request.
 * @returns closes it
 */
export async function openEdgeDoor(server: Server, path: string): Promise<() => Promise<void>> {
  const { server: routes } = server
  const door = createServer({ requestTimeout: requestMsMax })
  door.on('request', (request, response) => {
    arrive(request)
    routes.emit('request', request, response)
  })
  door.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    arrive(request, response)
    routes.emit('request', request, response)
  })
  door.on('upgrade', (request, socket, head) => {
    arrive(request)
    routes.emit('upgrade', request, socket, head)
  })
  await listenClosed(door, path)
  return async () => {
    const closed = new Promise<void>((resolve) => door.close(() => resolve()))
    door.closeAllConnections()
    await closed
  }
}

function arrive(request: IncomingMessage, waiting?: ServerResponse): void {
  byEdge.set(request, { waiting })
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
  if (url === paths.live || url === paths.health || url === paths.enrolments) return
  if (url.startsWith(`${tcexPaths.base}/`)) return
  throw new Problem('not-found', "This is not served on the broker's port; ask on the port of the API.")
}

/** The caller may send what it wants to: only now does the edge take the body from whoever came (S8). */
export function takeBody(request: IncomingMessage): void {
  const came = byEdge.get(request)
  came?.waiting?.writeContinue()
  if (came) came.waiting = undefined
}
