import {
  connectProof,
  connectRefusals,
  Heartbeat,
  type HeartbeatAnswer,
  ExecutionEvent,
  topicRights,
  topics,
} from '@postern/protocol'
import { Aedes } from 'aedes'
import { randomUUID, verify, createPublicKey } from 'node:crypto'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { AddressInfo, Socket } from 'node:net'
import type { Identity } from './authority.ts'

export type EnrolledServer = {
  brokerToken: string
  appDeliveryToken: string
  publicKey: string
  sealingPublicKey: string
}

export type BrokerParts = {
  /** Address to listen at. */
  host: string
  /** Servers may publish what protocol 1 had. */
  isOldest: boolean
  identity: Identity
  caCertificate: string
  enrolled: ReadonlyMap<string, EnrolledServer>
  /** Of these, the ones whose identity was taken away. */
  revoked: ReadonlySet<string>
  /** The hub's clock in milliseconds. */
  now: () => number
  /** As heartbeat answers name it; the first release does not. */
  keysState: () => string
  /** What heartbeat answers say of placing executions on the server; hubs before protocol 9 say nothing. */
  placement: () => Pick<HeartbeatAnswer, 'confirmed' | 'drained'>
  onHeartbeat: (serverXid: string, heartbeat: Heartbeat) => HeartbeatAnswer['granted'] | undefined
  onEvent: (serverXid: string, event: ExecutionEvent) => void
  onLost: (serverXid: string) => void
  onRefused: (topic: string) => void
  /** The serial number of the certificate that a server connected with. */
  onConnected: (serial: string) => void
}

/** The hub's broker: MQTT over TLS with client certificates, credentials and topic rights as in production. */
export class FakeBroker {
  readonly #parts: BrokerParts
  readonly #aedes: Aedes
  readonly #server: Server
  readonly #sockets = new Set<TLSSocket>()
  /** Below TLS, whether that is spoken on them by now or not. */
  readonly #wires = new Set<Socket>()

  private constructor(parts: BrokerParts, aedes: Aedes) {
    this.#parts = parts
    this.#aedes = aedes
    this.#server = createServer(
      {
        cert: parts.identity.certificate,
        key: parts.identity.privateKey,
        ca: [parts.caCertificate],
        requestCert: true,
        rejectUnauthorized: true,
        noDelay: true,
      },
      (socket) => {
        this.#sockets.add(socket)
        socket.once('close', () => this.#sockets.delete(socket))
        aedes.handle(socket)
      },
    )
    this.#server.on('tlsClientError', () => undefined)
    this.#server.on('connection', (wire: Socket) => {
      this.#wires.add(wire)
      wire.once('close', () => this.#wires.delete(wire))
    })
    aedes.authenticate = (client, username, password, done) => {
      const { subject, serialNumber } = (client.conn as TLSSocket).getPeerCertificate()
      const commonName = subject?.CN
      const isItself =
        commonName === username && client.id === username && this.#isProven(username ?? '', password?.toString() ?? '')
      const good = isItself && !parts.revoked.has(client.id)
      if (good) parts.onConnected(serialNumber)
      const returnCode = connectRefusals[isItself ? 'revoked' : 'notAuthorized']
      done(good ? null : Object.assign(new Error('refused'), { returnCode }), good)
    }
    aedes.authorizePublish = (client, packet, done) => {
      const own = client !== null && rightsOf(client.id, parts.isOldest).includes(packet.topic)
      if (!own) parts.onRefused(packet.topic)
      done(own && packet.qos <= 1 && !packet.retain ? null : new Error('not allowed'))
    }
    aedes.authorizeSubscribe = (client, subscription, done) => {
      done(null, topicRights.subscribe(client.id).includes(subscription.topic as never) ? subscription : null)
    }
    aedes.on('publish', (packet, client) => {
      if (client) this.#receive(client.id, packet.topic, Buffer.from(packet.payload))
      else if (packet.topic.endsWith('/connection-lost')) parts.onLost(packet.topic.split('/')[1] ?? '')
    })
  }

  static async listen(parts: BrokerParts, port: number): Promise<FakeBroker> {
    const broker = new FakeBroker(parts, await Aedes.createBroker())
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    broker.#server.once('error', reject).listen(port, parts.host, resolve)
    await promise
    return broker
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get connections(): number {
    return this.#sockets.size
  }

  publish(topic: string, payload: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#aedes.publish(
      { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false },
      (error) => (error ? reject(error) : resolve()),
    )
    return promise
  }

  /** Cuts every connection, as a network does: no goodbye. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    for (const wire of this.#wires) wire.destroy()
    await promise
    const closed = Promise.withResolvers<void>()
    this.#aedes.close(() => closed.resolve())
    await closed.promise
  }

  #receive(serverXid: string, topic: string, payload: Buffer): void {
    const message: unknown = JSON.parse(payload.toString())
    if (topic === topics.executionEvents(serverXid)) this.#parts.onEvent(serverXid, ExecutionEvent.parse(message))
    if (topic === topics.connectionLost(serverXid)) this.#parts.onLost(serverXid)
    if (topic !== topics.heartbeat(serverXid)) return
    const heartbeat = Heartbeat.parse(message)
    const granted = this.#parts.onHeartbeat(serverXid, heartbeat)
    if (!granted) return
    const now = new Date(this.#parts.now()).toISOString()
    const answer: HeartbeatAnswer = {
      id: randomUUID(),
      protocolVersion: 1,
      sentAt: now,
      kind: 'heartbeat-answer',
      replyTo: heartbeat.id,
      hubTime: now,
      granted,
      ...(!this.#parts.isOldest && { keysState: this.#parts.keysState(), ...this.#parts.placement() }),
    }
    void this.publish(topics.heartbeatAnswer(serverXid), JSON.stringify(answer))
  }

  /** S17: `brokerToken.proofTime.proof`. */
  #isProven(serverXid: string, password: string): boolean {
    const server = this.#parts.enrolled.get(serverXid)
    const [brokerToken, proofTimeText, proof] = password.split('.')
    const proofTime = Number(proofTimeText)
    if (!server || brokerToken !== server.brokerToken || proof === undefined) return false
    if (Math.abs(this.#parts.now() / 1000 - proofTime) > connectProof.lifeSeconds) return false
    const message = Buffer.from(connectProof.message(serverXid, proofTime))
    return verify('sha256', message, createPublicKey(server.publicKey), Buffer.from(proof, 'base64url'))
  }
}

function rightsOf(serverXid: string, isOldest: boolean): readonly string[] {
  if (!isOldest) return topicRights.publish(serverXid)
  return ['heartbeat', 'execution-events', 'connection-lost'].map((noun) => `servers/${serverXid}/${noun}`)
}
