import { type RefusedCertificate, refusedCertificate } from '@postern/intel/certificates'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { isIP } from 'node:net'
import { parseTarget } from './allow-list.ts'

// As a module node:http would bring a second HTTP client along: 13 MB (see egress-guard.ts).
const { request: httpRequest } = process.getBuiltinModule('node:http')

const lookMsMax = 5_000

/** What is wrong with the certificate that `authority` shows, looked at by the app's own way out. */
export async function refusedCertificateOf(
  guardSocket: string,
  authority: string,
  certificates: readonly string[],
): Promise<RefusedCertificate | undefined> {
  const target = parseTarget(authority)
  if (!target) return undefined
  const signal = AbortSignal.timeout(lookMsMax)
  try {
    const socket = await throughGuard(guardSocket, authority, signal)
    return await refusedCertificate(secure(socket, target.host, certificates), signal)
  } catch {
    // A second look is a service; what the app said stands without it.
    return undefined
  }
}

function throughGuard(socketPath: string, authority: string, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const request = httpRequest({ socketPath, method: 'CONNECT', path: authority, agent: false, signal })
  request.once('connect', ({ statusCode }: IncomingMessage, socket: Socket) => {
    if (statusCode === 200) return resolve(socket)
    socket.destroy()
    reject(new Error(`the guard answers ${statusCode}`))
  })
  request.once('error', reject)
  request.end()
  return promise
}

function secure(socket: Socket, host: string, certificates: readonly string[]) {
  return tlsConnect({ socket, host, ...(isIP(host) === 0 && { servername: host }), ca: [...certificates] })
}
