import { limits, protocolVersion, topics } from '@postern/protocol'
import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { generate, parser, type Packet, writeToStream } from 'mqtt-packet'
import { ConnectionRefused } from './connection-problem.ts'

// By default mqtt-packet keeps a buffer for each of the 65,536 message ids: 7 MB for what a few writes a second do not need.
writeToStream.cacheNumbers = false

/** What one connection needs; the proof in its password is made anew for each (S17). */
export type MqttOptions = {
  /** Opens what MQTT is spoken over, for this connection alone. */
  open: (signal: AbortSignal) => Promise<Duplex>
  clientId: string
  /** Asked once that is open: what proves this server may depend on who ends TLS. */
  password: () => string
  will: { topic: string; payload: string }
  subscriptions: readonly string[]
}

/** What the broker says for a server whose connection ends without a goodbye. */
export function lastWill(serverXid: string): MqttOptions['will'] {
  return {
    topic: topics.connectionLost(serverXid),
    payload: JSON.stringify({ kind: 'connection-lost', protocolVersion }),
  }
}

/** A hub that thousands of servers come back to at once has them wait in line for most of it. */
const handshakeMsMax = 30_000
const keepaliveSeconds = 30
const goodbyeMsMax = 2_000
/** QoS 1 publishes that wait for their PUBACK. */
const inFlightMax = 1000
/** In a WebSocket each write is a frame, which the hub takes up to 64 KB (S8). */
const writeBytesMax = 32 * 1024
/** Unsent bytes in the socket's buffer: beyond them the connection counts as stuck. */
const unsentBytesMax = 8 * 1024 * 1024

/**
 * One MQTT 3.1.1 connection, QoS ≤ 1, clean session: the subset that every broker grants. Connecting, trying
 * again and what must not be lost are the caller's. Event: `message` (topic, payload).
 */
export class MqttClient extends EventEmitter<{ message: [string, Buffer] }> {
  readonly #stream: Duplex
  readonly #parser = parser({ protocolVersion: 4 })
  readonly #inFlight = new Map<number, PromiseWithResolvers<void>>()
  readonly #connected = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<Error | undefined>()
  readonly #options: MqttOptions
  #messageId = 0
  #awaitingPing = false
  #keepalive: NodeJS.Timeout | undefined
  #closed = false

  private constructor(options: MqttOptions, stream: Duplex) {
    super()
    this.#options = options
    // Whoever awaits the connection has the reason; without this, a close after connecting would be an unhandled rejection.
    this.#connected.promise.catch(() => undefined)
    this.#stream = stream
    this.#stream.on('data', (chunk) => this.#read(chunk))
    this.#stream.on('error', (error) => this.#end(error))
    this.#stream.on('close', () => this.#end(undefined))
    this.#parser.on('packet', (packet) => this.#receive(packet))
    this.#parser.on('error', (error) => this.#end(error))
    this.#sendConnect()
  }

  /** Resolves when the broker has granted all subscriptions; before that nothing it sends could be missed. */
  static async connect(options: MqttOptions, signal: AbortSignal): Promise<MqttClient> {
    const handshake = new AbortController()
    const timeout = setTimeout(() => handshake.abort(timedOut()), handshakeMsMax)
    const stop = () => handshake.abort(new Error('stopped'))
    signal.addEventListener('abort', stop)
    try {
      if (signal.aborted) stop()
      const client = new MqttClient(options, await options.open(handshake.signal))
      handshake.signal.addEventListener('abort', () => client.#end(handshake.signal.reason as Error))
      await client.#connected.promise
      return client
    } finally {
      clearTimeout(timeout)
      signal.removeEventListener('abort', stop)
    }
  }

  /** Resolves when the connection is over, with what ended it. */
  get ended(): Promise<Error | undefined> {
    return this.#ended.promise
  }

  /** QoS 1. Resolves at the PUBACK; on a cut connection it rejects, and the broker may or may not have it. */
  publish(topic: string, payload: string): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the connection is closed'))
    if (this.#inFlight.size >= inFlightMax || this.#stream.writableLength > unsentBytesMax) {
      this.#end(new Error('the broker takes no more messages'))
      return Promise.reject(new Error('the broker takes no more messages'))
    }
    const messageId = this.#nextMessageId()
    const acknowledged = Promise.withResolvers<void>()
    this.#inFlight.set(messageId, acknowledged)
    this.#send({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId })
    return acknowledged.promise
  }

  /** QoS 0: for what loses nothing by being lost. @returns false when it was not sent at all */
  offer(topic: string, payload: string): boolean {
    if (this.#closed || this.#stream.writableLength > 0) return false
    this.#send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false })
    return true
  }

  /** Says goodbye, so that the broker does not publish the last will. */
  disconnect(): void {
    if (this.#closed) return
    this.#send({ cmd: 'disconnect' })
    // Over only when the word is out: a process that exits at once would take it along.
    this.#stream.end(() => this.#end(undefined))
    setTimeout(() => this.#end(undefined), goodbyeMsMax).unref()
  }

  #sendConnect(): void {
    const { clientId, password, will } = this.#options
    this.#send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: keepaliveSeconds,
      clientId,
      username: clientId,
      password: Buffer.from(password()),
      will: { topic: will.topic, payload: will.payload, qos: 1, retain: false },
    })
  }

  #read(chunk: Buffer): void {
    // What is said in answer leaves as one write: an event, and the acknowledgement of the command that it is about.
    this.#stream.cork()
    const waiting = this.#parser.parse(chunk)
    this.#stream.uncork()
    // The parser itself would wait for up to 256 MB.
    if (waiting > limits.messageBytesMax + 1024) this.#end(new Error('the broker sent a message that is too large'))
  }

  #receive(packet: Packet): void {
    switch (packet.cmd) {
      case 'connack':
        return this.#onConnack(packet.returnCode ?? 0)
      case 'suback':
        return this.#onSuback(packet.granted.map(Number))
      case 'puback':
        this.#inFlight.get(packet.messageId ?? 0)?.resolve()
        this.#inFlight.delete(packet.messageId ?? 0)
        return
      case 'pingresp':
        this.#awaitingPing = false
        return
      case 'publish':
        this.emit('message', packet.topic, Buffer.from(packet.payload))
        // After the handlers, which journal synchronously: a crash in between makes the broker's copy come again.
        if (packet.qos === 1) this.#send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
        return
      default:
        this.#end(new Error(`the broker sent ${packet.cmd}, which is not expected`))
    }
  }

  #onConnack(returnCode: number): void {
    if (returnCode !== 0) return this.#end(new ConnectionRefused(returnCode))
    this.#keepalive = setInterval(() => this.#ping(), (keepaliveSeconds * 1000) / 2)
    const subscriptions = this.#options.subscriptions.map((topic) => ({ topic, qos: 1 as const }))
    this.#send({ cmd: 'subscribe', messageId: this.#nextMessageId(), subscriptions })
  }

  #onSuback(granted: number[]): void {
    // 128: refused (MQTT 3.1.1, 3.9.3).
    if (granted.some((code) => code > 1))
      return this.#end(new Error('the broker does not grant this server its own topics'))
    this.#connected.resolve()
  }

  #ping(): void {
    if (this.#awaitingPing)
      return this.#end(Object.assign(new Error('the broker has stopped answering'), { code: 'ETIMEDOUT' }))
    this.#awaitingPing = true
    this.#send({ cmd: 'pingreq' })
  }

  #nextMessageId(): number {
    do this.#messageId = (this.#messageId % 65_535) + 1
    while (this.#inFlight.has(this.#messageId))
    return this.#messageId
  }

  #send(packet: Packet): void {
    if (this.#closed) return
    const bytes = generate(packet)
    for (let at = 0; at < bytes.length; at += writeBytesMax) this.#stream.write(bytes.subarray(at, at + writeBytesMax))
  }

  #end(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#keepalive)
    // What was said last still leaves, unless the connection is broken.
    if (error) this.#stream.destroy()
    else this.#stream.end(() => this.#stream.destroy())
    this.#connected.reject(
      error ?? Object.assign(new Error('the broker closed the connection'), { code: 'ECONNRESET' }),
    )
    for (const waiting of this.#inFlight.values()) {
      waiting.reject(new Error('the connection closed before the broker had the message', { cause: error }))
    }
    this.#inFlight.clear()
    this.#ended.resolve(error)
  }
}

function timedOut(): Error {
  return Object.assign(new Error(`no answer in ${handshakeMsMax / 1000} s`), { code: 'ETIMEDOUT' })
}
