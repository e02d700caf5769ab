import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AddressInfo, connect as connectSocket, createServer, Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { limits, topics } from '@postern/protocol'
import { Aedes } from 'aedes'
import { MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTestHub, type TestHub } from '../environments/test-hub.ts'
import { makeAuthority } from '../http/test-certificate.ts'
import { shownCertificate } from '../pki/shown-certificate.ts'
import { connectBroker } from './broker-link.ts'
import { isEdgeStarting } from './edge-start.ts'
import { type Edge, startEdge } from './edge.ts'
import { readMessage } from './read-message.ts'

let hub: TestHub
let folder: string
beforeAll(async () => {
  hub = await createTestHub()
  folder = mkdtempSync(join(tmpdir(), 'link-'))
})

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await hub.close()
})

async function start(socketPath: string): Promise<Edge> {
  const { databaseUrl, authority, log } = hub
  return await startEdge({
    host: '127.0.0.1',
    port: 0,
    databaseUrl,
    tlsMaterial: shownCertificate(authority, { knownHosts: async () => ['localhost'] }),
    socketPath,
    log,
  })
}

test('D15: the link comes back by itself when the edge is started again, and says no meanwhile', async () => {
  const socketPath = join(folder, 'again.sock')
  let edge = await start(socketPath)
  const link = connectBroker({ socketPath, log: hub.log })
  let connections = 0
  link.onConnected(() => (connections += 1))
  try {
    await expect.poll(() => link.isConnected()).toBe(true)
    await link.publish(topics.commands('1000'), 'x')
    await edge.close()
    await expect.poll(() => link.isConnected()).toBe(false)
    await expect(link.publish(topics.commands('1000'), 'x')).rejects.toThrow('there is no connection to the broker')
    edge = await start(socketPath)
    await expect.poll(() => link.isConnected()).toBe(true)
    await link.publish(topics.commands('1000'), 'x')
    expect(connections).toBe(2)
  } finally {
    await link.close()
    await edge.close()
  }
})

test('an edge that has not started yet is no warning; one that is gone is', async () => {
  const socketPath = join(folder, 'later.sock')
  const lines: string[] = []
  const at = (level: string) => (_: object, message: string) => void lines.push(`${level}: ${message}`)
  const log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
  const link = connectBroker({ socketPath, log })
  try {
    await expect.poll(() => lines).toContain('debug: the broker has not started yet; connecting again')
    const edge = await start(socketPath)
    await expect.poll(() => link.isConnected()).toBe(true)
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([])
    await edge.close()
    await expect.poll(() => lines).toContain('warn: the broker refuses the hub')
  } finally {
    await link.close()
  }
})

test('an edge that does not start within 30 s is a warning, and so is anything but nobody at the socket', () => {
  const refused = (given: object) =>
    Object.assign(new Error('connect'), { syscall: 'connect', address: '/x', ...given })
  expect(isEdgeStarting(refused({ code: 'ENOENT' }), 30_000, false)).toBe(true)
  expect(isEdgeStarting(refused({ code: 'ECONNREFUSED' }), 0, false)).toBe(true)
  expect(isEdgeStarting(refused({ code: 'ENOENT' }), 30_001, false)).toBe(false)
  expect(isEdgeStarting(refused({ code: 'ENOENT' }), 0, true)).toBe(false)
  expect(isEdgeStarting(refused({ code: 'EACCES' }), 0, false)).toBe(false)
  expect(isEdgeStarting(refused({ code: 'ECONNREFUSED', port: 1883 }), 0, false)).toBe(false)
})

test('S8: the hub itself is held to its topics, and a message too large is not even sent', async () => {
  const socketPath = join(folder, 'rights.sock')
  const edge = await start(socketPath)
  const link = connectBroker({ socketPath, log: hub.log })
  try {
    await expect.poll(() => link.isConnected()).toBe(true)
    await expect(link.publish(topics.commands('1000'), 'x'.repeat(limits.messageBytesMax + 1))).rejects.toThrow(
      'too large',
    )
    const other = new MqttClient(() => connectSocket(socketPath), {
      clientId: 'hub-other',
      reconnectPeriod: 0,
      protocolVersion: 4,
    })
    await new Promise((resolve) => other.once('connect', resolve))
    await expect(other.subscribeAsync('servers/+/commands')).rejects.toThrow()
    const cut = new Promise<void>((resolve) => other.once('close', () => resolve()))
    other.publish(topics.heartbeat('1000'), 'x')
    await cut
    other.end(true)
  } finally {
    await link.close()
    await edge.close()
  }
})

const heartbeat = {
  id: 'b3a1f5de-5c0e-4d55-9a7e-0a4d1c7a8f10',
  protocolVersion: 1,
  sentAt: '2026-11-20T12:00:00Z',
  kind: 'heartbeat',
  serverVersion: '1',
  serverName: 'gate',
  state: 'ready',
  tier: 'none',
  executors: 1,
  queued: 0,
  held: [],
}

test('no command to an external broker waits for an acknowledgement of the one before', async () => {
  const aedes = await Aedes.createBroker()
  const server = createServer((socket) => aedes.handle(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server's address has a port.
  const { port } = server.address() as AddressInfo
  const switched = vi.spyOn(Socket.prototype, 'setNoDelay')
  const link = connectBroker({ url: `mqtt://127.0.0.1:${port}`, log: hub.log })
  try {
    await vi.waitFor(() => expect(link.isConnected()).toBe(true))
    const ours = switched.mock.contexts.findIndex((socket) => socket instanceof Socket && socket.remotePort === port)
    expect(switched.mock.calls[ours]).toEqual([true])
  } finally {
    await link.close()
    switched.mockRestore()
    await new Promise<void>((resolve) => aedes.close(resolve))
    server.close()
  }
})

test('ES-17: a broker whose certificate is of a CA that nobody trusts is not spoken to, and the log names the CA', async () => {
  const site = await makeAuthority('CN=Example Broker CA', new Date(Date.now() + 3_600_000))
  const server = createSecureServer(await site.issue('CN=broker', 'server'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const said: unknown[] = []
  const log = { ...hub.log, error: (facts: object) => void said.push(facts) }
  const link = connectBroker({ url: `mqtts://127.0.0.1:${port}`, log })
  try {
    await vi.waitFor(() => expect(said).toContainEqual(expect.objectContaining({ issuer: 'Example Broker CA' })))
    expect(link.isConnected()).toBe(false)
  } finally {
    await link.close()
    server.close()
  }
})

test('ES-4: messages are checked at the door: topic, size, JSON and shape', () => {
  const read = (topic: string, payload: unknown) =>
    readMessage(topic, Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)))
  expect(read(topics.heartbeat('1000'), { ...heartbeat, later: true })).toEqual({
    kind: 'message',
    serverXid: '1000',
    message: heartbeat,
  })
  const refused: [string, unknown, RegExp][] = [
    [topics.executionEvents('1000'), heartbeat, /kind/],
    [topics.commands('1000'), heartbeat, /none of ours/],
    ['servers/abc/heartbeat', heartbeat, /none of ours/],
    ['servers/1000/heartbeat/x', heartbeat, /none of ours/],
    [topics.heartbeat('1000'), '{', /not JSON/],
    [topics.heartbeat('1000'), { ...heartbeat, executors: -1 }, /executors/],
    [topics.heartbeat('1000'), `"${'x'.repeat(limits.messageBytesMax)}"`, /too large/],
  ]
  for (const [topic, payload, reason] of refused) {
    expect(read(topic, payload)).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) })
  }
})
