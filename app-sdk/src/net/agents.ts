import type { Agent as PlainAgent } from 'node:http'
import type { Agent as SecureAgent } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { callbackify } from 'node:util'
import { hearIssuer } from '@postern/intel/certificates'
import { openRoute } from './route.ts'
import type { Route } from './route.ts'
import { assertTrusted, tlsOptions } from './tls-trust.ts'
import type { TlsTrust } from './tls-trust.ts'

/** Time to connect, tunnel and shake hands. */
const connectMs = 20_000
const socketsMax = 8

/** The connections of one session: all along one route, all under one trust. */
export interface Agents {
  readonly http: PlainAgent
  readonly https: SecureAgent
  close(): void
}

/**
 * Agents whose connections go along `route`, each made for the first request that needs it: loading Node's HTTP takes milliseconds of
 * an app's start. TLS sessions are not resumed, so that every connection shows its certificate.
 */
export function createAgents(route: Route, trust: TlsTrust, keepAlive: boolean): Agents {
  let plain: PlainAgent | undefined
  let secure: SecureAgent | undefined
  return {
    get http() {
      return (plain ??= plainAgent(route, keepAlive))
    },
    get https() {
      return (secure ??= secureAgent(route, trust, keepAlive))
    },
    close() {
      plain?.destroy()
      secure?.destroy()
    },
  }
}

function plainAgent(route: Route, keepAlive: boolean): PlainAgent {
  const { Agent } = process.getBuiltinModule('node:http')
  const agent = new Agent({ keepAlive, maxSockets: socketsMax })
  const open = callbackify(
    async (host: string, port: number): Promise<Duplex> =>
      await openRoute(route, host, port, AbortSignal.timeout(connectMs)),
  )
  agent.createConnection = (options, callback) => {
    open(options.host ?? '', Number(options.port), (error, socket) => callback?.(error, socket))
    return undefined
  }
  return agent
}

function secureAgent(route: Route, trust: TlsTrust, keepAlive: boolean): SecureAgent {
  const { Agent } = process.getBuiltinModule('node:https')
  const agent = new Agent({ keepAlive, maxSockets: socketsMax, maxCachedSessions: 0 })
  const open = callbackify(
    async (host: string, port: number): Promise<Duplex> => await openSecure(route, trust, host, port),
  )
  agent.createConnection = (options, callback) => {
    open(options.host ?? '', Number(options.port), (error, socket) => callback?.(error, socket))
    return undefined
  }
  return agent
}

async function openSecure(route: Route, trust: TlsTrust, host: string, port: number): Promise<Duplex> {
  const signal = AbortSignal.timeout(connectMs)
  const raw = await openRoute(route, host, port, signal)
  // Server names are for names: an address in SNI is against RFC 6066 section 3.
  const socket = tlsConnect({
    socket: raw,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...tlsOptions(trust),
  })
  const issuer = hearIssuer(socket)
  await new Promise<void>((resolve, reject) => {
    const abort = () => socket.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    // Whose certificate was refused is known here alone.
    const fail = (error: Error) => reject(Object.assign(error, { issuer: issuer() }))
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      socket.off('error', fail)
      signal.removeEventListener('abort', abort)
      resolve()
    })
  })
  try {
    assertTrusted(socket, trust, `${host}:${port}`)
  } catch (error) {
    socket.destroy()
    throw error
  }
  return socket
}
