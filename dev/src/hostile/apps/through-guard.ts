import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { guardSocket } from './given.ts'

/** Asks the app's egress guard for a connection to a host: what it answers, and the connection if it opened one. */
export function throughGuard(target: string): Promise<{ status: number; socket: Duplex }> {
  return new Promise((resolve, reject) =>
    request({ socketPath: guardSocket, method: 'CONNECT', path: target })
      .once('connect', (answer, socket) => resolve({ status: answer.statusCode ?? 0, socket }))
      .once('error', reject)
      .end(),
  )
}
