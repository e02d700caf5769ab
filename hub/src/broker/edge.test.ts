import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { connect as connectTls } from 'node:tls'
import { topics } from '@postern/protocol'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { newTlsKey } from '../environments/test-enrolment.ts'
import { createTestHub } from '../environments/test-hub.ts'
import { startEdge } from './edge.ts'
import { createTestEdge, heartbeat } from './test-edge.ts'
import { closed, type Dishonesty, granted, passwordOf } from './test-server-link.ts'

const at = await createTestEdge({ authenticationMs: 30_000, revocationCheckMs: 100 })
const { hub, edge, address, broker, heard, environments, enrol, connect, refusal, refusals, reasonsOf, sockets } = at

afterEach(async () => await at.closeConnections())
afterAll(async () => await at.close())

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

test('ES-4: an answer that comes again by itself is carried without an acknowledgement', async () => {
  const server = await enrol()
  const client = await connect(server)
  await granted(client, topics.heartbeatAnswer(server.serverXid))
  const arrived = new Promise<[number, string]>((resolve) =>
    client.once('message', (_topic, payload, { qos }) => resolve([qos, payload.toString()])),
  )
  broker.offer(topics.heartbeatAnswer(server.serverXid), '{"v":1}')
  expect(await arrived).toEqual([0, '{"v":1}'])
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

test('D41, S17: a certificate of another CA, of another server, or none where MQTT is offered does not come as far as MQTT; none elsewhere no further than CONNECT', async () => {
  const [server, other] = [await enrol(), await enrol()]
  const foreign = await createTestHub()
  try {
    const issued = await foreign.authority.issueClientCertificate(
      server.serverXid,
      createPublicKey(server.privateKey),
      hub.clock.now(),
    )
    expect(await refusal(server, { certificate: issued.certificatePem })).not.toBe('connected')
  } finally {
    await foreign.close()
  }
  expect(await refusal(server, { certificate: other.certificate, privateKey: other.privateKey })).toContain(
    'Not authorized',
  )
  // A second certificate for the same key, which the hub did not hand out at enrolment.
  const twin = await hub.authority.issueClientCertificate(
    server.serverXid,
    createPublicKey(server.privateKey),
    hub.clock.now(),
  )
  expect(await refusal(server, { certificate: twin.certificatePem })).toContain('Not authorized')

  // CONNACK: not authorized.
  const refused = Buffer.from([0x20, 2, 0, 5])
  const offers = [
    { offered: {}, told: [refused] },
    { offered: { ALPNProtocols: ['mqtt'] }, told: [] },
    { offered: { ALPNProtocols: ['http/1.1'] }, told: [refused] },
  ]
  for (const { offered, told } of offers) {
    const bare = connectTls({ host: '127.0.0.1', port: edge.port, ca: address.caPem, ...offered })
    bare.on('error', () => {})
    sockets.push(bare)
    const answers: Buffer[] = []
    bare.on('data', (bytes: Buffer) => answers.push(bytes))
    // CONNECT of MQTT 3.1.1 with a clean session, 30 s of keep-alive and the client id "x".
    bare.write(Buffer.from('100d00044d5154540402001e000178', 'hex'))
    await closed(bare)
    expect(answers).toEqual(told)
  }
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
  await expect.poll(async () => (await refusals(xid)).length).toBeGreaterThan(0)
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

test('S9: a server that is revoked loses its connection and does not get another', async () => {
  const server = await enrol()
  const client = await connect(server)
  const end = closed(client)
  await environments.revoke(at.caller, at.environmentId, server.serverXid)
  await end
  expect(await refusal(server, {})).toContain('Bad username or password')
})

test('ES-27: the certificate of the edge is good for the public name of the broker', async () => {
  const server = await enrol()
  const socket = connectTls({
    host: '127.0.0.1',
    port: edge.port,
    ca: address.caPem,
    servername: 'gate.example.org',
    cert: server.certificate,
    key: server.privateKey.export({ format: 'pem', type: 'pkcs8' }),
  })
  sockets.push(socket)
  await once(socket, 'secureConnect')
  expect(socket.authorized).toBe(true)
})

test('ES-27: another public name is in the certificate within seconds, and nobody has to start the edge anew', async () => {
  const { port } = edge
  const ca = at.address.caPem
  const authorizedAs = async (servername: string) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca, servername })
    sockets.push(socket)
    return await once(socket, 'secureConnect').then(
      () => true,
      () => false,
    )
  }
  expect(await authorizedAs('moved.example.org')).toBe(false)
  at.names.brokerHost = 'moved.example.org'
  await expect.poll(() => authorizedAs('moved.example.org'), { timeout: 10_000 }).toBe(true)
})

test('D15: the door of the hub is closed to other users, and a second edge on it refuses to start', async () => {
  const { socketPath } = at
  expect(statSync(socketPath).mode & 0o777).toBe(0o600)
  const second = startEdge({
    host: '127.0.0.1',
    port: 0,
    databaseUrl: hub.databaseUrl,
    tlsMaterial: at.tlsMaterial,
    socketPath,
    log: hub.log,
  })
  await expect(second).rejects.toThrow('One hub has one edge')
  expect(broker.isConnected()).toBe(true)
})
