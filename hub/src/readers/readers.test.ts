import { paths, type Reader } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testHost } from '../http/test-api.ts'
import { OwnerStore } from '../owners/owner-store.ts'
import { readerLimits } from './reader-limits.ts'
import { isWithin, readNetworks } from './readers.ts'
import { VerifiedPasswords } from './verified-passwords.ts'

import { createTestReaders, type TestReaders } from './test-readers.ts'

let at: TestReaders

beforeAll(async () => {
  at = await createTestReaders()
})
afterAll(async () => await at.api.close())

const basic = ({ username, password }: { username: string | null; password: string | null }) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** The hub says who may not, so that a credential that is good shows as "needs the right". */
async function knows(authorization: string, remoteAddress = '192.0.2.7'): Promise<boolean> {
  const reply = await at.api.https.inject({
    url: paths.jobs,
    headers: { host: testHost, authorization },
    remoteAddress,
  })
  return reply.statusCode === 403 && reply.body.includes('needs the right')
}

test('S12: a reader has a password or a token that is shown once, and its rights are none of a person', async () => {
  const named = await at.make({ name: 'Edge firewall', credential: 'basic' })
  const token = await at.make({ name: 'TAXII client', credential: 'token' })
  expect(named).toMatchObject({ hasToken: false, token: null, lists: [], taxiiCollections: [], isEnabled: true })
  expect(named.username).toMatch(/^edge-firewall-[0-9a-f]{6}$/)
  expect(await knows(basic(named))).toBe(true)
  expect(await knows(`Bearer ${token.token}`)).toBe(true)
  const stored = JSON.stringify(await at.api.db.selectFrom('reader').selectAll().execute())
  for (const secret of [named.password, token.token]) expect(stored).not.toContain(secret)
  const { body } = await at.send('GET', paths.readers)
  expect(JSON.stringify(body)).not.toContain(named.password)
  expect((await at.send('GET', paths.reader(named.id))).body).toMatchObject({ lastUsedAt: expect.any(String) })
  // No route of people is theirs.
  for (const { method, path } of at.api.routes.filter(({ permission }) => permission !== 'public')) {
    if (path === paths.live) continue
    const url = path.replaceAll(/:\w+/g, '1').replace('*', '')
    const reply = await at.api.https.inject({
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
  const reader = await at.make({ name: 'Alike', credential: 'basic', networks: ['198.51.100.0/24', '2001:db8::1'] })
  const ask = async (authorization: string, remoteAddress: string) => {
    const reply = await at.api.https.inject({
      url: paths.jobs,
      headers: { host: testHost, authorization },
      remoteAddress,
    })
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
  await at.send('PATCH', paths.reader(reader.id), { isEnabled: false })
  answers.push(await ask(basic(reader), '198.51.100.9'))
  expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1)
  expect(answers[0]?.[0]).toBe(401)
  await at.send('PATCH', paths.reader(reader.id), { isEnabled: true, networks: [] })
  expect(await knows(basic(reader), '192.0.2.40')).toBe(true)
  expect((await at.send('DELETE', paths.reader(reader.id))).status).toBe(204)
  expect(await knows(basic(reader), '192.0.2.41')).toBe(false)
})

test('D27: one reader’s wrong password locks out that reader alone; a name and an address are bounded, too', async () => {
  const [guessed, other, fresh] = await Promise.all(
    ['Guessed', 'Not guessed', 'Behind the same address'].map((name) => at.make({ name, credential: 'basic' })),
  )
  if (!guessed || !other || !fresh) throw new Error('three readers are wanted')
  // It is known already, and goes on.
  expect(await knows(basic(other), '203.0.113.5')).toBe(true)
  const ask = async (authorization: string, remoteAddress: string) =>
    (await at.api.https.inject({ url: paths.jobs, headers: { authorization }, remoteAddress })).statusCode
  const failed = async (subject: string, count: number) => {
    const failures = Array.from({ length: count }, () => ({ subject, at: new Date() }))
    await at.api.db.insertInto('sign_in_failure').values(failures).execute()
  }
  const wrong = basic({ ...guessed, password: 'wrong' })
  await failed(`reader ${guessed.username} from 203.0.113.5`, 9)
  expect(await ask(wrong, '203.0.113.5')).toBe(401)
  expect(await ask(wrong, '203.0.113.5')).toBe(429)
  expect(await ask(basic(guessed), '203.0.113.5')).toBe(429)
  expect(await ask(basic(fresh), '203.0.113.5')).toBe(403)
  expect(await ask(wrong, '203.0.113.99')).toBe(401)
  // What is refused without being looked at counts no further.
  const counted = at.api.db.selectFrom('sign_in_failure').select(({ fn }) => fn.countAll<string>().as('count'))
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
  const { hashPassword } = await import('../access/passwords/password.ts')
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
  const root = { organization_id: at.api.ours.organizationId, name: 'grants', title: 'Grants' }
  const { id: rootId } = await at.api.db.insertInto('taxii_root').values(root).returning('id').executeTakeFirstOrThrow()
  const collection = {
    id: '00000000-0000-4000-8000-000000000001',
    root_id: rootId,
    title: 'Granted',
    owner_id: at.api.ours.ownerId,
    can_read: true,
    can_write: true,
  }
  await at.api.db.insertInto('taxii_collection').values(collection).execute()
  const grants = { taxiiCollections: [{ id: collection.id, canRead: true, canWrite: false }] }
  const reader = await at.make({ name: 'Granted', credential: 'token', ...grants })
  expect(reader.taxiiCollections).toEqual([{ ...grants.taxiiCollections[0], title: 'Granted' }])
  const { taxii } = at.api.features
  const caller = {
    kind: 'reader' as const,
    readerId: reader.id,
    organizationId: at.api.ours.organizationId,
    name: reader.name,
  }
  const owners = new OwnerStore(at.api.db)
  expect(await taxii.collection(caller, root.name, collection.id)).toMatchObject({ canRead: true, canWrite: false })
  expect(await owners.mayReaderWrite(reader.id, at.api.ours.ownerId)).toBe(false)
  const changed = await at.send('PATCH', paths.reader(reader.id), {
    taxiiCollections: [{ id: collection.id, canRead: false, canWrite: true }],
  })
  expect((changed.body as Reader).taxiiCollections).toMatchObject([{ canRead: false, canWrite: true }])
  expect(await taxii.collection(caller, root.name, collection.id)).toMatchObject({ canRead: false, canWrite: true })
  expect(await owners.mayReaderWrite(reader.id, at.api.ours.ownerId)).toBe(true)
  await at.send('PATCH', paths.reader(reader.id), { networks: ['10.1.2.3/8'] })
  expect((await at.send('GET', paths.reader(reader.id))).body).toMatchObject({
    networks: ['10.0.0.0/8'],
    taxiiCollections: [{ canWrite: true }],
  })
  const theirs = `Bearer ${await at.api.tokenOf('administrator', at.api.theirs.organizationId)}`
  const foreign = await at.send('POST', paths.readers, { name: 'Foreign', credential: 'token', ...grants }, theirs)
  expect([foreign.status, JSON.stringify(foreign.body)]).toEqual([404, expect.stringContaining(collection.id)])
  expect((await at.send('GET', paths.readers, undefined, theirs)).body).toMatchObject({ data: [{}] })
  expect((await at.send('POST', paths.readers, { name: 'Granted', credential: 'token' })).status).toBe(409)
  expect((await at.send('POST', paths.readers, { name: 'Lists', credential: 'token', lists: ['x'] })).status).toBe(404)
  const wrong = [
    { name: 'Print', credential: 'token', certificateSha256: 'a'.repeat(64) },
    { name: 'Net', credential: 'token', networks: ['10.0.0.0/33'] },
    { name: 'Net', credential: 'token', networks: ['10.0.0/8'] },
  ]
  for (const body of wrong) expect((await at.send('POST', paths.readers, body)).status).toBe(400)
  const events = await at.api.db
    .selectFrom('audit_event')
    .select('action')
    .where('action', 'like', 'reader.%')
    .execute()
  expect(new Set(events.map(({ action }) => action))).toEqual(
    new Set(['reader.create', 'reader.change', 'reader.delete']),
  )
})

test('D27: networks are addresses and blocks of both versions', () => {
  expect(readNetworks('networks', ['192.0.2.1', '2001:db8::/32'])).toEqual(['192.0.2.1/32', '2001:db8::/32'])
  expect(() => readNetworks('openNetworks', ['192.0.2.0/24', 'plant'])).toThrow(/^openNetworks: plant is no network\./)
  expect(isWithin(['192.0.2.0/24'], '::ffff:192.0.2.9')).toBe(true)
  expect(isWithin(['192.0.2.0/24'], '192.0.3.9')).toBe(false)
  expect(isWithin(['2001:db8::/32'], '2001:db8:1::9')).toBe(true)
  expect(isWithin([], '192.0.2.9')).toBe(false)
  expect(isWithin(['0.0.0.0/0'], '')).toBe(false)
})
