import { once } from 'node:events'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { topics } from '@postern/protocol'
import fc from 'fast-check'
import type { MqttClient } from 'mqtt'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import type { EnrolledServer } from '../environments/test-enrolment.ts'
import { createTestEdge, heartbeat } from './test-edge.ts'
import { connectPacket, hostilePacket, packet } from './test-packets.ts'
import { closed, connectTo, granted, passwordOf } from './test-server-link.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'
/** Each round is so many connections side by side. */
const rounds = { numRuns: isSoak ? 150 : 3, endOnFailure: true }
const atOnce = 20
const attemptsMax = 20
const limits = { authenticationMs: 1000, unauthenticatedPerAddressMax: 64, packetsPerSecondMax: 5000 }
const at = await createTestEdge(limits)
const { edge, address, hub, broker, heard, enrol, connect, tcp } = at
const memoryBefore = process.memoryUsage().rss
const attacker = await enrol()
const victim = await enrol()

afterEach(async () => await at.closeConnections())
afterAll(async () => await at.close())

/** The edge is there for an honest server as if nothing had been. */
async function honestRoundTrip(): Promise<void> {
  const server = await enrol()
  const client = await letIn(server)
  expect(await granted(client, topics.commands(server.serverXid))).toBe(1)
  const arrived = new Promise((resolve) => client.once('message', resolve))
  await broker.publish(topics.commands(server.serverXid), 'a command')
  await arrived
  const said = heartbeat()
  await client.publishAsync(topics.heartbeat(server.serverXid), JSON.stringify(said), { qos: 1 })
  await vi.waitFor(() => expect(heard).toContainEqual({ serverXid: server.serverXid, message: said }))
}

/** On a busy machine even an honest server takes longer than the second that strangers have here. */
async function letIn(server: EnrolledServer): Promise<MqttClient> {
  let reason: unknown
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    try {
      return await connect(server)
    } catch (error) {
      reason = error
    }
  }
  throw reason
}

/** Ends every connection of a round by the edge's own hand, within the time it gives strangers and what a busy machine needs. */
async function allEnded(ends: Promise<void>[]): Promise<void> {
  let late: NodeJS.Timeout | undefined
  const deadline = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error('the edge kept a connection')), limits.authenticationMs + 60_000)
  })
  await Promise.race([Promise.all(ends), deadline])
  clearTimeout(late)
}

const someBytes = fc.uint8Array({ minLength: 1, maxLength: 600 }).map((each) => Buffer.from(each))
const tlsLike = someBytes.map((rest) => Buffer.concat([Buffer.from([0x16, 0x03, 0x01]), rest]))

test('S8: whatever bytes come before TLS, each connection ends in time, and servers connect as before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(someBytes, tlsLike), { minLength: atOnce, maxLength: atOnce }), async (all) => {
      await allEnded(
        all.map(async (bytes) => {
          const socket = tcp()
          const end = closed(socket)
          socket.resume()
          socket.write(bytes)
          await end
        }),
      )
    }),
    rounds,
  )
  await honestRoundTrip()
})

test('S8: whatever comes inside TLS before CONNECT, with a certificate or without one, ends in time and says nothing', async () => {
  const first = fc.oneof(someBytes, hostilePacket([topics.heartbeat(victim.serverXid)], 'x'))
  const before = heard.length
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(first, fc.boolean()), { minLength: atOnce, maxLength: atOnce }), async (all) => {
      await allEnded(
        all.map(async ([bytes, shows]) => {
          const socket = shows ? connectTo(address, attacker) : connectTls({ ...here, ca: address.caPem })
          await sendAndEnd(socket, bytes)
        }),
      )
    }),
    rounds,
  )
  expect(heard.length).toBe(before)
  await honestRoundTrip()
})

test('S8: a server that turns on the broker reaches nobody: not the hub in another name, and no other server', async () => {
  const told: string[] = []
  const other = await letIn(victim)
  await granted(other, topics.commands(victim.serverXid))
  other.on('message', (topic) => told.push(topic))
  const targets = [
    topics.commands(victim.serverXid),
    topics.heartbeat(victim.serverXid),
    topics.connectionLost(victim.serverXid),
    topics.commands(attacker.serverXid),
    `$share/g/${topics.commands(victim.serverXid)}`,
    '$SYS/broker/clients',
    'servers/+/commands',
    `${topics.heartbeat(attacker.serverXid)}/`,
  ]
  const payload = JSON.stringify(heartbeat())
  const before = heard.length
  await fc.assert(
    fc.asyncProperty(fc.array(hostilePacket(targets, payload), { minLength: 1, maxLength: 12 }), async (packets) => {
      const socket = await authenticated(attacker)
      const end = closed(socket)
      for (const each of packets) socket.write(each)
      // DISCONNECT: what was taken is answered before, in order; what was cut ended already.
      socket.end(packet(0xe0, Buffer.alloc(0)))
      await allEnded([end])
    }),
    { ...rounds, numRuns: rounds.numRuns * 12 },
  )
  // What the attacker may say in its own name is its last word that it is gone, and heartbeats; nothing else was sent.
  expect(heard.slice(before).filter(({ serverXid }) => serverXid !== attacker.serverXid)).toEqual([])
  expect(told).toEqual([])
  expect(other.connected).toBe(true)
  await honestRoundTrip()
})

test('S8: thousands of connections leave no memory and no waiting room behind', async () => {
  await vi.waitFor(() => expect(edge.unauthenticated()).toBe(0))
  if (isSoak) expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(400 * 1024 * 1024)
  expect(hub.log.lines.filter(({ level, message }) => level === 'error' && message.includes('mistake'))).toEqual([])
})

const here = { host: '127.0.0.1', port: edge.port }

async function sendAndEnd(socket: TLSSocket, bytes: Buffer): Promise<void> {
  const end = closed(socket)
  socket.on('error', () => {})
  at.sockets.push(socket)
  socket.resume()
  socket.write(bytes)
  await end
}

/** A connection that was let in, of which the test writes every byte. */
async function authenticated(server: EnrolledServer): Promise<TLSSocket> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const socket = connectTo(address, server)
    socket.on('error', () => {})
    at.sockets.push(socket)
    const end = closed(socket)
    const now = Math.floor(hub.clock.now().getTime() / 1000)
    socket.write(connectPacket(server.serverXid, passwordOf(server, now)))
    const answer = await Promise.race([once(socket, 'data') as Promise<[Buffer]>, end])
    // As in letIn.
    if (answer === undefined) continue
    expect(answer[0].subarray(0, 4)).toEqual(Buffer.from([0x20, 2, 0, 0]))
    return socket
  }
  throw new Error(`the edge closed ${attemptsMax} connections of a server that may connect`)
}
