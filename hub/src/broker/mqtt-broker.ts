import type { Duplex } from 'node:stream'
import { connectRefusals } from '@postern/protocol'
import { Aedes, type AuthenticateError, type Client } from 'aedes'
import type { Log } from '../lib/log.ts'
import type { ConnectRefusal } from './connect-refusal.ts'
import type { EdgeLimits } from './edge-limits.ts'
import type { PacketGate } from './packet-gate.ts'
import type { ServerCertificate } from './server-certificate.ts'
import type { Relay } from './relay.ts'
import { type Peer, publishRefusal, serverPeer, subscribeRefusal } from './topic-refusal.ts'

/** A stream that has come as far as MQTT: the hub by its socket, or what calls itself an environment server. */
export type Connection = { kind: 'hub' } | ServerConnection

export type ServerConnection = {
  kind: 'server'
  gate: PacketGate
  /** Absent where TLS is opened on the way (S17), and of strangers. */
  certificate: ServerCertificate | undefined
  address: string
  onAuthenticated(): void
}

/** CONNACK return code of MQTT 3.1.1, 3.2.2.3. */
const serverUnavailable = 3
/** The answer when nobody can say whether a server may connect: it tries again later. */
const unavailable = Symbol('unavailable')

export type ConnectFacts = {
  certificate: ServerCertificate | undefined
  address: string
  clientId: string
  userName: string | undefined
  password: Buffer | undefined
}

export type MqttBrokerParts = {
  limits: EdgeLimits
  log: Log
  /** Why an environment server may not connect; nothing if it may. */
  refusalOf(facts: ConnectFacts): Promise<ConnectRefusal | undefined>
  /** Hears of every refusal, for the audit. */
  onRefused(refused: RefusedServer, what: string, reason: string): void
  /** The external broker that messages go to and come from; without it they stay here, where the hub is. */
  relay?: Relay | undefined
}

/** `isKnown`: it has shown a certificate, or was let in. Of others the number is only what they say. */
export type RefusedServer = { serverXid: string; address: string; isKnown: boolean }

export type MqttBroker = {
  handle(stream: Duplex, connection: Connection): void
  connectedServers(): string[]
  /** Of these, the ones whose TLS is opened on the way. */
  inspectedServers(): string[]
  disconnect(serverXid: string): void
  close(): Promise<void>
}

/**
 * The embedded broker: aedes, with our rules for who may connect and who may say what. Nothing is kept for who is away. In front of an
 * external broker it is the door alone: what servers say is acknowledged once that broker has it, and what they hear comes from there.
 */
export async function createMqttBroker({
  limits,
  log,
  refusalOf,
  onRefused,
  relay,
}: MqttBrokerParts): Promise<MqttBroker> {
  const connections = new WeakMap<object, Connection>()
  const peers = new WeakMap<Client, Peer>()
  const sessionRefusals = new WeakMap<Client, string>()
  const servers = new Map<string, Client>()

  const broker = await Aedes.createBroker({
    drainTimeout: limits.drainMs,
    // A hundred at once, as is usual, leave the rest in a line, which is worked off call in call where nobody hears what is said: thousands
    // that are cut in one instant would end the process. Each connection has its own bounds for what it has under way.
    concurrency: 0,
    // The waiting room ends who is slow; this is the second lock.
    connectTimeout: limits.authenticationMs,
    keepaliveLimit: limits.keepaliveSecondsMax,
    maxTopicLevels: 8,
    preConnect(client, packet, done) {
      const connection = connections.get(client.conn)
      if (connection?.kind === 'server') {
        const refusal = sessionRefusal(connection.certificate?.serverXid ?? packet.username ?? '', packet)
        if (refusal !== undefined) sessionRefusals.set(client, refusal)
      }
      done(null, true)
    },
    authenticate(client, userName, password, done) {
      const connection = connections.get(client.conn)
      if (connection === undefined) return done(refused(connectRefusals.notAuthorized), null)
      if (connection.kind === 'hub') {
        peers.set(client, { kind: 'hub' })
        return done(null, true)
      }
      void answerServer(client, connection, userName, password, done)
    },
    authorizePublish(client, packet, done) {
      const peer = client === null ? undefined : peers.get(client)
      const refusal = peer === undefined ? 'the connection is not authenticated' : publishRefusal(peer, packet)
      if (refusal === undefined && relay !== undefined) return void settle(relay.publish(packet), done)
      if (refusal === undefined) return done(null)
      if (peer?.kind === 'server' && client !== null) refuse(client, peer.serverXid, `publish ${packet.topic}`, refusal)
      done(new Error(refusal))
    },
    authorizeSubscribe(client, subscription, done) {
      const peer = peers.get(client)
      const refusal = peer === undefined ? 'the connection is not authenticated' : subscribeRefusal(peer, subscription)
      if (refusal === undefined && relay !== undefined)
        return void settle(relay.subscribe(subscription.topic), (error) => done(error, subscription))
      if (refusal === undefined) return done(null, subscription)
      if (peer?.kind === 'server') refuse(client, peer.serverXid, `subscribe ${subscription.topic}`, refusal)
      done(null, null)
    },
    authorizeForward(client, packet) {
      const peer = peers.get(client)
      return peer?.kind === 'hub' || peer?.subscribe.has(packet.topic) === true ? packet : null
    },
  })

  async function answerServer(
    client: Client,
    connection: ServerConnection,
    userName: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): Promise<void> {
    const { certificate, address } = connection
    const serverXid = certificate?.serverXid ?? userName ?? ''
    const facts = { certificate, address, clientId: client.id, userName, password }
    if (relay?.isConnected() === false) return done(refused(serverUnavailable), null)
    const unserved = sessionRefusals.get(client)
    const refusal: ConnectRefusal | typeof unavailable | undefined =
      unserved === undefined ? await refusalOrFailure(facts) : { reason: unserved }
    if (refusal === unavailable) return done(refused(serverUnavailable), null)
    if (refusal !== undefined) {
      onRefused({ serverXid, address, isKnown: certificate !== undefined }, 'connect', refusal.reason)
      return done(refused(connectRefusals[refusal.told ?? 'notAuthorized']), null)
    }
    peers.set(client, serverPeer(serverXid))
    connection.gate.open()
    connection.onAuthenticated()
    done(null, true)
  }

  async function refusalOrFailure(facts: ConnectFacts): Promise<ConnectRefusal | typeof unavailable | undefined> {
    try {
      return await refusalOf(facts)
    } catch (error) {
      log.error({ err: error }, 'an environment server could not be checked: the database did not answer')
      return unavailable
    }
  }

  function isInspected(client: Client): boolean {
    const connection = connections.get(client.conn)
    return connection?.kind === 'server' && connection.certificate === undefined
  }

  function refuse(client: Client, serverXid: string, what: string, reason: string): void {
    const connection = connections.get(client.conn)
    const address = connection?.kind === 'server' ? connection.address : ''
    onRefused({ serverXid, address, isKnown: true }, what, reason)
  }

  broker.on('clientReady', (client) => {
    const peer = peers.get(client)
    if (peer?.kind === 'server') servers.set(peer.serverXid, client)
  })
  broker.on('clientDisconnect', (client) => {
    const peer = peers.get(client)
    // A newer connection of the same server may stand there already.
    if (peer?.kind !== 'server' || servers.get(peer.serverXid) !== client) return
    servers.delete(peer.serverXid)
    relay?.unsubscribe([...peer.subscribe])
  })
  relay?.onMessage(({ topic, payload, qos }) => {
    const packet = { cmd: 'publish', topic, payload, qos: qos === 0 ? 0 : 1, retain: false, dup: false } as const
    broker.publish(packet, () => {})
  })
  relay?.onLost(() => {
    for (const client of servers.values()) client.close()
  })
  for (const event of ['clientError', 'connectionError'] as const) {
    broker.on(event, (client, error) =>
      log.debug({ client: client.id, reason: error.message }, 'a connection to the broker ended'),
    )
  }
  // aedes' types leave its own error event out.
  ;(broker as NodeJS.EventEmitter).on('error', (error: unknown) =>
    log.error({ err: error }, 'the broker made a mistake'),
  )

  return {
    handle(stream, connection) {
      connections.set(stream, connection)
      broker.handle(stream)
    },
    connectedServers: () => [...servers.keys()],
    inspectedServers: () => [...servers].filter(([, client]) => isInspected(client)).map(([serverXid]) => serverXid),
    disconnect: (serverXid) => servers.get(serverXid)?.close(),
    close: async () => await new Promise((resolve) => broker.close(resolve)),
  }
}

type ConnectPacket = {
  clean: boolean
  protocolVersion?: number
  will?: { topic: string; qos: number; retain: boolean; payload: string | Buffer }
}

/** Why a CONNECT asks for something that is not served: another version, a stored session, a last will that is not its own. */
function sessionRefusal(serverXid: string, packet: unknown): string | undefined {
  // aedes passes the parsed packet; its own type leaves out what the parser fills in.
  const { clean, protocolVersion, will } = packet as ConnectPacket
  if (protocolVersion !== 4) return 'only MQTT 3.1.1 is served'
  if (!clean) return 'stored sessions are not served; connect with a clean session'
  const refusal = will === undefined ? undefined : publishRefusal(serverPeer(serverXid), will)
  return refusal === undefined ? undefined : `last will: ${refusal}`
}

function refused(returnCode: number): AuthenticateError {
  // returnCode is a const enum in aedes' types, which type stripping cannot read.
  return Object.assign(new Error('refused'), { returnCode }) as AuthenticateError
}

async function settle(work: Promise<void>, done: (error: Error | null) => void): Promise<void> {
  try {
    await work
  } catch (error) {
    return done(error instanceof Error ? error : new Error(String(error)))
  }
  done(null)
}
