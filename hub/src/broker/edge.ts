import { rmSync } from 'node:fs'
import {
  connect,
  createServer as createNetServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls'
import { edgeProtocols } from '@postern/protocol'
import { Audit } from '../audit/audit.ts'
import { connectDatabase } from '../database/database.ts'
import {
  type ConnectionCredentials,
  endOlderCertificate,
  findConnectionCredentials,
  inspectedInVain,
  revokedAmong,
} from '../environments/connection-credentials.ts'
import { RefusalBudget } from '../environments/refusal-budget.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { listenClosed, listening } from '../lib/listen-closed.ts'
import type { Log } from '../lib/log.ts'
import { isRowId } from '../lib/row-id.ts'
import { workInGroups } from '../lib/work-in-groups.ts'
import { demandCertificate, certificateOf } from './server-certificate.ts'
import { connectRefusal, nameRefusal, serialOf } from './connect-refusal.ts'
import { EdgeHttp, type HubDoor } from './edge-http.ts'
import { type EdgeLimits, edgeLimits } from './edge-limits.ts'
import { peekOpening } from './client-hello.ts'
import { peekFirstByte, protocolInside } from './first-byte.ts'
import { type ConnectFacts, createMqttBroker, type RefusedServer } from './mqtt-broker.ts'
import { certificateCheckMs, type TlsMaterial } from '../pki/shown-certificate.ts'
import { PacketGate } from './packet-gate.ts'
import { ProofMemory } from './proof-memory.ts'
import { openRelay } from './relay.ts'
import { WaitingRoom } from './waiting-room.ts'

export type EdgeOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  databaseUrl: string
  /** What it shows, and by `ca` whom it believes. Asked every `certificateCheckMs`; another object where it is another certificate. */
  tlsMaterial(): Promise<TlsMaterial>
  /** Where the hub connects; only the user that runs the edge can open it. */
  socketPath: string
  /** An external broker, for several hubs: the edge is its door, and the hub connects there itself (D46). */
  brokerUrl?: string | undefined
  /** Where the hub answers HTTP that comes to this port; absent: MQTT alone is served. */
  hub?: HubDoor
  log: Log
  clock?: Clock
  limits?: Partial<EdgeLimits>
}

export type Edge = {
  port: number
  connectedServers(): string[]
  /** Connections that have not proved anything yet. */
  unauthenticated(): number
  close(): Promise<void>
}

/** Port 62000: the broker for environment servers, behind TLS with client certificates, and for the hub on a Unix socket. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { log, clock = systemClock } = options
  const limits: EdgeLimits = { ...edgeLimits, ...options.limits }
  await using stack = new AsyncDisposableStack()

  const { db, close } = connectDatabase(
    options.databaseUrl,
    (error) => log.warn({ reason: error.message }, 'an idle database connection broke'),
    limits.databaseConnectionsMax,
  )
  stack.defer(close)
  // Thousands come back in one instant: what is asked for each of them is asked at once.
  const credentialsOf = workInGroups<string, ConnectionCredentials | undefined>({
    keyOf: (serverXid) => serverXid,
    groupMax: limits.handshakesMax,
    together: async (serverXids) => {
      const found = await findConnectionCredentials(db, serverXids)
      return new Map(serverXids.map((serverXid) => [serverXid, found.get(serverXid)]))
    },
    alone: async (serverXid) => (await findConnectionCredentials(db, [serverXid])).get(serverXid),
    onGroupFailed: (error) => log.warn({ err: error }, 'environment servers could not be looked up together'),
  })
  const audit = new Audit()
  const now = () => clock.now().getTime()
  // Apart, so that strangers who name a server cannot use up what is there for the server itself.
  const [budget, budgetOfStrangers] = [new RefusalBudget(now), new RefusalBudget(now)]
  const relay = options.brokerUrl === undefined ? undefined : openRelay(options.brokerUrl, log)
  stack.defer(async () => await relay?.close())
  const broker = await createMqttBroker({ limits, log, refusalOf, onRefused, relay })
  stack.defer(() => broker.close())

  const room = new WaitingRoom(limits)
  const proofs = new ProofMemory()
  const visitors = new Map<string, () => void>()
  const sockets = new Set<Socket>()
  const hubSockets = new Set<Socket>()
  let material = await options.tlsMaterial()
  const shown = { ...material, minVersion: 'TLSv1.2' as const }
  const shake = { handshakeTimeout: limits.authenticationMs }
  // Who offers HTTP as well speaks MQTT in a WebSocket.
  const spoken = { ALPNProtocols: [edgeProtocols.http, edgeProtocols.mqtt] }
  const tlsOfServers = createTlsServer({ ...shown, ...shake, ...spoken, ...demandCertificate })
  // Apps, browsers and servers before their enrolment have no certificate, and what comes from where TLS is opened shows none (D41).
  const tlsOfOthers = createTlsServer({ ...shown, ...shake })
  const http = new EdgeHttp({
    hub: options.hub,
    limits,
    log,
    openMqtt,
    mayOpenMqtt: (socket) => certificateOf(socket) !== 'of another',
    onAdmitted: (socket) => visitors.get(nameOf(socket))?.(),
  })
  stack.defer(() => http.close())
  for (const server of [tlsOfServers, tlsOfOthers]) {
    server.on('secureConnection', onSecure)
    server.on('tlsClientError', (error, socket) => {
      log.debug({ address: socket.remoteAddress, reason: error.message }, 'a TLS handshake failed')
      socket.destroy()
    })
  }

  const renewal = setInterval(() => void renewTls([tlsOfServers, tlsOfOthers]), certificateCheckMs)
  stack.defer(() => clearInterval(renewal))
  const revocation = setInterval(() => void cutRevoked(), limits.revocationCheckMs)
  stack.defer(() => clearInterval(revocation))

  const hubDoor = await openHubDoor(options.socketPath)
  stack.defer(() => closeServer(hubDoor, hubSockets))
  const outer = createNetServer({ noDelay: true, highWaterMark: limits.unreadBytesMax }, onSocket)
  outer.maxConnections = limits.connectionsMax
  await listening(outer, () => outer.listen(options.port, options.host))
  stack.defer(() => closeServer(outer, sockets))
  // listen() on a port gives an address with one.
  const { port } = outer.address() as AddressInfo
  log.info({ host: options.host, port }, "the broker's edge is ready")

  const started = stack.move()
  return {
    port,
    connectedServers: () => broker.connectedServers(),
    unauthenticated: () => room.size,
    close: () => started.disposeAsync(),
  }

  /** A first byte other than that of TLS is closed (S8). */
  function onSocket(socket: Socket): void {
    track(socket, sockets)
    const visitor = room.enter(socket)
    if (visitor === undefined) {
      log.debug({ address: socket.remoteAddress }, 'too many connections wait for authentication')
      socket.destroy()
      return
    }
    const name = nameOf(socket)
    visitors.set(name, visitor.leave)
    socket.once('close', () => visitors.delete(name))
    peekOpening(socket, (opening) => {
      if (opening === 'not TLS') return void socket.destroy()
      const server = opening === 'TLS for MQTT' ? tlsOfServers : tlsOfOthers
      visitor.awaitTurn(() => server.emit('connection', socket))
    })
  }

  function onSecure(socket: TLSSocket): void {
    socket.on('error', () => {})
    if (!visitors.has(nameOf(socket))) return void socket.destroy()
    peekFirstByte(socket, (byte) => {
      const protocol = protocolInside(byte)
      if (protocol === 'http') http.handle(socket)
      else if (protocol !== 'mqtt' || !openMqtt(socket, socket)) socket.destroy()
    })
  }

  /** In TLS itself or in a WebSocket in it. Who has shown no certificate comes no further than CONNECT, unless that proves as much (S17). */
  function openMqtt(stream: Duplex, socket: TLSSocket): boolean {
    const certificate = certificateOf(socket)
    const leave = visitors.get(nameOf(socket))
    if (certificate === 'of another' || leave === undefined) return false
    const gate = new PacketGate(stream, limits)
    const address = socket.remoteAddress ?? ''
    broker.handle(gate, { kind: 'server', gate, certificate, address, onAuthenticated: leave })
    return true
  }

  async function openHubDoor(path: string): Promise<NetServer> {
    if (await isAnswering(path)) throw new Error(`Another broker edge answers on ${path}. One hub has one edge.`)
    rmSync(path, { force: true })
    const server = createNetServer((socket) => {
      track(socket, hubSockets)
      broker.handle(socket, { kind: 'hub' })
    })
    await listenClosed(server, path)
    return server
  }

  async function refusalOf({ certificate, clientId, userName, password }: ConnectFacts) {
    const shown = { certificate, clientId, userName, password }
    const unnamed = nameRefusal(shown)
    if (unnamed !== undefined) return { reason: unnamed }
    const serverXid = certificate?.serverXid ?? userName ?? ''
    const stored = await credentialsOf(serverXid)
    const refusal = connectRefusal(shown, stored, clock.now(), proofs)
    const renewed = stored?.renewedCertificateSerial
    if (refusal === undefined && renewed != null && renewed === serialOf(shown))
      await endOlderCertificate(db, serverXid, renewed)
    return refusal
  }

  /** Into the audit, so that the organization sees it, while the budget lasts. */
  function onRefused({ serverXid, address, isKnown }: RefusedServer, what: string, reason: string): void {
    // Who shows no certificate may call itself anything.
    if (!isRowId(serverXid)) return
    if (!(isKnown ? budget : budgetOfStrangers).take(serverXid)) return
    log.warn({ serverXid, address, what: what.slice(0, 200), reason }, 'the broker refused an environment server')
    recordRefusal(serverXid, address, what, reason).catch((error: unknown) =>
      log.error({ err: error, serverXid }, 'a refusal could not be written into the audit'),
    )
  }

  async function recordRefusal(serverXid: string, address: string, what: string, reason: string): Promise<void> {
    const stored = await credentialsOf(serverXid)
    if (stored === undefined || stored.isRevoked) return
    const caller = { kind: 'environment-server', ...stored } as const
    const detail = { what: what.slice(0, 200), reason }
    await audit.record(db, caller, 'broker.refuse', `environment server ${serverXid}`, detail, address)
  }

  /** A revoked server keeps its connection for `revocationCheckMs` at most, and so does one that is inspected where that has ended. */
  async function cutRevoked(): Promise<void> {
    try {
      for (const serverXid of await revokedAmong(db, broker.connectedServers())) {
        log.info({ serverXid }, 'the environment server was revoked; its connection is cut')
        broker.disconnect(serverXid)
      }
      for (const serverXid of await inspectedInVain(db, broker.inspectedServers())) {
        log.info({ serverXid }, 'its environment does not allow TLS inspection any more; the connection is cut')
        broker.disconnect(serverXid)
      }
    } catch (error) {
      log.warn({ err: error }, 'revocations could not be read; trying again')
    }
  }

  async function renewTls(servers: readonly TlsServer[]): Promise<void> {
    try {
      const now = await options.tlsMaterial()
      if (now === material) return
      material = now
      for (const server of servers) server.setSecureContext({ ...material, minVersion: 'TLSv1.2' })
    } catch (error) {
      log.warn({ err: error }, 'the certificate of the broker could not be renewed; the old one stays')
    }
  }
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
  // A cut line is an error of the socket's; what it carried hears of it by itself.
  socket.on('error', () => {})
}

/** Of a connection: TLS and the socket below it have the same. */
function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}

async function closeServer(server: NetServer, sockets: Set<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of sockets) socket.destroy()
  await closed
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
