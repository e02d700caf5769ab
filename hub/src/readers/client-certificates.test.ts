import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type CreatedReader, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import pino from 'pino'
import { forEveryone } from '../access/permissions.ts'
import { Audit } from '../audit/audit.ts'
import { createServer, type Server } from '../http/server.ts'
import { testHost } from '../http/test-api.ts'
import { makeAuthority, selfSigned } from '../http/test-certificate.ts'
import { systemClock } from '../lib/clock.ts'
import { firewallListRoutes } from '../lists/routes.ts'
import { openReaderPort, type ReaderPort } from './reader-port.ts'
import { createReaders } from './readers.ts'

import { createTestReaders, type TestReaders } from './test-readers.ts'

let at: TestReaders
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
  at = await createTestReaders()
  hubsOwn = await selfSigned(hour)
  const addRoutes = (server: Server) => firewallListRoutes(server, at.api.features.lists)
  const log = pino({ level: 'silent' })
  const { readers } = at.api.features
  const material = { ...hubsOwn, ca: hubsOwn.cert }
  const tlsMaterial = () => Promise.resolve(material)
  port = await openReaderPort({ readers, port: 0, host: '127.0.0.1', tlsMaterial, addRoutes, log })
})
afterAll(async () => {
  await port[Symbol.asyncDispose]()
  await at.api.close()
})

test('D27: who has the key of a registered certificate is that reader, at once and as long as it is registered', async () => {
  const own = await selfSigned(hour)
  const twin = await selfSigned(hour, 'CN=twin')
  const issued = await (await authority).issue('CN=Edge', 'client')
  await expect(ask(port.port, own)).rejects.toThrow()
  const readers: Record<string, CreatedReader> = {}
  for (const [name, { cert, sha256 }] of Object.entries({ own, twin, issued })) {
    readers[name] = await at.make({ name: `Certificate ${name}`, credential: 'certificate', certificate: cert })
    expect(readers[name].certificateSha256).toBe(sha256)
  }
  // A list that is not there: who is asked for a name and password is a stranger, who is told of no list is a reader.
  for (const client of [own, twin, issued]) expect(await ask(port.port, client)).toMatch(/^404 .*no list of this name/)
  expect(await ask(port.port, own, { authorization: at.admin })).toMatch(/^404 .*no list of this name/)
  // Of the same authority, and by a certificate that a reader issued itself: the handshake lets it by, the fingerprint does not.
  expect(await ask(port.port, await (await authority).issue('CN=Other', 'client'))).toMatch(/^401 .*No reader has this/)
  await expect(ask(port.port, undefined)).rejects.toThrow()
  await expect(ask(port.port, await selfSigned(hour))).rejects.toThrow()
  // Somebody else's certificate is public; its key is not.
  await expect(ask(port.port, { cert: own.cert, key: twin.key })).rejects.toThrow()

  const id = readers['own']?.id ?? ''
  await at.send('PATCH', paths.reader(id), { isEnabled: false })
  await expect(ask(port.port, own)).rejects.toThrow()
  // OpenSSL would find the other one of two with the same name.
  const next = await selfSigned(hour)
  const same = await selfSigned(hour, 'CN=twin')
  const clash = await at.send('PATCH', paths.reader(id), { certificate: same.cert })
  expect([clash.status, JSON.stringify(clash.body)]).toEqual([409, expect.stringContaining('made out to CN=twin')])
  const changed = await at.send('PATCH', paths.reader(id), { isEnabled: true, certificate: next.cert })
  expect(changed.body).toMatchObject({ certificateSha256: next.sha256 })
  await expect(ask(port.port, own)).rejects.toThrow()
  expect(await ask(port.port, next)).toMatch(/^404 /)
  await at.send('PATCH', paths.reader(readers['twin']?.id ?? ''), { networks: ['198.51.100.0/24'] })
  expect(await ask(port.port, twin)).toMatch(/^401 .*This certificate may not come from here/)
  const taken = await at.send('PATCH', paths.reader(id), { certificate: twin.cert })
  expect([taken.status, JSON.stringify(taken.body)]).toEqual([
    409,
    expect.stringContaining('This certificate is taken.'),
  ])
  await at.send('DELETE', paths.reader(id))
  await expect(ask(port.port, next)).rejects.toThrow()
  const events = await at.api.db
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
  const { organizationId: organization_id } = at.api.ours
  for (const [name, { sha256, cert }] of Object.entries({ old, bare })) {
    const certificate_pem = name === 'bare' ? null : cert
    const print = { certificate_sha256: Buffer.from(sha256, 'hex'), certificate_pem }
    await at.api.db
      .insertInto('reader')
      .values({ organization_id, name, ...print, created_by: 'test' })
      .execute()
  }
  await at.api.features.readers.certificates.changed()
  for (const client of [old, bare]) await expect(ask(port.port, client)).rejects.toThrow()
  const told: [object, string][] = []
  const silent = () => {}
  const log = {
    info: silent,
    error: silent,
    debug: silent,
    warn: (detail: object, text: string) => void told.push([detail, text]),
  }
  await at.api.features.readers.certificates.warn(log as never)
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
    const reply = await at.send('POST', paths.readers, { name: 'Refused', credential: 'certificate', ...body })
    expect([reply.status, JSON.stringify(reply.body)]).toEqual([400, expect.stringContaining(told)])
  }
  const basic = await at.make({ name: 'Has a password', credential: 'basic' })
  const other = await at.send('PATCH', paths.reader(basic.id), {
    certificate: (await selfSigned(hour, 'CN=mine')).cert,
  })
  expect([other.status, JSON.stringify(other.body)]).toEqual([400, expect.stringContaining('another credential')])
})

test('D27: a hub without a reader port registers no certificate, and its other port asks nobody for one', async () => {
  // Its pool is for requests, which do not come here.
  const readers = createReaders({ db: at.api.db, pool: undefined as never, audit: new Audit(), clock: systemClock })
  const { cert, key } = await selfSigned(hour)
  const person = {
    kind: 'machine',
    name: 'door',
    role: 'administrator',
    organizationId: at.api.ours.organizationId,
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
