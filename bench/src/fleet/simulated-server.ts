import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import {
  backOffMs,
  connectionBackOff,
  connectPassword,
  lastWill,
  MqttClient,
} from '@postern/environment-server/hub-link'
import {
  edgeProtocols,
  type Command,
  type ExecutionEvent,
  type Heartbeat,
  limits,
  protocolVersion,
  type SignedEnvelope,
  type Telemetry,
  topicRights,
  topics,
} from '@postern/protocol'
import { telemetryPeriodSeconds } from './config.ts'
import type { Identity } from './identity.ts'

/** What the servers of one process have done so far, all together. */
export type Tally = { connected: number; failed: number; commands: number; answers: number; telemetry: number }

/**
 * An environment server without its executor: the client, proof, topics, messages and back-off of a real one. A command is read and
 * accepted; its signature is not verified, since the other side's servers have none to verify either.
 */
export class SimulatedServer {
  readonly #identity: Identity
  readonly #address: string
  readonly #tally: Tally
  readonly #context: SecureContext
  #client: MqttClient | undefined
  #heartbeats: NodeJS.Timeout | undefined

  constructor(identity: Identity, caPem: string, address: string, tally: Tally) {
    this.#identity = identity
    this.#address = address
    this.#tally = tally
    const { certificate, privateKey } = identity
    this.#context = createSecureContext({ ca: caPem, cert: certificate, key: privateKey, minVersion: 'TLSv1.2' })
  }

  /**
   * Connects, and again with back-off, until it is told to stop.
   * @param talks whether it sends heartbeats: what a hub hears, and a bare broker has nobody for
   */
  async run(port: number, talks: boolean, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#converse(await MqttClient.connect(this.#options(port), signal), talks, signal)
        failures = 0
      } catch {
        if (!signal.aborted) this.#tally.failed += 1
      }
      await wait(backOffMs(failures++, connectionBackOff), undefined, { signal }).catch(() => {})
    }
  }

  #beatSteadily(): void {
    this.#beat()
    this.#heartbeats = setTimeout(() => this.#beatSteadily(), limits.heartbeatSeconds * 1000)
  }

  #beat(): void {
    const { serverXid } = this.#identity
    const heartbeat: Heartbeat = {
      ...header(),
      kind: 'heartbeat',
      serverVersion: '0.1.0',
      serverName: `Server ${serverXid}`,
      state: 'ready',
      tier: 'isolated',
      executors: 2,
      queued: 0,
      held: [],
    }
    this.#publish(topics.heartbeat(serverXid), heartbeat)
  }

  offerTelemetry(): void {
    const sent = this.#client?.offer(topics.telemetry(this.#identity.serverXid), JSON.stringify(telemetryNow()))
    if (sent === true) this.#tally.telemetry += 1
  }

  async #converse(client: MqttClient, talks: boolean, signal: AbortSignal): Promise<void> {
    this.#client = client
    this.#tally.connected += 1
    client.on('message', (topic, payload) => this.#receive(topic, payload))
    const stop = () => client.disconnect()
    signal.addEventListener('abort', stop)
    if (talks) this.#beatSteadily()
    if (signal.aborted) stop()
    await client.ended
    clearTimeout(this.#heartbeats)
    signal.removeEventListener('abort', stop)
    this.#client = undefined
    this.#tally.connected -= 1
  }

  #receive(topic: string, payload: Buffer): void {
    const { serverXid } = this.#identity
    if (topic === topics.heartbeatAnswer(serverXid)) this.#tally.answers += 1
    if (topic !== topics.commands(serverXid)) return
    const envelope = JSON.parse(payload.toString()) as SignedEnvelope
    const { commandId, executionId, attempt } = JSON.parse(envelope.body) as Command
    const event: ExecutionEvent = {
      ...header(),
      kind: 'execution-event',
      commandId,
      executionId,
      attempt,
      event: 'accepted',
    }
    this.#publish(topics.executionEvents(serverXid), event)
    this.#tally.commands += 1
  }

  /** A connection that ends meanwhile is noticed by whoever waits for its end. */
  #publish(topic: string, message: object): void {
    this.#client?.publish(topic, JSON.stringify(message)).catch(() => {})
  }

  #options(port: number) {
    const { serverXid, brokerToken, privateKey } = this.#identity
    return {
      open: (signal: AbortSignal) => this.#dial(port, signal),
      clientId: serverXid,
      password: () => connectPassword(serverXid, brokerToken, privateKey, Date.now()),
      will: lastWill(serverXid),
      subscriptions: topicRights.subscribe(serverXid),
    }
  }

  async #dial(port: number, signal: AbortSignal): Promise<TLSSocket> {
    const inner = connect({ host: '127.0.0.1', port, localAddress: this.#address, noDelay: true })
    const socket = connectTls({
      socket: inner,
      host: '127.0.0.1',
      secureContext: this.#context,
      ALPNProtocols: [edgeProtocols.mqtt],
    })
    socket.on('error', () => {})
    const closed = new AbortController()
    socket.once('close', () => closed.abort())
    try {
      await once(socket, 'secureConnect', { signal: AbortSignal.any([signal, closed.signal]) })
      return socket
    } catch (error) {
      socket.destroy()
      throw error
    }
  }
}

function header() {
  return { id: randomUUID(), protocolVersion, sentAt: new Date().toISOString() }
}

function telemetryNow(): Telemetry {
  const gibibyte = 2 ** 30
  return {
    kind: 'telemetry',
    protocolVersion,
    sentAt: new Date().toISOString(),
    periodSeconds: telemetryPeriodSeconds,
    clockOffsetSeconds: 0,
    cpuPercent: 100 * Math.random(),
    memoryTotalBytes: 16 * gibibyte,
    memoryFreeBytes: 8 * gibibyte * Math.random(),
    diskTotalBytes: 100 * gibibyte,
    diskFreeBytes: (20 + 50 * Math.random()) * gibibyte,
    executors: 2,
    running: 1,
    queued: 0,
    queueWaitSeconds: 0,
    roundTripMs: 20 * Math.random(),
    messages: 5,
    serverCpuPercent: 1,
    serverMemoryBytes: 60_000_000,
    uptimeSeconds: 86_400,
  }
}
