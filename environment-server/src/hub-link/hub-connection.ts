import {
  type ExecutionEvent,
  type Heartbeat,
  HeartbeatAnswer,
  limits,
  protocolVersion,
  type Telemetry,
  telemetrySince,
  topics,
} from '@postern/protocol'
import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import { parseJson } from '../home/parse-json.ts'
import type { Settings } from '../home/settings.ts'
import type { Keychain } from '../keychain/keychain.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { backOffMs, connectionBackOff, pause } from './back-off.ts'
import {
  type ConnectionProblem,
  type ConnectionProblemCode,
  connectionProblem,
  ConnectionRefused,
  ownCertificateEnded,
} from './connection-problem.ts'
import type { HubClock } from './hub-clock.ts'
import type { HubHttp } from './hub-http.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { HubRoutes } from './hub-routes.ts'
import { MqttClient, type MqttOptions } from './mqtt-client.ts'
import { mqttOptions } from './mqtt-options.ts'
import { endOfCertificate, type OwnCertificate } from './own-certificate.ts'
import { hasLearntTimeByHttps } from './time-by-https.ts'
import { serverVersion } from '../version.ts'

export type HubConnectionParts = {
  settings: Settings
  routes: HubRoutes
  caCertificate: string
  keychain: Keychain
  own: OwnCertificate
  clock: HubClock
  leases: LeaseKeeper
  http: HubHttp
  log: ServerLog
  /** What a heartbeat says of this server now. */
  status: () => Pick<Heartbeat, 'state' | 'tier' | 'executors' | 'queued' | 'held' | 'setAside' | 'interpreters'>
  onCommand: (payload: Buffer) => void
  /** After each answer: `lost` are held attempts that the hub does not grant any more. */
  onAnswer: (lost: ReturnType<LeaseKeeper['answered']>, answer: HeartbeatAnswer) => void
  onConnected: () => void
}

/** A connection that lived this long was a good one: the next back-off starts from the beginning. */
const settledMs = 10_000
/** Between two heartbeats, however much happens. */
const heartbeatGapMs = 100
/** Ways in which a certificate is refused: by TLS itself, by a cut, or by the broker. */
const certificateRefusals: ReadonlySet<ConnectionProblemCode> = new Set([
  'client-certificate-refused',
  'connection-cut',
  'credentials-refused',
  'own-certificate-ended',
])
/** Commands that wait for the first heartbeat answer, since nothing is judged before the clock is known. */
const commandsWaitingMax = 200

/** Keeps this server connected: connect, heartbeat, listen, and again with back-off for ever. */
export class HubConnection {
  readonly #parts: HubConnectionParts
  #client: MqttClient | undefined
  #clockKnown = false
  #waitingCommands: Buffer[] = []
  #soon: NodeJS.Timeout | undefined
  #lastBeat = 0
  #problem: ConnectionProblem | undefined
  /** When each unanswered heartbeat was sent: as the hub's clock counts it, and by a finer one for the round trip. */
  readonly #sentAt = new Map<string, { clockMs: number; steadyMs: number }>()

  #isRenewing = false
  #roundTripMs: number | null = null
  #messages = 0
  /** What the hub's last answer spoke, 0 before the first; it may be upgraded, or put back, while this server runs. */
  #hubProtocol = 0

  constructor(parts: HubConnectionParts) {
    this.#parts = parts
  }

  /** From a heartbeat to its answer, the last one; and messages both ways since the start. */
  get figures(): { roundTripMs: number | null; messages: number } {
    return { roundTripMs: this.#roundTripMs, messages: this.#messages }
  }

  /** @returns false when there is no connection, or a hub that would not know the topic */
  offerTelemetry(telemetry: Telemetry): boolean {
    if (!this.#client || !this.#clockKnown || this.#hubProtocol < telemetrySince) return false
    this.#messages += 1
    return this.#client.offer(topics.telemetry(this.#parts.settings.serverXid), JSON.stringify(telemetry))
  }

  /** Who opens TLS on the way to the hub, where that is allowed here (S17); nothing where nobody does. */
  get inspectedBy(): string | undefined {
    return this.#parts.routes.api.inspection?.issuer
  }

  get isConnected(): boolean {
    return this.#client !== undefined
  }

  /** Why the last try to connect failed, in the words of the log; empty while it is connected. */
  get problem(): string {
    return this.#problem?.sentence ?? ''
  }

  /** The same as the doctor's finding (D35). */
  get problemCode(): string | undefined {
    return this.#problem?.code
  }

  async run(signal: AbortSignal): Promise<void> {
    const { log, settings } = this.#parts
    const { brokerHost, brokerPort } = settings
    let failures = 0
    while (!signal.aborted) {
      const startedAt = Date.now()
      const { shown = '' } = this.#parts.own
      try {
        const client = await MqttClient.connect(this.#options(shown), signal)
        this.#noteConnected(shown)
        log('info', `Connected to ${brokerHost}:${brokerPort}`)
        this.#problem = undefined
        await this.#converse(client, shown, signal)
        if (this.#isRenewing) log('info', 'Connecting again, with the new certificate.')
        else if (!signal.aborted)
          log('warn', `The connection to ${brokerHost}:${brokerPort} was cut; connecting again.`)
      } catch (error) {
        if (signal.aborted) break
        const problem = this.#problemOf(error, shown)
        if (certificateRefusals.has(problem.code)) this.#parts.own.refused(shown)
        // The same sentence once, not every 30 seconds.
        if (problem.sentence !== this.#problem?.sentence) log('warn', problem.sentence)
        this.#problem = problem
        // With the right time the same proof may be a good one: no need to wait for that.
        if (error instanceof ConnectionRefused && (await hasLearntTimeByHttps(this.#parts))) continue
      }
      failures = Date.now() - startedAt > settledMs ? 0 : failures + 1
      await pause(backOffMs(failures, connectionBackOff), signal)
    }
  }

  /** Connects anew, with the certificate that is to be shown now (D37). */
  connectAnew(): void {
    this.#isRenewing = this.#client !== undefined
    this.#client?.disconnect()
  }

  /** A keychain that cannot be written must not end the connection: the next one tries again. */
  #noteConnected(certificate: string): void {
    this.#isRenewing = false
    try {
      this.#parts.own.connected(certificate)
    } catch (error) {
      this.#parts.log('warn', `The new certificate is not settled in the keychain yet: ${errorText(error)}`)
    }
  }

  #problemOf(error: unknown, shown: string): ConnectionProblem {
    const { settings, clock } = this.#parts
    const problem = connectionProblem(error, settings.brokerHost, settings.brokerPort)
    const endsAt = endOfCertificate(shown === '' ? undefined : shown)
    return certificateRefusals.has(problem.code) && endsAt <= clock.now() ? ownCertificateEnded(endsAt) : problem
  }

  /** A heartbeat as soon as the gap allows: something changed that the hub should know, or a lease is awaited. */
  beatSoon(): void {
    this.#soon ??= setTimeout(() => this.beat(), Math.max(0, this.#lastBeat + heartbeatGapMs - Date.now()))
  }

  /** Sends a heartbeat now, if connected: after each connect, and every few seconds. */
  beat(): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    this.#lastBeat = Date.now()
    const client = this.#client
    if (!client) return
    const { settings, leases, status } = this.#parts
    const heartbeat: Heartbeat = {
      ...this.#header(),
      kind: 'heartbeat',
      serverVersion,
      serverName: settings.serverName,
      ...status(),
      ...(this.inspectedBy !== undefined && { inspectedTls: this.inspectedBy }),
    }
    this.#sentAt.set(heartbeat.id, { clockMs: this.#parts.clock.sentMs(), steadyMs: performance.now() })
    for (const id of this.#sentAt.keys()) if (this.#sentAt.size > 8) this.#sentAt.delete(id)
    leases.heartbeatSent(heartbeat.id, heartbeat.held)
    this.#publish(client, topics.heartbeat(settings.serverXid), heartbeat)
  }

  /** A hint for the hub. Nothing depends on its arrival: heartbeats name what is held, results go over HTTPS. */
  tell(event: Omit<ExecutionEvent, 'id' | 'protocolVersion' | 'sentAt' | 'kind'>): void {
    if (!this.#client) return
    this.#publish(this.#client, topics.executionEvents(this.#parts.settings.serverXid), {
      ...this.#header(),
      kind: 'execution-event',
      ...event,
    })
  }

  async #converse(client: MqttClient, shown: string, signal: AbortSignal): Promise<void> {
    this.#client = client
    this.#clockKnown = false
    this.#waitingCommands = []
    client.on('message', (topic, payload) => this.#receive(topic, payload))
    const heartbeats = setInterval(() => this.beat(), limits.heartbeatSeconds * 1000)
    const stop = () => client.disconnect()
    signal.addEventListener('abort', stop)
    try {
      if (signal.aborted) stop()
      // The next certificate came while this one connected.
      if (shown !== this.#parts.own.shown) this.connectAnew()
      this.beat()
      this.#parts.onConnected()
      const error = await client.ended
      if (error) this.#parts.log('info', `The connection ended: ${errorText(error)}`)
    } finally {
      this.#client = undefined
      clearInterval(heartbeats)
      clearTimeout(this.#soon)
      this.#soon = undefined
      signal.removeEventListener('abort', stop)
    }
  }

  #receive(topic: string, payload: Buffer): void {
    this.#messages += 1
    const { serverXid } = this.#parts.settings
    if (topic === topics.heartbeatAnswer(serverXid)) return this.#onAnswer(payload)
    if (topic !== topics.commands(serverXid)) return
    if (this.#clockKnown) return this.#judge(payload)
    // Those that do not fit come again: the hub repeats a command until it is accepted.
    if (this.#waitingCommands.length < commandsWaitingMax) this.#waitingCommands.push(payload)
  }

  #onAnswer(payload: Buffer): void {
    const answer = z.safeParse(HeartbeatAnswer, parseJson(payload.toString('utf8')))
    if (!answer.success) return this.#parts.log('warn', 'The hub sent a heartbeat answer that cannot be read.')
    const sentAt = this.#sentAt.get(answer.data.replyTo)
    // An answer to nothing we asked says nothing about the time, and grants nothing.
    if (sentAt === undefined) return
    this.#sentAt.delete(answer.data.replyTo)
    this.#roundTripMs = Math.round((performance.now() - sentAt.steadyMs) * 10) / 10
    // An older hub places nothing on a server that speaks more than it knows: it hears at once that this one speaks less, too.
    if (answer.data.protocolVersion < this.#spoken) this.beatSoon()
    this.#hubProtocol = answer.data.protocolVersion
    this.#parts.clock.learn(sentAt.clockMs, Date.parse(answer.data.hubTime))
    this.#parts.onAnswer(this.#parts.leases.answered(answer.data), answer.data)
    this.#clockKnown = true
    for (const command of this.#waitingCommands.splice(0)) this.#judge(command)
  }

  /** A journal that cannot be written must not end the connection: what is not accepted comes again. */
  #judge(payload: Buffer): void {
    try {
      this.#parts.onCommand(payload)
    } catch (error) {
      this.#parts.log('error', `A command could not be taken: ${errorText(error)}`)
    }
  }

  #options(certificate: string): MqttOptions {
    const { settings, routes, caCertificate, keychain, clock } = this.#parts
    const { tlsPrivateKey, brokerToken } = keychain.content
    if (!certificate || !tlsPrivateKey || !brokerToken) throw new Error('the keychain has no certificate yet')
    const identity = { serverXid: settings.serverXid, certificate, tlsPrivateKey, brokerToken }
    return mqttOptions(routes, caCertificate, identity, () => clock.now())
  }

  /** The newest protocol that both sides know. */
  get #spoken(): number {
    return this.#hubProtocol === 0 ? protocolVersion : Math.min(protocolVersion, this.#hubProtocol)
  }

  #header() {
    return { id: randomUUID(), protocolVersion: this.#spoken, sentAt: new Date().toISOString() }
  }

  #publish(client: MqttClient, topic: string, message: object): void {
    this.#messages += 1
    client.publish(topic, JSON.stringify(message)).catch((error: unknown) => {
      this.#parts.log('debug', `A message to the hub was lost: ${errorText(error)}`)
    })
  }
}
