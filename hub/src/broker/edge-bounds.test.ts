import { limits, topics } from '@postern/protocol'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { createTestEdge, heartbeat } from './test-edge.ts'
import { closed, connectTo } from './test-server-link.ts'

const small = {
  // Longer than a busy machine needs: what ends sooner ended for another reason.
  authenticationMs: 120_000,
  unauthenticatedPerAddressMax: 6,
  unauthenticatedInAllMax: 8,
  revocationCheckMs: 100,
  packetsPerSecondMax: 200,
}
const at = await createTestEdge(small)
const { edge, address, heard, enrol, connect, refusal, sockets, tcp } = at

afterEach(async () => await at.closeConnections())
afterAll(async () => await at.close())

test('S8: a message larger than the limit ends the connection before it is held whole', async () => {
  const server = await enrol()
  const client = await connect(server)
  const end = closed(client)
  client.publish(
    topics.heartbeat(server.serverXid),
    Buffer.alloc(limits.messageBytesMax + 2048, 'x'),
    { qos: 1 },
    () => {},
  )
  await end
})

test.each([
  ['an HTTP request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['MQTT without TLS', '\u0010\u000c\u0000\u0004MQTT'],
  ['a zero byte', '\0'],
  ['SSH', 'SSH-2.0-x\r\n'],
])('S8: a connection that begins with %s is closed without an answer', async (_name, bytes) => {
  const socket = tcp()
  let answer = 0
  socket.on('data', (chunk: Buffer) => (answer += chunk.length))
  socket.write(bytes)
  await closed(socket)
  expect(answer).toBe(0)
})

test('S8: TLS and then something that is not MQTT is closed', async () => {
  const server = await enrol()
  const socket = connectTo(address, server)
  socket.on('error', () => {})
  sockets.push(socket)
  socket.write('GET /live HTTP/1.1\r\nHost: x\r\n\r\n')
  await closed(socket)
})

test('S8: who says nothing, begins a handshake and stops, or sends CONNECT byte by byte is closed when the time is up', async () => {
  const hasty = await createTestEdge({ authenticationMs: 1000 })
  try {
    const server = await hasty.enrol()
    const silent = hasty.tcp()
    const halfHandshake = hasty.tcp()
    halfHandshake.write(Buffer.from([0x16, 0x03, 0x01, 0x02]))
    const slow = connectTo(hasty.address, server)
    slow.on('error', () => {})
    hasty.sockets.push(slow)
    const ends = [silent, halfHandshake, slow].map((socket) => closed(socket))
    slow.write(Buffer.from([0x10]))
    // Without end: if a byte won it more time, it would never be closed.
    const drip = setInterval(() => slow.write(Buffer.from([0xff])), 200)
    await Promise.all(ends)
    clearInterval(drip)
  } finally {
    await hasty.close()
  }
})

test('S8: more than 64 KB before authentication ends the connection, whatever they are', async () => {
  const server = await enrol()
  const socket = connectTo(address, server)
  socket.on('error', () => {})
  sockets.push(socket)
  const end = closed(socket)
  const started = performance.now()
  // A CONNECT that announces 128 KB, and then the bytes.
  socket.write(Buffer.concat([Buffer.from([0x10, 0x80, 0x80, 0x08]), Buffer.alloc(70 * 1024)]))
  await end
  expect(performance.now() - started).toBeLessThan(small.authenticationMs)
})

test('S8: one address may hold so many connections that prove nothing, and servers that are connected do not count', async () => {
  const servers = [await enrol(), await enrol(), await enrol()]
  for (const server of servers) await connect(server)
  const idle = Array.from({ length: small.unauthenticatedPerAddressMax }, () => tcp())
  await vi.waitFor(() => expect(edge.unauthenticated()).toBe(small.unauthenticatedPerAddressMax))
  const started = performance.now()
  const oneTooMany = tcp()
  await closed(oneTooMany)
  expect(performance.now() - started).toBeLessThan(small.authenticationMs / 2)
  expect(idle.every((socket) => !socket.destroyed)).toBe(true)
  for (const socket of idle) socket.destroy()
  await vi.waitFor(() => expect(edge.unauthenticated()).toBe(0))
  expect(await refusal(servers[0] ?? (await enrol()), {})).toBe('connected')
})

test('S8: a server that talks too fast is read slower, and loses nothing', async () => {
  const server = await enrol()
  const client = await connect(server)
  // What comes in one piece is counted when it has passed, so that each second may let some more through.
  const count = small.packetsPerSecondMax * 4 + 50
  const before = heard.length
  const started = performance.now()
  for (let index = 0; index < count; index += 1)
    client.publish(topics.heartbeat(server.serverXid), JSON.stringify(heartbeat()))
  await vi.waitFor(() => expect(heard.length - before).toBe(count))
  expect(performance.now() - started).toBeGreaterThan(1000)
})
