import { Socket } from 'node:net'
import mqtt from 'mqtt'
import type { Log } from '../lib/log.ts'
import { acknowledged, brokerClientOptions, sayBrokerErrors } from './external-broker.ts'

/** A message on its way between an environment server and the broker behind the edge. */
export type RelayedMessage = { topic: string; payload: string | Buffer; qos: number }

/** The external broker behind an edge. The edge judges who may say and hear what (S8, S17), and speaks there for its servers. */
export type Relay = {
  isConnected(): boolean
  /** Resolves once the broker has taken it, or at once where no acknowledgement is asked for. */
  publish(message: RelayedMessage): Promise<void>
  /** Resolves once what is said there comes here. */
  subscribe(topic: string): Promise<void>
  unsubscribe(topics: readonly string[]): void
  onMessage(listener: (message: RelayedMessage) => void): void
  /** Called at each loss of the connection: what the servers subscribed is gone with it. */
  onLost(listener: () => void): void
  close(): Promise<void>
}

/** Messages of all servers that wait for the broker's acknowledgement; MQTT has numbers for 65,535. */
const inFlightMax = 20_000
/** Bytes on their way to the broker, above which nothing is taken that loses nothing by being lost. */
const unsentBytesMax = 16 * 1024 * 1024

/** @param url `mqtt://`, `mqtts://`, `ws://` or `wss://`, with user name and password in it */
export function openRelay(url: string, log: Log): Relay {
  const client = mqtt.connect(url, brokerClientOptions('edge'))
  let inFlight = 0
  let isUp = false
  const lostListeners: (() => void)[] = []
  sayBrokerErrors(client, 'edge', log)
  client.on('connect', () => {
    if (client.stream instanceof Socket) client.stream.setNoDelay(true)
    isUp = true
    log.info({}, 'the edge is connected to the broker')
  })
  client.on('close', () => {
    if (!isUp) return
    isUp = false
    log.warn({}, 'the connection to the broker is lost; environment servers are cut until it is back')
    for (const listener of lostListeners) listener()
  })

  return {
    isConnected: () => isUp,
    async publish({ topic, payload, qos }) {
      if (!isUp) throw new Error('there is no connection to the broker')
      if (qos === 0) {
        if (client.stream.writableLength <= unsentBytesMax) client.publish(topic, payload, { qos: 0, retain: false })
        return
      }
      if (inFlight >= inFlightMax) throw new Error('too many messages wait for the broker')
      inFlight += 1
      try {
        await acknowledged(client.publishAsync(topic, payload, { qos: 1, retain: false }))
      } finally {
        inFlight -= 1
      }
    },
    async subscribe(topic) {
      if (!isUp) throw new Error('there is no connection to the broker')
      const [granted] = await acknowledged(client.subscribeAsync(topic, { qos: 1 }))
      if (granted === undefined || granted.qos > 1) throw new Error(`the broker does not grant the edge ${topic}`)
    },
    unsubscribe(topics) {
      // What is lost with the connection needs no word.
      if (isUp) client.unsubscribe([...topics])
    },
    onMessage(listener) {
      client.on('message', (topic, payload, { qos }) => listener({ topic, payload, qos }))
    },
    onLost: (listener) => void lostListeners.push(listener),
    async close() {
      isUp = false
      await client.endAsync(true)
    },
  }
}
