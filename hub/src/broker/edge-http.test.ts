import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { paths, tcexPaths, topics } from '@postern/protocol'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import type { Member } from '../environments/environments.ts'
import { downloadSettings, enrolmentRequest, newTlsKey } from '../environments/test-enrolment.ts'
import { person } from '../environments/test-hub.ts'
import { openEdgeDoor } from '../http/edge-door.ts'
import { createTestApi, testHost, testOrigin } from '../http/test-api.ts'
import { createTestEdge, heartbeat } from './test-edge.ts'
import { closed, type Dishonesty, granted, passwordOf, webSocketTo } from './test-server-link.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'
const folder = mkdtempSync(join(tmpdir(), 'edge-http-'))
const doorPath = join(folder, 'edge-http.sock')
const api = await createTestApi()
const closeDoor = await openEdgeDoor(api.https, doorPath)
const limits = { authenticationMs: 30_000, unauthenticatedPerAddressMax: 40, packetsPerSecondMax: 100 }
const at = await createTestEdge(limits, { socketPath: doorPath, pagesPort: '' })
/** For strangers whose time is up: on a busy machine others need longer than that. */
const hasty = await createTestEdge({ ...limits, authenticationMs: 1000 }, { socketPath: doorPath, pagesPort: '' })
const { broker, edge, enrol, heard, connect, refusal, refusals } = at

afterEach(async () => {
  await at.closeConnections()
  await hasty.closeConnections()
})
afterAll(async () => {
  await at.close()
  await hasty.close()
  await closeDoor()
  await api.close()
  rmSync(folder, { recursive: true })
})

type Asked = { method?: string; headers?: OutgoingHttpHeaders; body?: string; socketPath?: string }
type Told = { status: number; headers: IncomingMessage['headers']; body: string }

/** As an app asks, or a server that has not enrolled: without a certificate. Resolves with the answer, even while a body is owed. */
function ask(path: string, { method = 'GET', headers = {}, body, socketPath }: Asked = {}, over = at): Promise<Told> {
  const { address } = over
  const { promise, resolve, reject } = Promise.withResolvers<Told>()
  const asked = { agent: false as const, method, path, headers: { host: `${testHost}:${address.port}`, ...headers } }
  const request = socketPath
    ? httpRequest({ ...asked, socketPath })
    : httpsRequest({
        ...asked,
        host: '127.0.0.1',
        port: address.port,
        ca: address.caPem,
        servername: 'gate.example.org',
      })
  request.once('response', (response) => {
    text(response).then(
      (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      reject,
    )
  })
  request.once('upgrade', (response, socket) => {
    socket.destroy()
    resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' })
  })
  request.once('error', reject)
  if (body === undefined && Number(headers['content-length'] ?? 0) > 0) request.flushHeaders()
  else request.end(body)
  return promise
}

const upgrade = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
}

/** To the edge whose strangers have little time. */
function bareTls(): TLSSocket {
  const { port, caPem } = hasty.address
  const socket = connectTls({ host: '127.0.0.1', port, ca: caPem })
  socket.on('error', () => {})
  hasty.sockets.push(socket)
  return socket
}

test('ES-4: in a WebSocket a command and a heartbeat go as they do in TLS itself', async () => {
  const server = await enrol()
  const client = await connect(server, { inWebSocket: true })
  expect(await granted(client, topics.commands(server.serverXid))).toBe(1)
  const arrived = new Promise<string>((resolve) => client.once('message', (_topic, bytes) => resolve(String(bytes))))
  const command = 'c'.repeat(200_000)
  await broker.publish(topics.commands(server.serverXid), command)
  expect(await arrived).toBe(command)
  const said = heartbeat()
  await client.publishAsync(topics.heartbeat(server.serverXid), JSON.stringify(said), { qos: 1 })
  await vi.waitFor(() => expect(heard).toContainEqual({ serverXid: server.serverXid, message: said }))
  const end = closed(client)
  client.stream.destroy()
  await end
  await vi.waitFor(() => expect(edge.connectedServers()).toEqual([]))
})

test('S8: in a WebSocket the same is refused as in TLS itself: identity, session, topics', async () => {
  const [server, other] = [await enrol(), await enrol()]
  const now = Math.floor(at.hub.clock.now().getTime() / 1000)
  const cases: Dishonesty[] = [
    { proofKey: newTlsKey() },
    { password: passwordOf(other, now) },
    { userName: other.serverXid },
    { clientId: other.serverXid },
    { clean: false },
  ]
  for (const changes of cases)
    expect(await refusal(server, { ...changes, inWebSocket: true })).toContain('Not authorized')
  const client = await connect(server, { inWebSocket: true })
  for (const topic of [
    topics.commands(other.serverXid),
    '#',
    '$SYS/#',
    `$share/g/${topics.commands(server.serverXid)}`,
  ])
    expect([topic, await granted(client, topic)]).toEqual([topic, 128])
  const end = closed(client)
  client.publish(topics.heartbeat(other.serverXid), JSON.stringify(heartbeat()), { qos: 1 }, () => {})
  await end
  await vi.waitFor(async () => expect((await refusals(server.serverXid)).length).toBeGreaterThan(cases.length))
})

test('S8: a WebSocket for anything but MQTT is not opened; one without a certificate is, as far as CONNECT', async () => {
  const mqtt = { ...upgrade, 'sec-websocket-protocol': 'mqtt' }
  expect(await ask(paths.mqtt, { headers: mqtt })).toMatchObject({ status: 101 })
  expect(await ask(paths.mqtt, { headers: { ...upgrade, 'sec-websocket-protocol': 'chat' } })).toMatchObject({
    status: 400,
  })
  expect(await ask(`${paths.mqtt}/other`, { headers: mqtt })).toMatchObject({ status: 404 })
  expect(await ask(paths.mqtt)).toMatchObject({ status: 404 })
})

test('S8: who opens a WebSocket and proves nothing, sends too much, text, or pings without end, is closed', async () => {
  const server = await hasty.enrol()
  const rude: ((socket: ReturnType<typeof webSocketTo>) => void)[] = [
    () => {},
    (socket) => socket.send(Buffer.concat([Buffer.from([0x10, 0x80, 0x80, 0x08]), Buffer.alloc(60_000)])),
    (socket) => socket.send(Buffer.alloc(70_000)),
    (socket) => socket.send('text'),
    (socket) => {
      for (let n = 0; n < limits.packetsPerSecondMax * 2; n += 1) socket.ping()
    },
  ]
  await Promise.all(
    rude.map(async (speak) => {
      const socket = webSocketTo(hasty.address, server)
      socket.on('error', () => {})
      socket.once('open', () => speak(socket))
      await closed(socket)
    }),
  )
  await vi.waitFor(() => expect(hasty.edge.unauthenticated()).toBe(0))
})

test('ES-4: on 62000 the API answers whom it answers on its own port, and the door behind it is closed to other users', async () => {
  const authorization = `TC-Token ${await api.executionToken('tcex')}`
  const wanted = await api.https.inject({ url: '/api/v2/types/indicatorTypes', headers: { authorization } })
  const told = await ask('/api/v2/types/indicatorTypes', { headers: { authorization } })
  expect(told).toMatchObject({ status: 200, body: wanted.body })
  expect(await ask(paths.me, { headers: { authorization: `Bearer ${await api.deliveryToken()}` } })).toMatchObject({
    status: 200,
  })
  expect(await ask(paths.health)).toMatchObject({ status: 200 })
  // What a connection has for itself goes no further.
  const forItself = { authorization, connection: 'close, Authorization' }
  expect(await ask('/api/v2/types/indicatorTypes', { headers: forItself })).toMatchObject({ status: 401 })
  expect(await ask(paths.indicators)).toMatchObject({ status: 401, headers: { connection: 'close' } })
  expect(statSync(doorPath).mode & 0o777).toBe(0o600)
})

test('ES-4: a body is taken once the hub knows the caller, whole and as it was sent', async () => {
  const authorization = `TC-Token ${await api.executionToken('tcex')}`
  const body = JSON.stringify({
    haltOnError: 'false',
    attributeWriteType: 'Replace',
    action: 'Create',
    owner: 'x'.repeat(200_000),
  })
  const headers = { authorization, 'content-type': 'application/json' }
  const told = await ask('/api/v2/batch', { method: 'POST', headers, body })
  const wanted = await api.https.inject({ method: 'POST', url: '/api/v2/batch', headers, payload: body })
  expect([told.status, JSON.parse(told.body).message]).toEqual([wanted.statusCode, wanted.json().message])
  // Of a stranger nothing is taken: the answer comes while the body has yet to be sent.
  const owed = { 'content-type': 'application/json', 'content-length': 10_000_000 }
  expect(await ask('/api/v2/batch', { method: 'POST', headers: owed })).toMatchObject({ status: 401 })
})

test('ES-4: an app whose token is no good hears so, whatever it has sent by then', async () => {
  const headers = { authorization: 'TC-Token expired', 'content-type': 'application/json' }
  const asked = { method: 'POST', headers, body: 'x'.repeat(500_000) }
  const told = await Promise.all(Array.from({ length: 5 }, async () => await ask('/api/v2/batch', asked)))
  expect(new Set(told.map(({ status }) => status))).toEqual(new Set([401]))
})

test('S8: what only people use is not served on 62000, whatever they show', async () => {
  const authorization = `Bearer ${await api.tokenOf('administrator')}`
  const closedPaths = [paths.users, paths.tokens, paths.settings, paths.auditEvents, paths.environments, paths.jobs]
  const publicPaths = ['/', '/sign-in', paths.metrics, paths.ready, paths.docs, paths.openapi, paths.taxii]
  for (const path of [...closedPaths, ...publicPaths])
    expect([path, await ask(path, { headers: { authorization } })]).toEqual([
      path,
      expect.objectContaining({ status: 404 }),
    ])
  for (const path of [paths.session, paths.setup])
    expect(
      await ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
    ).toMatchObject({ status: 404 })
})

test('ES-4: every route that apps and environment servers have is served on 62000', async () => {
  const theirs = api.routes.filter(
    ({ callers, permission }) =>
      permission !== 'public' && (callers.includes('execution') || callers.includes('environment-server')),
  )
  expect(theirs.length).toBeGreaterThan(20)
  for (const { method, path } of theirs) {
    // Past the edge itself, which passes on all that begins so: a handshake for each would take seconds.
    expect(path).toMatch(/^\/(v1|api)\//)
    const { status } = await ask(path.replaceAll(/:\w+/g, '1'), { method, socketPath: doorPath })
    expect([method, path, status]).toEqual([method, path, 401])
  }
})

test('S9: a server enrols over 62000, and the hub notes the address that it came from, not the one that it names', async () => {
  const { environments } = api.features
  const caller = person('administrator', api.ours.organizationId) as Member
  const { id } = await environments.create(caller, { name: 'Behind one port' })
  const config = await downloadSettings(environments, caller, id)
  const [serverXid = '', token = ''] = [config.get('serverXid'), config.get('enrolmentToken')]
  const told = await ask(paths.enrolments, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-forwarded-for': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
      'postern-edge-peer': '203.0.113.9',
    },
    body: JSON.stringify(enrolmentRequest(serverXid, token, newTlsKey())),
  })
  expect(told).toMatchObject({ status: 201 })
  const [environment] = (await environments.list(caller, undefined, 100)).filter((each) => each.id === id)
  expect(environment?.servers.map(({ enrolledFrom }) => enrolledFrom)).toEqual(['127.0.0.1'])
})

test.each([
  [paths.moves, { serverXid: '1', proof: 'cHJvb2Y=', held: [] }, 'This move token is wrong'],
  [paths.lockedNotices, { serverXid: '1' }, 'No environment server has this token'],
])('ES-4: %s is asked over 62000 too, and judges its token itself', async (path, body, refusal) => {
  const headers = { authorization: `Bearer ${'x'.repeat(43)}`, 'content-type': 'application/json' }
  const told = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect([told.status, told.body]).toEqual([401, expect.stringContaining(refusal)])
})

test('D18: a live page opens on 62000 for a session from a page of this hub, and from no other site', async () => {
  const cookie = await api.cookieOf('read-only')
  expect(await ask(paths.live, { headers: { ...upgrade, cookie, origin: testOrigin } })).toMatchObject({ status: 101 })
  expect(await ask(paths.live, { headers: { ...upgrade, cookie, origin: 'https://evil.example.net' } })).toMatchObject({
    status: 403,
  })
  expect(await ask(paths.live, { headers: { ...upgrade, origin: testOrigin } })).toMatchObject({ status: 401 })
  expect(await ask(tcexPaths.base, { headers: { ...upgrade, cookie, origin: testOrigin } })).toMatchObject({
    status: 404,
  })
})

test('S8: one that asks and gets nothing done does not keep its connection, whatever it shows; a request that drips is cut', async () => {
  const first = [
    `GET ${paths.indicators}`,
    `GET ${paths.users}`,
    'GET /v1/%zz',
    'GET /v1/nothing',
    `POST ${paths.enrolments}`,
  ]
  const strangers = first.map((each, index) => {
    const socket = bareTls()
    const authorization = index === 0 ? '' : 'Authorization: Bearer x\r\n'
    socket.write(`${each} HTTP/1.1\r\nHost: x\r\n${authorization}Content-Length: 2\r\n\r\n{}`)
    return socket.resume()
  })
  const dripping = bareTls()
  dripping.write('GET /v1/')
  const large = bareTls()
  large.write(`GET /v1/ HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n`)
  large.resume()
  await Promise.all([...strangers, dripping, large].map((socket) => closed(socket)))
  await vi.waitFor(() => expect(hasty.edge.unauthenticated()).toBe(0))
})

test('S8: who is known has the time that the answer takes, not that of strangers', async () => {
  const authorization = `Bearer ${await api.tokenOf('read-only')}`
  const told = await api.db.transaction().execute(async (trx) => {
    await sql`lock table indicator in access exclusive mode`.execute(trx)
    const answer = ask(paths.indicators, { headers: { authorization } })
    const waiting = sql`select 1 from pg_locks where relation = 'indicator'::regclass and not granted`
    await vi.waitFor(async () => expect((await waiting.execute(trx)).rows.length).toBe(1))
    expect(edge.unauthenticated()).toBe(0)
    return { answer }
  })
  expect(await told.answer).toMatchObject({ status: 200 })
})

test('S8: whatever comes as HTTP, each connection ends, nobody is let in, and those after it are answered', async () => {
  const line = fc.oneof(
    fc.constantFrom('GET / HTTP/1.1', 'POST /v1/enrolments HTTP/1.1', 'GET /mqtt HTTP/1.1', 'PRI * HTTP/2.0'),
    fc.constantFrom('GET /api/../v1/users HTTP/1.1', 'GET /v1/%2e%2e/v1/users HTTP/1.1', 'GET //v1/users HTTP/1.1'),
    fc.string({ maxLength: 60 }).map((each) => `GET /${each} HTTP/1.1`),
  )
  const header = fc.oneof(
    fc.constantFrom(
      'Host: x',
      'Upgrade: websocket',
      'Connection: upgrade',
      'Sec-WebSocket-Protocol: mqtt',
      'Expect: 200',
    ),
    fc.constantFrom(
      'Content-Length: 5',
      'Content-Length: -1',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: x, chunked',
    ),
    fc.constantFrom('Authorization: Bearer x', 'Authorization: TC-Token x', 'Cookie: __Host-postern_session=x'),
    fc.string({ maxLength: 40 }),
  )
  const rest = fc.uint8Array({ maxLength: 400 }).map((each) => Buffer.from(each))
  const attempt = fc.tuple(line, fc.array(header, { maxLength: 6 }), rest)
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { minLength: 15, maxLength: 15 }), async (attempts) => {
      await Promise.all(
        attempts.map(async ([first, headers, bytes]) => {
          const socket = bareTls()
          let answer = ''
          socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')))
          socket.write(Buffer.concat([Buffer.from(`${first}\r\n${headers.join('\r\n')}\r\n\r\n`), bytes]))
          await closed(socket)
          expect(answer).not.toMatch(/^HTTP\/1\.1 (101|2(?!00|04))/)
        }),
      )
    }),
    { numRuns: isSoak ? 200 : 4 },
  )
  await vi.waitFor(() => expect(hasty.edge.unauthenticated()).toBe(0))
  // In time, as soon as the machine is not busy with something else.
  await vi.waitFor(async () => expect(await ask(paths.health, {}, hasty)).toMatchObject({ status: 200 }))
  expect(api.errors).toEqual([])
})

test('ES-4: while no hub answers, HTTP on 62000 says so, and MQTT goes on', async () => {
  const server = await enrol()
  await closeDoor()
  expect(await ask(paths.health)).toMatchObject({ status: 503 })
  expect(await ask(paths.live, { headers: { ...upgrade, origin: testOrigin } })).toMatchObject({ status: 503 })
  expect(await refusal(server, { inWebSocket: true })).toBe('connected')
})
