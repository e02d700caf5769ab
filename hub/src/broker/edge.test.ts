import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { type Heartbeat, limits, protocolVersion, topics } from '@postern/protocol'
import type { MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createEnvironments, type Environments, type Member } from '../environments/environments.ts'
import { type EnrolledServer, enrolNewServer, newTlsKey } from '../environments/test-enrolment.ts'
import { createTestHub, person, type TestHub } from '../environments/test-hub.ts'
import type { Broker, ServerMessage } from './broker.ts'
import { connectBroker } from './broker-link.ts'
import { type Edge, startEdge } from './edge.ts'
import { issueEdgeTls } from './edge-tls.ts'
import {
  closed,
  connectServer,
  connectTo,
  type Dishonesty,
  type EdgeAddress,
  granted,
  passwordOf,
} from './test-server-link.ts'

let hub: TestHub
let edge: Edge
let address: EdgeAddress
let broker: Broker
let environments: Environments
let caller: Member
let environmentId: string
let folder: string
const heard: { serverXid: string; message: ServerMessage }[] = []
const opened: { end(force?: boolean): void }[] = []
const sockets: Socket[] = []
const publicNames = async () => ({
  apiURL: 'https://localhost:8443',
  brokerHost: 'localhost',
  brokerPort: 62_000,
  onlyLocalNames: true,
})
const small = {
  authenticationMs: 1000,
  unauthenticatedPerAddressMax: 6,
  unauthenticatedInAllMax: 8,
  revocationCheckMs: 100,
  packetsPerSecondMax: 200,
}

beforeAll(async () => {
  hub = await createTestHub()
  folder = mkdtempSync(join(tmpdir(), 'edge-'))
  caller = person('organization-administrator', hub.organizationId) as Member
  const { database, audit, keys, authority, clock, log } = hub
  environments = createEnvironments({
    db: database.db,
    audit,
    keys,
    authority,
    settings: { publicNames },
    clock,
    serverFilesFolder: folder,
    runtimeFile: '',
  })
  environmentId = (await environments.create(caller, 'Behind the gate')).id
  edge = await startEdge({
    host: '127.0.0.1',
    port: 0,
    databaseUrl: hub.databaseUrl,
    tlsMaterial: () => issueEdgeTls(authority, { publicNames }),
    socketPath: join(folder, 'broker.sock'),
    log,
    clock,
    limits: small,
  })
  address = { port: edge.port, caPem: await authority.certificatePem(), now: () => clock.now() }
  broker = connectBroker({ socketPath: join(folder, 'broker.sock'), log })
  broker.on((serverXid, message) => void heard.push({ serverXid, message }))
  await vi.waitFor(() => expect(broker.isConnected()).toBe(true))
})

afterEach(async () => {
  for (const client of opened.splice(0)) client.end(true)
  for (const socket of sockets.splice(0)) socket.destroy()
  await vi.waitFor(() => expect([edge.connectedServers(), edge.unauthenticated()]).toEqual([[], 0]), { timeout: 5000 })
})

afterAll(async () => {
  await broker.close()
  await edge.close()
  rmSync(folder, { recursive: true })
  await hub.close()
})

async function enrol(): Promise<EnrolledServer> {
  return await enrolNewServer(environments, caller, environmentId)
}

async function connect(server: EnrolledServer, changes: Dishonesty = {}): Promise<MqttClient> {
  const client = await connectServer(address, server, changes)
  opened.push(client)
  return client
}

/** Keeps what a refused connection is told. */
async function refusal(server: EnrolledServer, changes: Dishonesty): Promise<string> {
  return await connect(server, changes).then(
    () => 'connected',
    (error: Error) => error.message,
  )
}

function heartbeat(): Heartbeat {
  return {
    id: crypto.randomUUID(),
    protocolVersion,
    sentAt: new Date().toISOString(),
    kind: 'heartbeat',
    serverVersion: '0.1.0',
    serverName: 'gate',
    state: 'ready',
    tier: 'isolated',
    executors: 1,
    queued: 0,
    held: [],
  }
}

async function refusals(serverXid: string): Promise<{ what: unknown; reason: unknown }[]> {
  const rows = (await hub.auditActions()).filter(
    ({ action, subject }) => action === 'broker.refuse' && subject === `environment server ${serverXid}`,
  )
  return rows.map(({ detail }) => ({ what: detail['what'], reason: detail['reason'] }))
}

/** As the log has them, in order. */
function reasonsOf(serverXid: string): string[] {
  return hub.log.lines.flatMap(({ detail }) =>
    'reason' in detail && 'serverXid' in detail && detail.serverXid === serverXid ? [String(detail.reason)] : [],
  )
}

function tcp(): Socket {
  const socket = connectTcp(edge.port, '127.0.0.1')
  socket.on('error', () => {})
  sockets.push(socket)
  return socket
}

test('ES-4: a command reaches the environment server over the connection that it opened itself, and its word comes back', async () => {
  const server = await enrol()
  const client = await connect(server)
  expect(await granted(client, topics.commands(server.serverXid))).toBe(1)
  expect(await granted(client, topics.heartbeatAnswer(server.serverXid))).toBe(1)
  const arrived = new Promise<[string, string]>((resolve) =>
    client.once('message', (topic, payload) => resolve([topic, payload.toString()])),
  )
  await broker.publish(topics.commands(server.serverXid), '{"v":1}')
  expect(await arrived).toEqual([topics.commands(server.serverXid), '{"v":1}'])

  const said = heartbeat()
  await client.publishAsync(topics.heartbeat(server.serverXid), JSON.stringify(said), { qos: 1 })
  await vi.waitFor(() => expect(heard).toContainEqual({ serverXid: server.serverXid, message: said }))
})

test('ES-4: a message that is no valid one is dropped and counted, and the ones after it arrive', async () => {
  const server = await enrol()
  const client = await connect(server)
  const dropped = broker.droppedCount()
  const said = heartbeat()
  for (const payload of ['no JSON', '{"kind":"heartbeat"}', JSON.stringify(said)]) {
    await client.publishAsync(topics.heartbeat(server.serverXid), payload, { qos: 1 })
  }
  await vi.waitFor(() => expect(heard).toContainEqual({ serverXid: server.serverXid, message: said }))
  expect(broker.droppedCount() - dropped).toBe(2)
})

test('ES-4: a listener that fails is logged, and the others hear the message', async () => {
  const server = await enrol()
  const client = await connect(server)
  const stop = broker.on(() => {
    throw new Error('cannot')
  })
  const said = heartbeat()
  try {
    const heardLast = new Promise((resolve) => void broker.on((_serverXid, message) => resolve(message)))
    await client.publishAsync(topics.heartbeat(server.serverXid), JSON.stringify(said), { qos: 1 })
    expect(await heardLast).toEqual(said)
  } finally {
    stop()
  }
  expect(hub.log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'a message could not be handled' }),
  )
})

test('ES-4: a line that is cut makes the broker publish the last will, a good-bye does not', async () => {
  const server = await enrol()
  const lost = () =>
    heard.filter(({ serverXid, message }) => serverXid === server.serverXid && message.kind === 'connection-lost')
      .length
  const polite = await connect(server)
  await polite.endAsync()
  const cut = await connect(server)
  expect(lost()).toBe(0)
  cut.stream.destroy()
  await vi.waitFor(() => expect(lost()).toBe(1))
})

test('S8: a second connection of a server takes over from the first', async () => {
  const server = await enrol()
  const first = await connect(server)
  const end = closed(first)
  const second = await connect(server)
  await end
  expect(await granted(second, topics.commands(server.serverXid))).toBe(1)
  expect(edge.connectedServers()).toEqual([server.serverXid])
})

test('S17: a connection is refused when anything of its identity does not fit', async () => {
  const [server, other] = [await enrol(), await enrol()]
  const now = Math.floor(hub.clock.now().getTime() / 1000)
  const cases: [name: string, changes: Dishonesty, reason: RegExp][] = [
    ['proof by another key', { proofKey: newTlsKey() }, /the proof is wrong/],
    ['proof of another server', { password: passwordOf(other, now) }, /the brokerToken is wrong/],
    [
      'own token with the proof of another',
      { password: `${server.brokerToken}.${passwordOf(other, now).split('.').slice(1).join('.')}` },
      /the proof is wrong/,
    ],
    ['a proof from a minute ago', { proofTime: now - 61 }, /60 s off the hub's clock/],
    ['a proof from the future', { proofTime: now + 62 }, /60 s off the hub's clock/],
    [
      'a proof time that was changed',
      { password: passwordOf(server, now).replace(`.${now}.`, `.${now + 1}.`) },
      /the proof is wrong/,
    ],
    ['the token alone', { password: server.brokerToken }, /not brokerToken\.proofTime\.proof/],
    ['another user name', { userName: other.serverXid }, /the user name is not/],
    ['the client id of another', { clientId: other.serverXid }, /the client id is not/],
    ['the client id of the hub', { clientId: 'hub-1' }, /the client id is not/],
    ['a stored session', { clean: false }, /stored sessions are not served/],
    ['MQTT 3.1', { protocolVersion: 3 }, /only MQTT 3\.1\.1/],
    [
      'a last will on a foreign topic',
      { will: { topic: topics.heartbeat(other.serverXid), payload: Buffer.from('x'), qos: 1, retain: false } },
      /last will: the topic is not its own/,
    ],
    [
      'a retained last will',
      { will: { topic: topics.connectionLost(server.serverXid), payload: Buffer.from('x'), qos: 1, retain: true } },
      /last will: retained/,
    ],
    [
      'a last will of QoS 2',
      { will: { topic: topics.connectionLost(server.serverXid), payload: Buffer.from('x'), qos: 2, retain: false } },
      /last will: QoS 2/,
    ],
  ]
  const told: [string, string][] = []
  for (const [name, changes] of cases) told.push([name, await refusal(server, changes)])
  expect(told).toEqual(cases.map(([name]) => [name, expect.stringContaining('Not authorized')]))
  const reasons = reasonsOf(server.serverXid)
  // The first ten of the hour are recorded; the log and the audit hold the same ones.
  for (const [index, [, , reason]] of cases.slice(0, 10).entries()) expect(reasons[index]).toMatch(reason)
  expect(reasons.length).toBe(10)
  await vi.waitFor(async () => expect((await refusals(server.serverXid)).length).toBe(10))
  expect(await refusal(server, {})).toBe('connected')
})

test('S8: what is refused for another reason is named as well', async () => {
  const server = await enrol()
  const cases: [Dishonesty, RegExp][] = [
    [{ clean: false }, /stored sessions are not served/],
    [{ protocolVersion: 3 }, /only MQTT 3\.1\.1/],
    [
      { will: { topic: 'servers/1/heartbeat', payload: Buffer.from('x'), qos: 1, retain: false } },
      /last will: the topic is not its own/,
    ],
    [
      { will: { topic: topics.connectionLost(server.serverXid), payload: Buffer.from('x'), qos: 1, retain: true } },
      /last will: retained/,
    ],
    [
      { will: { topic: topics.connectionLost(server.serverXid), payload: Buffer.from('x'), qos: 2, retain: false } },
      /last will: QoS 2/,
    ],
  ]
  for (const [changes] of cases) expect(await refusal(server, changes)).toContain('Not authorized')
  const told = reasonsOf(server.serverXid)
  for (const [index, [, reason]] of cases.entries()) expect(told[index]).toMatch(reason)
})

test('S17: a certificate of another CA, of another server, or none at all does not come as far as MQTT', async () => {
  const [server, other] = [await enrol(), await enrol()]
  const foreign = await createTestHub()
  try {
    const issued = await foreign.authority.issueClientCertificate(server.serverXid, createPublicKey(server.privateKey))
    expect(await refusal(server, { certificate: issued.certificatePem })).not.toBe('connected')
  } finally {
    await foreign.close()
  }
  expect(await refusal(server, { certificate: other.certificate, privateKey: other.privateKey })).toContain(
    'Not authorized',
  )
  // A second certificate for the same key, which the hub did not hand out at enrolment.
  const twin = await hub.authority.issueClientCertificate(server.serverXid, createPublicKey(server.privateKey))
  expect(await refusal(server, { certificate: twin.certificatePem })).toContain('Not authorized')

  const bare = connectTls({ host: '127.0.0.1', port: edge.port, ca: address.caPem })
  bare.on('error', () => {})
  sockets.push(bare)
  // CONNECT of MQTT 3.1.1 with a clean session, 30 s of keep-alive and the client id "x".
  bare.write(Buffer.from('100d00044d5154540402001e000178', 'hex'))
  await closed(bare)
})

test('S8: a server publishes and subscribes on its own topics, literally, and on no others', async () => {
  const [server, other] = [await enrol(), await enrol()]
  const xid = server.serverXid
  const client = await connect(server)
  const foreign = [
    topics.commands(other.serverXid),
    `servers/+/commands`,
    `servers/${xid}/+`,
    `servers/${xid}/#`,
    '#',
    '+/+/+',
    `$share/g/${topics.commands(xid)}`,
    '$SYS/#',
    topics.heartbeat(xid),
  ]
  for (const topic of foreign) expect([topic, await granted(client, topic)]).toEqual([topic, 128])
  expect(await granted(client, topics.commands(xid), 2)).toBe(128)
  expect(await granted(client, topics.commands(xid), 1)).toBe(1)
  expect((await refusals(xid)).length).toBeGreaterThan(0)
})

test.each<[name: string, topic: (own: string, other: string) => string, options: { qos: 0 | 1 | 2; retain?: boolean }]>(
  [
    ['on the topic of another server', (_own, other) => topics.heartbeat(other), { qos: 1 }],
    ['on its own command topic', (own) => topics.commands(own), { qos: 1 }],
    ['on $SYS', () => '$SYS/x', { qos: 0 }],
    ['with QoS 2', (own) => topics.heartbeat(own), { qos: 2 }],
    ['to be retained', (own) => topics.heartbeat(own), { qos: 1, retain: true }],
  ],
)('S8: a message %s ends the connection, reaches nobody and is audited', async (_name, topicOf, options) => {
  const [server, other] = [await enrol(), await enrol()]
  const client = await connect(server)
  const before = heard.filter(({ message }) => message.kind === 'heartbeat').length
  const end = closed(client)
  client.publish(
    topicOf(server.serverXid, other.serverXid),
    JSON.stringify(heartbeat()),
    { retain: false, ...options },
    () => {},
  )
  await end
  await vi.waitFor(async () => expect((await refusals(server.serverXid)).length).toBe(1))
  // Another message, sent afterwards, has come; the refused one has not.
  const witness = await connect(other)
  await witness.publishAsync(topics.heartbeat(other.serverXid), JSON.stringify(heartbeat()), { qos: 1 })
  await vi.waitFor(() => expect(heard.filter(({ message }) => message.kind === 'heartbeat').length).toBe(before + 1))
  expect(heard.at(-1)?.serverXid).toBe(other.serverXid)
})

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
  const server = await enrol()
  const silent = tcp()
  const halfHandshake = tcp()
  halfHandshake.write(Buffer.from([0x16, 0x03, 0x01, 0x02]))
  const slow = connectTo(address, server)
  slow.on('error', () => {})
  sockets.push(slow)
  await once(slow, 'secureConnect')
  slow.write(Buffer.from([0x10]))
  const drip = setInterval(() => slow.write(Buffer.from([0xff])), 200)
  const started = performance.now()
  await Promise.all([silent, halfHandshake, slow].map((socket) => closed(socket)))
  clearInterval(drip)
  expect(performance.now() - started).toBeLessThan(small.authenticationMs * 3)
})

test('S8: more than 64 KB before authentication ends the connection, whatever they are', async () => {
  const server = await enrol()
  const socket = connectTo(address, server)
  socket.on('error', () => {})
  sockets.push(socket)
  await once(socket, 'secureConnect')
  // A CONNECT that announces 128 KB, and then the bytes.
  socket.write(Buffer.concat([Buffer.from([0x10, 0x80, 0x80, 0x08]), Buffer.alloc(70 * 1024)]))
  const started = performance.now()
  await closed(socket)
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

test('S9: a server that is revoked loses its connection within seconds and does not get another', async () => {
  const server = await enrol()
  const client = await connect(server)
  const end = closed(client)
  await environments.revoke(caller, environmentId, server.serverXid)
  const started = performance.now()
  await end
  expect(performance.now() - started).toBeLessThan(2000)
  expect(await refusal(server, {})).toContain('Not authorized')
})

test('S8: a server that talks too fast is read slower, and loses nothing', async () => {
  const server = await enrol()
  const client = await connect(server)
  const count = small.packetsPerSecondMax * 2 + 50
  const before = heard.length
  const started = performance.now()
  for (let index = 0; index < count; index += 1)
    client.publish(topics.heartbeat(server.serverXid), JSON.stringify(heartbeat()))
  await vi.waitFor(() => expect(heard.length - before).toBe(count), { timeout: 10_000 })
  expect(performance.now() - started).toBeGreaterThan(1000)
})

test('D15: the door of the hub is closed to other users, and a second edge on it refuses to start', async () => {
  const socketPath = join(folder, 'broker.sock')
  expect(statSync(socketPath).mode & 0o777).toBe(0o600)
  const second = startEdge({
    host: '127.0.0.1',
    port: 0,
    databaseUrl: hub.databaseUrl,
    tlsMaterial: () => issueEdgeTls(hub.authority, { publicNames }),
    socketPath,
    log: hub.log,
  })
  await expect(second).rejects.toThrow('One hub has one edge')
  expect(broker.isConnected()).toBe(true)
})
