import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type CreatedReader, paths, type Reader } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import pino from 'pino'
import { forEveryone } from '../access/permissions.ts'
import { Audit } from '../audit/audit.ts'
import { createServer, type Server } from '../http/server.ts'
import { createTestApi, type TestApi, testHost } from '../http/test-api.ts'
import { makeAuthority, selfSigned } from '../http/test-certificate.ts'
import { systemClock } from '../lib/clock.ts'
import { listRoutes } from '../lists/routes.ts'
import { OwnerStore } from '../owners/owner-store.ts'
import { readerLimits } from './reader-limits.ts'
import { openReaderPort, type ReaderPort } from './reader-port.ts'
import { createReaders, isWithin, readNetworks } from './readers.ts'
import { VerifiedPasswords } from './verified-passwords.ts'

let api: TestApi
let admin: string

beforeAll(async () => {
  api = await createTestApi()
  admin = `Bearer ${await api.tokenOf('organization-administrator')}`
})
afterAll(async () => await api.close())

async function send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object, authorization = admin) {
  const reply = await api.https.inject({
    method,
    url,
    headers: { host: testHost, authorization },
    ...(body === undefined ? {} : { payload: body }),
  })
  return { status: reply.statusCode, body: reply.body === '' ? null : (reply.json() as unknown) }
}

async function make(body: object): Promise<CreatedReader> {
  const reply = await send('POST', paths.readers, body)
  expect([reply.status, reply.body]).toEqual([201, expect.anything()])
  return reply.body as CreatedReader
}

const basic = ({ username, password }: { username: string | null; password: string | null }) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** The hub says who may not, so that a credential that is good shows as "needs the right". */
async function knows(authorization: string, remoteAddress = '192.0.2.7'): Promise<boolean> {
  const reply = await api.https.inject({ url: paths.jobs, headers: { host: testHost, authorization }, remoteAddress })
  return reply.statusCode === 403 && reply.body.includes('needs the right')
}

test('S12: a reader has a password or a token that is shown once, and its rights are none of a person', async () => {
  const named = await make({ name: 'Edge firewall', credential: 'basic' })
  const token = await make({ name: 'TAXII client', credential: 'token' })
  expect(named).toMatchObject({ hasToken: false, token: null, lists: [], taxiiCollections: [], isEnabled: true })
  expect(named.username).toMatch(/^edge-firewall-[0-9a-f]{6}$/)
  expect(await knows(basic(named))).toBe(true)
  expect(await knows(`Bearer ${token.token}`)).toBe(true)
  const stored = JSON.stringify(await api.db.selectFrom('reader').selectAll().execute())
  for (const secret of [named.password, token.token]) expect(stored).not.toContain(secret)
  const { body } = await send('GET', paths.readers)
  expect(JSON.stringify(body)).not.toContain(named.password)
  expect((await send('GET', paths.reader(named.id))).body).toMatchObject({ lastUsedAt: expect.any(String) })
  // No route of people is theirs.
  for (const { method, path } of api.routes.filter(({ permission }) => permission !== 'public')) {
    if (path === paths.live) continue
    const url = path.replaceAll(/:\w+/g, '1').replace('*', '')
    const reply = await api.https.inject({
      method: method as 'GET',
      url,
      headers: { host: testHost, authorization: basic(named) },
    })
    const isForReaders = /^\/(lists|taxii2)\//.test(path)
    if (!isForReaders)
      expect([method, path, reply.body]).toEqual([method, path, expect.stringContaining('it needs the right')])
  }
})

test('S12: a wrong name, a wrong password, a switched-off reader and another network are answered alike', async () => {
  const reader = await make({ name: 'Alike', credential: 'basic', networks: ['198.51.100.0/24', '2001:db8::1'] })
  const ask = async (authorization: string, remoteAddress: string) => {
    const reply = await api.https.inject({ url: paths.jobs, headers: { host: testHost, authorization }, remoteAddress })
    return [reply.statusCode, { ...(reply.json() as object), requestId: '' }]
  }
  expect(await knows(basic(reader), '198.51.100.9')).toBe(true)
  expect(await knows(basic(reader), '2001:db8::1')).toBe(true)
  const answers = [
    await ask(basic(reader), '192.0.2.40'),
    await ask(basic({ ...reader, password: 'wrong' }), '198.51.100.9'),
    await ask(basic({ ...reader, username: 'nobody' }), '198.51.100.9'),
    await ask('Bearer psr_nobody', '198.51.100.9'),
    await ask('Basic !!!', '198.51.100.9'),
  ]
  await send('PATCH', paths.reader(reader.id), { isEnabled: false })
  answers.push(await ask(basic(reader), '198.51.100.9'))
  expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1)
  expect(answers[0]?.[0]).toBe(401)
  await send('PATCH', paths.reader(reader.id), { isEnabled: true, networks: [] })
  expect(await knows(basic(reader), '192.0.2.40')).toBe(true)
  expect((await send('DELETE', paths.reader(reader.id))).status).toBe(204)
  expect(await knows(basic(reader), '192.0.2.41')).toBe(false)
})

test('D27: one reader’s wrong password locks out that reader alone; a name and an address are bounded, too', async () => {
  const [guessed, other, fresh] = await Promise.all(
    ['Guessed', 'Not guessed', 'Behind the same address'].map((name) => make({ name, credential: 'basic' })),
  )
  if (!guessed || !other || !fresh) throw new Error('three readers are wanted')
  // It is known already, and goes on.
  expect(await knows(basic(other), '203.0.113.5')).toBe(true)
  const ask = async (authorization: string, remoteAddress: string) =>
    (await api.https.inject({ url: paths.jobs, headers: { authorization }, remoteAddress })).statusCode
  const failed = async (subject: string, count: number) => {
    const failures = Array.from({ length: count }, () => ({ subject, at: new Date() }))
    await api.db.insertInto('sign_in_failure').values(failures).execute()
  }
  const wrong = basic({ ...guessed, password: 'wrong' })
  await failed(`reader ${guessed.username} from 203.0.113.5`, 9)
  expect(await ask(wrong, '203.0.113.5')).toBe(401)
  expect(await ask(wrong, '203.0.113.5')).toBe(429)
  expect(await ask(basic(guessed), '203.0.113.5')).toBe(429)
  expect(await ask(basic(fresh), '203.0.113.5')).toBe(403)
  expect(await ask(wrong, '203.0.113.99')).toBe(401)
  // What is refused without being looked at counts no further.
  const counted = api.db.selectFrom('sign_in_failure').select(({ fn }) => fn.countAll<string>().as('count'))
  const ofAddress = counted.where('subject', '=', 'reader address 203.0.113.5')
  expect(await ofAddress.executeTakeFirstOrThrow()).toEqual({ count: '1' })
  // One token that is wrong, again and again, and another one.
  const tokens = Array.from({ length: 11 }, () => ask('Bearer psr_old', '203.0.113.6'))
  await Promise.all(tokens)
  expect(await ask('Bearer psr_old', '203.0.113.6')).toBe(429)
  expect(await ask('Bearer psr_another', '203.0.113.6')).toBe(401)
  await failed(`reader ${guessed.username}`, readerLimits.failuresOfNameMax - 2)
  expect(await ask(basic(guessed), '203.0.113.98')).toBe(429)
  await failed('reader address 203.0.113.5', readerLimits.failuresOfAddressMax - 1)
  expect(await ask(basic({ username: 'someone-else', password: 'x' }), '203.0.113.5')).toBe(429)
  expect(await ask('Bearer psr_another', '203.0.113.5')).toBe(429)
  expect(await ask(basic({ username: 'someone-else', password: 'x' }), '203.0.113.97')).toBe(401)
  expect(await ask(basic(other), '203.0.113.5')).toBe(403)
})

test('D27: a password is hashed once in ten minutes, and at once for all who bring it together', async () => {
  const time = { now: new Date('2026-11-21T10:00:00Z') }
  const { hashPassword } = await import('../access/password.ts')
  const hash = await hashPassword('right')
  const passwords = new VerifiedPasswords({ now: () => time.now })
  expect(passwords.knows('fw', 'right', hash)).toBe(false)
  const together = await Promise.all(Array.from({ length: 100 }, () => passwords.verify('fw', 'right', hash)))
  expect(together.every(Boolean)).toBe(true)
  expect(passwords.knows('fw', 'right', hash)).toBe(true)
  expect(passwords.knows('fw', 'wrong', hash)).toBe(false)
  expect(passwords.knows('f', 'wright', hash)).toBe(false)
  // Another password was set meanwhile.
  expect(passwords.knows('fw', 'right', await hashPassword('right'))).toBe(false)
  expect(await passwords.verify('fw', 'right', hash)).toBe(true)
  time.now = new Date('2026-11-21T10:10:01Z')
  expect(passwords.knows('fw', 'right', hash)).toBe(false)
  // Different words at once: so many wait, and the rest are told to come again.
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const busy = new VerifiedPasswords({ now: () => time.now }, () => promise)
  const many = Array.from({ length: 40 }, (_, n) => busy.verify('fw', `no ${n}`, hash))
  resolve(false)
  const refused = (await Promise.allSettled(many)).filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(8)
})

test('D27: what is granted is of the own organization, and named grants replace those before', async () => {
  const root = { organization_id: api.ours.organizationId, name: 'grants', title: 'Grants' }
  const { id: rootId } = await api.db.insertInto('taxii_root').values(root).returning('id').executeTakeFirstOrThrow()
  const collection = {
    id: '00000000-0000-4000-8000-000000000001',
    root_id: rootId,
    title: 'Granted',
    owner_id: api.ours.ownerId,
    can_read: true,
    can_write: true,
  }
  await api.db.insertInto('taxii_collection').values(collection).execute()
  const grants = { taxiiCollections: [{ id: collection.id, canRead: true, canWrite: false }] }
  const reader = await make({ name: 'Granted', credential: 'token', ...grants })
  expect(reader.taxiiCollections).toEqual([{ ...grants.taxiiCollections[0], title: 'Granted' }])
  const { taxii } = api.features
  const caller = {
    kind: 'reader' as const,
    readerId: reader.id,
    organizationId: api.ours.organizationId,
    name: reader.name,
  }
  const owners = new OwnerStore(api.db)
  expect(await taxii.collection(caller, root.name, collection.id)).toMatchObject({ canRead: true, canWrite: false })
  expect(await owners.mayReaderWrite(reader.id, api.ours.ownerId)).toBe(false)
  const changed = await send('PATCH', paths.reader(reader.id), {
    taxiiCollections: [{ id: collection.id, canRead: false, canWrite: true }],
  })
  expect((changed.body as Reader).taxiiCollections).toMatchObject([{ canRead: false, canWrite: true }])
  expect(await taxii.collection(caller, root.name, collection.id)).toMatchObject({ canRead: false, canWrite: true })
  expect(await owners.mayReaderWrite(reader.id, api.ours.ownerId)).toBe(true)
  await send('PATCH', paths.reader(reader.id), { networks: ['10.1.2.3/8'] })
  expect((await send('GET', paths.reader(reader.id))).body).toMatchObject({
    networks: ['10.0.0.0/8'],
    taxiiCollections: [{ canWrite: true }],
  })
  const theirs = `Bearer ${await api.tokenOf('administrator', api.theirs.organizationId)}`
  const foreign = await send('POST', paths.readers, { name: 'Foreign', credential: 'token', ...grants }, theirs)
  expect([foreign.status, JSON.stringify(foreign.body)]).toEqual([404, expect.stringContaining(collection.id)])
  expect((await send('GET', paths.readers, undefined, theirs)).body).toMatchObject({ data: [{}] })
  expect((await send('POST', paths.readers, { name: 'Granted', credential: 'token' })).status).toBe(409)
  expect((await send('POST', paths.readers, { name: 'Lists', credential: 'token', lists: ['x'] })).status).toBe(404)
  const wrong = [
    { name: 'Print', credential: 'token', certificateSha256: 'a'.repeat(64) },
    { name: 'Net', credential: 'token', networks: ['10.0.0.0/33'] },
    { name: 'Net', credential: 'token', networks: ['10.0.0/8'] },
  ]
  for (const body of wrong) expect((await send('POST', paths.readers, body)).status).toBe(400)
  const events = await api.db.selectFrom('audit_event').select('action').where('action', 'like', 'reader.%').execute()
  expect(new Set(events.map(({ action }) => action))).toEqual(
    new Set(['reader.create', 'reader.change', 'reader.delete']),
  )
})

describe('D27: client certificates', () => {
  const hour = new Date(Date.now() + 3_600_000)
  const authority = makeAuthority('CN=Site CA', hour)
  type Client = { cert: string; key: string }
  let hubsOwn: Client
  let port: ReaderPort

  const ask = (to: number, client: Client | undefined, headers: Record<string, string> = {}) =>
    new Promise<string>((resolve, reject) => {
      httpsRequest({
        port: to,
        path: paths.list('none'),
        ca: hubsOwn.cert,
        servername: testHost,
        agent: false,
        headers,
        ...client,
      })
        .once('response', (response) => {
          void response.toArray().then((parts) => resolve(`${response.statusCode} ${Buffer.concat(parts).toString()}`))
        })
        .once('error', reject)
        .end()
    })

  beforeAll(async () => {
    hubsOwn = await selfSigned(hour)
    const addRoutes = (server: Server) => listRoutes(server, api.features.lists)
    const log = pino({ level: 'silent' })
    const { readers } = api.features
    port = await openReaderPort({ readers, port: 0, host: '127.0.0.1', https: hubsOwn, addRoutes, log })
  })
  afterAll(async () => await port[Symbol.asyncDispose]())

  test('D27: who has the key of a registered certificate is that reader, at once and as long as it is registered', async () => {
    const own = await selfSigned(hour)
    const twin = await selfSigned(hour, 'CN=twin')
    const issued = await (await authority).issue('CN=Edge', 'client')
    await expect(ask(port.port, own)).rejects.toThrow()
    const readers: Record<string, CreatedReader> = {}
    for (const [name, { cert, sha256 }] of Object.entries({ own, twin, issued })) {
      readers[name] = await make({ name: `Certificate ${name}`, credential: 'certificate', certificate: cert })
      expect(readers[name].certificateSha256).toBe(sha256)
    }
    // A list that is not there: who is asked for a name and password is a stranger, who is told of no list is a reader.
    for (const client of [own, twin, issued])
      expect(await ask(port.port, client)).toMatch(/^404 .*no list of this name/)
    expect(await ask(port.port, own, { authorization: admin })).toMatch(/^404 .*no list of this name/)
    // Of the same authority, and by a certificate that a reader issued itself: the handshake lets it by, the fingerprint does not.
    expect(await ask(port.port, await (await authority).issue('CN=Other', 'client'))).toMatch(
      /^401 .*No reader has this/,
    )
    await expect(ask(port.port, undefined)).rejects.toThrow()
    await expect(ask(port.port, await selfSigned(hour))).rejects.toThrow()
    // Somebody else's certificate is public; its key is not.
    await expect(ask(port.port, { cert: own.cert, key: twin.key })).rejects.toThrow()

    const id = readers['own']?.id ?? ''
    await send('PATCH', paths.reader(id), { isEnabled: false })
    await expect(ask(port.port, own)).rejects.toThrow()
    // OpenSSL would find the other one of two with the same name.
    const next = await selfSigned(hour)
    const same = await selfSigned(hour, 'CN=twin')
    const clash = await send('PATCH', paths.reader(id), { certificate: same.cert })
    expect([clash.status, JSON.stringify(clash.body)]).toEqual([409, expect.stringContaining('made out to CN=twin')])
    const changed = await send('PATCH', paths.reader(id), { isEnabled: true, certificate: next.cert })
    expect(changed.body).toMatchObject({ certificateSha256: next.sha256 })
    await expect(ask(port.port, own)).rejects.toThrow()
    expect(await ask(port.port, next)).toMatch(/^404 /)
    const taken = await send('PATCH', paths.reader(id), { certificate: twin.cert })
    expect([taken.status, JSON.stringify(taken.body)]).toEqual([
      409,
      expect.stringContaining('This certificate is taken.'),
    ])
    await send('DELETE', paths.reader(id))
    await expect(ask(port.port, next)).rejects.toThrow()
    const events = await api.db
      .selectFrom('audit_event')
      .select('detail')
      .where('action', '=', 'reader.change')
      .execute()
    expect(JSON.stringify(events)).toContain(next.sha256)
    expect(JSON.stringify(events)).not.toContain('BEGIN CERTIFICATE')
  })

  test('D27: an expired certificate does not come through, and no reader that was registered by a fingerprint alone', async () => {
    const old = await selfSigned(new Date(Date.now() - 60_000))
    const bare = await selfSigned(hour)
    const { organizationId: organization_id } = api.ours
    for (const [name, { sha256, cert }] of Object.entries({ old, bare })) {
      const certificate_pem = name === 'bare' ? null : cert
      const print = { certificate_sha256: Buffer.from(sha256, 'hex'), certificate_pem }
      await api.db
        .insertInto('reader')
        .values({ organization_id, name, ...print, created_by: 'test' })
        .execute()
    }
    await api.features.readers.certificates.changed()
    for (const client of [old, bare]) await expect(ask(port.port, client)).rejects.toThrow()
    const told: [object, string][] = []
    const silent = () => {}
    const log = {
      info: silent,
      error: silent,
      debug: silent,
      warn: (detail: object, text: string) => void told.push([detail, text]),
    }
    await api.features.readers.certificates.warn(log as never)
    expect(told).toEqual([[{ readers: 1 }, expect.stringContaining('fingerprint alone')]])
  })

  test('D27: what no handshake would take is refused with the reason when it is registered', async () => {
    const { sha256, ...own } = await selfSigned(hour)
    const { issue, cert: authorityCert } = await authority
    const [first = ''] = (await issue('CN=Alone', 'client')).cert.split(/(?<=-----END CERTIFICATE-----)/)
    const wrong: [object, string][] = [
      [{}, 'The certificate itself is wanted'],
      [{ certificateSha256: sha256 }, 'The certificate itself is wanted'],
      [{ certificate: own.cert, certificateSha256: 'a'.repeat(64) }, sha256],
      [{ certificate: own.key }, 'private key'],
      [{ certificate: 'x' }, 'no certificate in PEM'],
      [{ certificate: own.cert.replace(/\n[^-]{20}/, '\n') }, 'is damaged'],
      [{ certificate: (await selfSigned(new Date(Date.now() - 60_000))).cert }, 'This certificate ended on'],
      [{ certificate: first }, 'that of CN=Site CA is missing'],
      [{ certificate: `${first}\n${own.cert}` }, 'that of CN=Site CA is missing'],
      [{ certificate: `${own.cert}\n${authorityCert}` }, 'nothing goes behind it'],
      [{ certificate: (await issue('CN=Server', 'server')).cert }, 'clientAuth'],
    ]
    for (const [body, told] of wrong) {
      const reply = await send('POST', paths.readers, { name: 'Refused', credential: 'certificate', ...body })
      expect([reply.status, JSON.stringify(reply.body)]).toEqual([400, expect.stringContaining(told)])
    }
    const basic = await make({ name: 'Has a password', credential: 'basic' })
    const other = await send('PATCH', paths.reader(basic.id), {
      certificate: (await selfSigned(hour, 'CN=mine')).cert,
    })
    expect([other.status, JSON.stringify(other.body)]).toEqual([400, expect.stringContaining('another credential')])
  })

  test('D27: a hub without a reader port registers no certificate, and its other port asks nobody for one', async () => {
    // Its pool is for requests, which do not come here.
    const readers = createReaders({ db: api.db, pool: undefined as never, audit: new Audit(), clock: systemClock })
    const { cert, key } = await selfSigned(hour)
    const person = {
      kind: 'machine',
      name: 'door',
      role: 'administrator',
      organizationId: api.ours.organizationId,
    } as const
    const wanted = { name: 'No port', credential: 'certificate', certificate: cert } as const
    await expect(readers.create(person, wanted)).rejects.toThrow('Set POSTERN_READER_PORT')
    const server = await createServer({
      authenticate: async () => ({ kind: 'stranger', name: 'stranger' }),
      logger: false,
      https: hubsOwn,
    })
    server.get('/lists/none', { config: forEveryone }, async (request) => {
      const { socket } = request.raw
      return { presented: socket instanceof TLSSocket && Object.keys(socket.getPeerCertificate()).length > 0 }
    })
    await server.listen({ port: 0, host: '127.0.0.1' })
    try {
      const to = (server.server.address() as AddressInfo).port
      expect(await ask(to, { cert, key })).toBe('200 {"presented":false}')
    } finally {
      await server.close()
    }
  })
})

test('D27: networks are addresses and blocks of both versions', () => {
  expect(readNetworks(['192.0.2.1', '2001:db8::/32'])).toEqual(['192.0.2.1/32', '2001:db8::/32'])
  expect(isWithin(['192.0.2.0/24'], '::ffff:192.0.2.9')).toBe(true)
  expect(isWithin(['192.0.2.0/24'], '192.0.3.9')).toBe(false)
  expect(isWithin(['2001:db8::/32'], '2001:db8:1::9')).toBe(true)
  expect(isWithin([], '192.0.2.9')).toBe(false)
  expect(isWithin(['0.0.0.0/0'], '')).toBe(false)
})
