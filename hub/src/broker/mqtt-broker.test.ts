import { type Duplex, duplexPair } from 'node:stream'
import { topics } from '@postern/protocol'
import { expect, test } from 'vitest'
import { edgeLimits } from './edge-limits.ts'
import { type Connection, createMqttBroker } from './mqtt-broker.ts'
import { PacketGate } from './packet-gate.ts'
import { connectPacket, publishPacket, subscribePacket } from './test-packets.ts'

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }
/** More than a stack holds calls of the broker, one in the other. */
const crowd = 6000
/** With what they say, more than a hub that does not read has room for. */
const talkers = 150
const payload = 'x'.repeat(100_000)
const [connack, connackBytes, suback] = [0x20, 4, 0x90]

type Peer = { name: string; stream: Duplex; heard: Buffer[] }

test('S8: thousands of connections that are cut while the hub reads slowly end nothing but themselves', async () => {
  const broker = await createMqttBroker({
    limits: edgeLimits,
    log: silent,
    refusalOf: async () => undefined,
    onRefused: () => {},
  })
  const hub = await connectHub('hub')
  hub.stream.write(subscribePacket(topics.heartbeat('+'), 0))
  await expect.poll(() => Buffer.concat(hub.heard)[connackBytes]).toBe(suback)
  const others = await Promise.all(Array.from({ length: crowd }, (_, number) => connectHub(`other-${number}`)))
  const servers = await Promise.all(
    Array.from({ length: talkers }, (_, number) => connectServer(String(1000 + number))),
  )

  hub.stream.pause()
  for (const { name, stream } of servers) stream.write(publishPacket(topics.heartbeat(name), payload))
  await expect.poll(() => hub.stream.readableLength).toBeGreaterThan(0)
  for (const { stream } of others) stream.destroy()
  await connectHub('afterwards')
  hub.stream.resume()

  const heardBytes = () => hub.heard.reduce((sum, { length }) => sum + length, 0)
  await expect.poll(heardBytes).toBeGreaterThan(talkers * payload.length)
  await broker.close()

  async function connectHub(name: string): Promise<Peer> {
    return await connect(name, (stream) => broker.handle(stream, { kind: 'hub' }))
  }

  async function connectServer(name: string): Promise<Peer> {
    return await connect(name, (stream) => {
      const gate = new PacketGate(stream, edgeLimits)
      const certificate = { serverXid: name, serial: '01' }
      const connection: Connection = { kind: 'server', gate, certificate, address: '', onAuthenticated: () => {} }
      broker.handle(gate, connection)
    })
  }
})

async function connect(name: string, accept: (stream: Duplex) => void): Promise<Peer> {
  const [stream, other] = duplexPair()
  stream.on('error', () => {})
  const heard: Buffer[] = []
  stream.on('data', (chunk: Buffer) => heard.push(chunk))
  accept(other)
  stream.write(connectPacket(name, ''))
  await expect.poll(() => heard[0]?.[0]).toBe(connack)
  return { name, stream, heard }
}
