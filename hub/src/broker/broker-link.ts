import { connect as connectSocket, Socket } from 'node:net'
import { hubSubscriptions, limits, topics } from '@postern/protocol'
import mqtt, { MqttClient } from 'mqtt'
import type { Log } from '../lib/log.ts'
import type { Broker, ServerMessage, ServerMessageListener, TelemetryListener } from './broker.ts'
import { isEdgeStarting } from './edge-start.ts'
import { acknowledged, brokerClientOptions, sayBrokerErrors } from './external-broker.ts'
import { MessageQueue } from './message-queue.ts'
import { readMessage } from './read-message.ts'

export type BrokerAddress =
  /** The edge's Unix socket: the embedded broker. */
  | { socketPath: string }
  /** An external broker: `mqtt://`, `mqtts://`, `ws://` or `wss://`, with user name and password in it. */
  | { url: string }

/** Publications that wait for their acknowledgement. */
const inFlightMax = 1000
/** Bytes on their way to the broker, above which nothing is offered to it. */
const unsentBytesMax = 4 * 1024 * 1024
/** What comes again by itself every few seconds needs no acknowledgement, which would cost as much as the message. */
const recurring: ReadonlySet<string> = new Set([topics.heartbeat('+'), topics.telemetry('+')])
const subscriptions = Object.fromEntries(
  hubSubscriptions.map((topic) => [topic, { qos: recurring.has(topic) ? (0 as const) : (1 as const) }]),
)
/** Between two lines of the log about messages that were dropped. */
const dropLogMs = 60_000

/** The hub's connection to the broker, kept up until it is closed. One client for the embedded broker and for any other. */
export function connectBroker({ log, ...address }: BrokerAddress & { log: Log }): Broker {
  const listeners = new Set<ServerMessageListener>()
  const telemetryListeners = new Set<TelemetryListener>()
  const connectedListeners = new Set<() => void>()
  const client = openClient(address)
  const queue = new MessageQueue(handle)
  const openedAt = performance.now()
  let isSubscribed = false
  let everConnected = false
  let inFlight = 0
  let dropped = 0
  let dropLoggedAt = -Infinity

  client.on('connect', () => {
    // With Nagle's algorithm each command would wait about 40 ms for the acknowledgement of the one before.
    if (client.stream instanceof Socket) client.stream.setNoDelay(true)
    void subscribe()
  })
  client.on('close', () => {
    if (isSubscribed) log.warn({}, 'the connection to the broker is lost; connecting again')
    isSubscribed = false
  })
  sayBrokerErrors(client, 'hub', log, (error) => isEdgeStarting(error, performance.now() - openedAt, everConnected))
  client.on('message', receive)

  async function subscribe(): Promise<void> {
    try {
      const granted = await client.subscribeAsync(subscriptions)
      if (granted.some(({ qos }) => qos > 1)) throw new Error('the broker does not grant the hub its topics')
      isSubscribed = true
      everConnected = true
      log.info({}, 'the hub is connected to the broker')
      for (const listener of connectedListeners) listener()
    } catch (error) {
      log.error({ err: error }, 'the hub could not subscribe at the broker; connecting again')
      // The client connects again after its pause.
      client.stream.destroy()
    }
  }

  function receive(topic: string, payload: Buffer): void {
    const read = readMessage(topic, payload)
    if (read.kind === 'refused') drop(topic, read.reason)
    else if (read.message.kind === 'telemetry') {
      for (const listener of telemetryListeners) listener(read.serverXid, read.message)
    } else if (!queue.add(read.serverXid, read.message)) drop(topic, 'too many messages wait to be handled')
  }

  async function handle(serverXid: string, message: ServerMessage): Promise<void> {
    for (const listener of listeners) {
      try {
        await listener(serverXid, message)
      } catch (error) {
        log.error({ err: error, serverXid, kind: message.kind }, 'a message could not be handled')
      }
    }
  }

  function drop(topic: string, reason: string): void {
    dropped += 1
    if (performance.now() - dropLoggedAt < dropLogMs) return
    dropLoggedAt = performance.now()
    log.warn({ topic: topic.slice(0, 200), reason, dropped }, 'a message from the broker was dropped')
  }

  return {
    async publish(topic, payload) {
      if (!isSubscribed) throw new Error('there is no connection to the broker')
      if (Buffer.byteLength(payload) > limits.messageBytesMax)
        throw new Error(`a message for ${topic} is too large for the broker`)
      if (inFlight >= inFlightMax) throw new Error('too many messages wait for the broker')
      inFlight += 1
      try {
        await acknowledged(client.publishAsync(topic, payload, { qos: 1, retain: false }))
      } finally {
        inFlight -= 1
      }
    },
    offer(topic, payload) {
      if (isSubscribed && client.stream.writableLength <= unsentBytesMax)
        client.publish(topic, payload, { qos: 0, retain: false })
    },
    on: (listener) => added(listeners, listener),
    onTelemetry: (listener) => added(telemetryListeners, listener),
    onConnected: (listener) => added(connectedListeners, listener),
    isConnected: () => isSubscribed,
    droppedCount: () => dropped,
    async close() {
      isSubscribed = false
      await client.endAsync(true)
    },
  }
}

function openClient(address: BrokerAddress): MqttClient {
  const options = brokerClientOptions('hub')
  if ('url' in address) return mqtt.connect(address.url, options)
  return new MqttClient(() => connectSocket(address.socketPath), options)
}

function added<T>(set: Set<T>, thing: T): () => void {
  set.add(thing)
  return () => void set.delete(thing)
}
