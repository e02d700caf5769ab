import { randomBytes } from 'node:crypto'
import { type HostileText, hostileCorpus } from '@postern/intel'
import { type Collection, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createServer, type Server } from '../http/server.ts'
import { collectionRoutes } from './routes.ts'
import { createTestCollections, readWhole, type TestCollections } from './test-collections.ts'

type Page = { data: Collection[]; next?: string }

let made: TestCollections
let server: Server
let theirs: string

beforeAll(async () => {
  made = await createTestCollections()
  const row = await made.library.database.db
    .insertInto('organization')
    .values({ name: 'Theirs' })
    .returning('id')
    .executeTakeFirstOrThrow()
  theirs = row.id
  // Callers name themselves; what they may do is the routes' own.
  server = await createServer({
    logger: false,
    authenticate: async (request) => JSON.parse(String(request.headers['caller'])) as Caller,
  })
  collectionRoutes(server, made.collections)
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await made.close()
})

function execution(
  collectionIds: string[],
  appKind: 'export' | 'feed' = 'export',
): Extract<Caller, { kind: 'execution' }> {
  const organizationId = made.library.organizationId
  const job = {
    jobId: '1',
    executionId: '1',
    attempt: 1,
    name: 'an app',
    ownerId: null,
    readableOwnerIds: [],
    controlId: null,
  }
  return { kind: 'execution', appKind, organizationId, collectionIds, ...job }
}

async function control(highestTlp: string): Promise<string> {
  const { id } = await made.library.database.db
    .insertInto('control')
    .values({
      organization_id: made.library.organizationId,
      name: `Control ${highestTlp} ${randomBytes(4).toString('hex')}`,
      program_name: 'aed',
      highest_tlp: highestTlp,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A loaded machine may take its time; what is waited for is there or not. */

const as = (caller: Caller) => ({ headers: { caller: JSON.stringify(caller) } })
const get = (url: string, caller: Caller = made.library.person) => server.inject({ method: 'GET', url, ...as(caller) })
const post = (url: string, caller: Caller = made.library.person, body?: object) =>
  server.inject({ method: 'POST', url, ...as(caller), ...(body === undefined ? {} : { payload: body }) })

test('D4: values come as gzip lines in the order of their bytes, with their version, and end with count and SHA-256', async () => {
  const indicator = [
    { type: 'Host', summary: 'z.example.com' },
    { type: 'Host', summary: 'a.example.com' },
    { type: 'Address', summary: '2001:db8::1' },
    { type: 'Address', summary: '192.0.2.10' },
    { type: 'Address', summary: '192.0.2.9' },
    { type: 'Email Subject', summary: 'Über uns' },
    { type: 'Email Subject', summary: 'Zebra' },
    { type: 'Email Subject', summary: '\u{1f600} smile' },
    { type: 'Email Subject', summary: '\uff41 wide' },
    { type: 'EmailAddress', summary: 'a@example.com' },
    { type: 'File', summary: `${'a'.repeat(32)} : ${'b'.repeat(40)}` },
  ]
  await made.library.send('Order', { indicator })
  const id = await made.refreshed('ownerName = "Order"')
  const reply = await get(paths.collectionValues(id, 'latest'))
  expect(reply.headers).toMatchObject({
    'content-type': 'application/x-ndjson',
    'content-encoding': 'gzip',
    'postern-collection-version': '1',
  })
  const { lines, end } = readWhole(reply.rawPayload)
  expect(lines).toHaveLength(12)
  expect(end).toMatchObject({ count: 12, leftOut: {} })
  // Beyond the BMP UTF-16 and UTF-8 order differently: the wide letter is before the smile.
  expect(lines.filter(([type]) => type === 'Email Subject').map(([, value]) => value?.at(0))).toEqual([
    'Z',
    'Ü',
    '\uff41',
    '\u{1f600}'.at(0),
  ])
})

test('D4: values are those of the types that were asked for, and a type that is none is named', async () => {
  await made.library.send('Types', {
    indicator: [
      { type: 'Host', summary: 't.example.com' },
      { type: 'URL', summary: 'http://t.example.com/' },
      { type: 'Address', summary: '192.0.2.77' },
    ],
  })
  const id = await made.refreshed('ownerName = "Types"')
  const { lines } = readWhole((await get(`${paths.collectionValues(id, 1)}?types=host,Address`)).rawPayload)
  expect(lines).toEqual([
    ['Address', '192.0.2.77'],
    ['Host', 't.example.com'],
  ])
  const wrong = await get(`${paths.collectionValues(id, 1)}?types=Hostname`)
  expect([wrong.statusCode, wrong.json().detail]).toEqual([
    400,
    expect.stringContaining('Hostname is no indicator type'),
  ])
})

test('S13: texts that would act on something come back as they were kept, one a line', async () => {
  const sent = hostileCorpus.map(({ text }: HostileText) => ({ type: 'Email Subject', summary: text }))
  await made.library.send('Hostile', { indicator: sent })
  const id = await made.refreshed('ownerName = "Hostile"')
  const { lines } = readWhole((await get(paths.collectionValues(id, 1))).rawPayload)
  const kept = await made.library.database.pool.query<{ value: string }>(
    'select i.value from indicator i join assertion a on a.indicator_id = i.id join owner o on o.id = a.owner_id where o.name = $1',
    ['Hostile'],
  )
  expect(lines.length).toBeGreaterThan(20)
  expect(new Set(lines.map(([, value]) => value))).toEqual(new Set(kept.rows.map(({ value }) => value)))
})

test('D21: values above the highest TLP and inactive ones are left out and counted; RED leaves by name', async () => {
  const label = (name: string) => ({ securityLabel: [{ name }] })
  await made.hosts('Marked', ['plain.example.com'])
  await made.hosts('Marked', ['amber.example.com'], label('TLP:AMBER'))
  await made.hosts('Marked', ['strict.example.com'], label('tlp:amber+strict'))
  await made.hosts('Marked', ['red.example.com'], label('TLP:RED'))
  await made.hosts('Marked', ['asleep.example.com'], { active: false })
  const id = await made.refreshed('ownerName = "Marked"')
  const read = async (query: string) => {
    const { lines, end } = readWhole((await get(`${paths.collectionValues(id, 1)}${query}`)).rawPayload)
    return { hosts: lines.map(([, value]) => value?.split('.')[0]), leftOut: end.leftOut }
  }
  expect(await read('')).toEqual({ hosts: ['amber', 'plain'], leftOut: { tlp: 2, inactive: 1 } })
  expect(await read('?tlpMax=GREEN')).toEqual({ hosts: ['plain'], leftOut: { tlp: 3, inactive: 1 } })
  expect(await read('?tlpMax=AMBER%2BSTRICT')).toEqual({
    hosts: ['amber', 'plain', 'strict'],
    leftOut: { tlp: 1, inactive: 1 },
  })
  expect(await read('?tlpMax=RED')).toEqual({ hosts: ['amber', 'plain', 'red', 'strict'], leftOut: { inactive: 1 } })
  expect((await get(`${paths.collectionValues(id, 1)}?tlpMax=PURPLE`)).statusCode).toBe(400)
})

test('D21: an export gets no more than its control may have, whatever it asks for', async () => {
  const label = (name: string) => ({ securityLabel: [{ name }] })
  await made.hosts('Capped', ['green.example.com'], label('TLP:GREEN'))
  await made.hosts('Capped', ['amber.example.com'], label('TLP:AMBER'))
  await made.hosts('Capped', ['red.example.com'], label('TLP:RED'))
  const id = await made.refreshed('ownerName = "Capped"')
  await made.hosts('Capped', ['late-green.example.com'], label('TLP:GREEN'))
  await made.hosts('Capped', ['late-red.example.com'], label('TLP:RED'))
  await made.collections.refreshTouched()
  const read = async (caller: Caller, url: string, tlpMax: string) => {
    const { lines, end } = readWhole((await get(`${url}?tlpMax=${tlpMax}`, caller)).rawPayload)
    return { hosts: lines.map((line) => line.at(-1)?.split('.')[0]), leftOut: end.leftOut }
  }
  const [values, changes] = [paths.collectionValues(id, 1), paths.collectionChanges(id, 1)]
  const to = async (highestTlp: string) => ({ ...execution([id]), controlId: await control(highestTlp) })
  const green = await to('GREEN')
  expect(await read(green, values, 'RED')).toEqual({ hosts: ['green'], leftOut: { tlp: 2 } })
  expect(await read(green, changes, 'RED')).toMatchObject({ hosts: ['late-green'] })
  expect(await read(await to('RED'), values, 'GREEN')).toMatchObject({ hosts: ['green'] })
  expect(await read(await to('RED'), values, 'RED')).toMatchObject({ hosts: ['amber', 'green', 'red'] })
  expect(await read(await to('RED'), changes, 'RED')).toMatchObject({ hosts: ['late-green', 'late-red'] })
  expect(await read(execution([id]), values, 'RED')).toMatchObject({ hosts: ['amber', 'green'] })
  expect(await read(made.library.person, values, 'RED')).toMatchObject({ hosts: ['amber', 'green', 'red'] })
})

test('D21: what becomes RED or inactive leaves with a new version; the version that was pushed still names it', async () => {
  await made.hosts('Turning', ['calm.example.com', 'turning.example.com', 'sleepy.example.com'])
  const id = await made.refreshed('ownerName = "Turning"')
  await made.hosts('Turning', ['turning.example.com'], { securityLabel: [{ name: 'TLP:RED' }] })
  await made.hosts('Turning', ['sleepy.example.com'], { active: false })
  await made.collections.refreshTouched()
  expect(await made.values(id)).toMatchObject({
    version: 2,
    lines: [['Host', 'calm.example.com']],
    end: { leftOut: { tlp: 1, inactive: 1 } },
  })
  expect((await made.values(id, '1')).end.count).toBe(3)
  const removed = [
    ['remove', 'Host', 'sleepy.example.com'],
    ['remove', 'Host', 'turning.example.com'],
  ]
  expect((await made.changes(id, 1)).lines).toEqual(removed)
  expect((await made.changes(id, 1, { tlpMax: 'RED' })).lines).toEqual([removed[0]])
  expect(readWhole((await get(paths.collectionChanges(id, 1))).rawPayload).lines).toEqual(removed)
})

test('D4: what changed is what two readers of the versions would see, whatever happened in between', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `n${index}.example.com`)
  const id = await made.refreshed('ownerName = "Walk"')
  for (let step = 0; step < 8; step += 1) {
    const some = names.filter((_, index) => (index * 7 + step * 5) % 11 < 4)
    const fields = [
      {},
      { active: false },
      { securityLabel: [{ name: 'TLP:RED' }] },
      { active: true, securityLabel: [{ name: 'TLP:GREEN' }] },
    ][step % 4]
    if (step % 3 === 2) await made.deleteHosts('Walk', some)
    else await made.hosts('Walk', some, fields)
    await made.collections.refreshTouched()
  }
  const { version: newest } = await made.collections.get(made.library.person, id)
  expect(newest).toBeGreaterThan(5)
  for (let since = 1; since <= newest; since += 1) {
    const before = new Set((await made.values(id, String(since))).lines.map(([, value]) => value))
    const after = new Set((await made.values(id)).lines.map(([, value]) => value))
    const { lines } = await made.changes(id, since)
    for (const [change, , value] of lines)
      expect(change === 'add' ? !before.has(value) && after.has(value) : before.has(value) && !after.has(value)).toBe(
        true,
      )
    for (const [change, , value] of lines) {
      if (change === 'add') before.add(value)
      else before.delete(value)
    }
    expect([...before].sort()).toEqual([...after].sort())
  }
})

test('D4: a stream that breaks on the way is cut, so that nobody takes it for whole, and the hub goes on', async () => {
  const many = Array.from({ length: 20_000 }, () => `${randomBytes(16).toString('hex')}.example.com`)
  await made.hosts('Many', many)
  const id = await made.refreshed('ownerName = "Many"')
  const { body } = await made.collections.values(made.library.person, id, 'latest', {
    types: undefined,
    tlpMax: 'AMBER',
  })
  const chunks = body[Symbol.asyncIterator]()
  await chunks.next()
  const { pool } = made.library.database
  await vi.waitFor(async () => {
    const { rowCount } = await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and query like 'fetch%'`,
    )
    expect(rowCount).toBe(1)
  })
  const rest = async () => {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next());
  }
  await expect(rest()).rejects.toThrow()
  expect((await made.values(id)).end.count).toBe(20_000)
})

test('readers beyond the bound are told to come again, and one that goes away makes room', async () => {
  const id = await made.refreshed('ownerName = "Many"')
  const open = () => made.collections.values(made.library.person, id, 'latest', { types: undefined, tlpMax: 'AMBER' })
  const readers = await Promise.all(Array.from({ length: 6 }, open))
  await expect(open()).rejects.toMatchObject({ code: 'unavailable' })
  // This one has not been read at all yet.
  readers[0]?.body.destroy()
  await vi.waitFor(async () => {
    const next = await open()
    next.body.destroy()
  })
  for (const { body } of readers) body.destroy()
  await vi.waitFor(() => expect(made.library.database.pool.idleCount).toBe(made.library.database.pool.totalCount))
})

test('D22: an export reads the collections that its job names and learns of no other', async () => {
  const [own, other] = [await made.refreshed('ownerName = "Order"'), await made.refreshed('ownerName = "Order"')]
  const app = execution([own])
  expect((await get(paths.collections, app)).json<Page>().data.map(({ id }) => id)).toEqual([own])
  expect((await get(`${paths.collections}?name=${other}`, app)).json<Page>().data).toEqual([])
  expect((await get(paths.collection(own), app)).statusCode).toBe(200)
  expect((await get(paths.collectionValues(own, 1), app)).statusCode).toBe(200)
  expect((await get(paths.collectionChanges(own, 1), app)).statusCode).toBe(200)
  for (const path of [paths.collection(other), paths.collectionValues(other, 1), paths.collectionChanges(other, 1)]) {
    expect((await get(path, app)).statusCode, path).toBe(404)
  }
  expect((await post(paths.collectionRefresh(own), app)).statusCode).toBe(403)
  expect((await post(paths.collections, app, { name: 'Mine', tql: 'rating > 1' })).statusCode).toBe(403)
  expect((await get(paths.collection(own), execution([own], 'feed'))).statusCode).toBe(403)
  expect((await get(paths.collections, execution([]))).json<Page>().data).toEqual([])
})

test('D22: another organization sees neither collections nor indicators of this one', async () => {
  const stranger: Caller = { ...made.library.person, organizationId: theirs }
  const id = await made.refreshed('ownerName = "Order"')
  for (const path of [paths.collection(id), paths.collectionValues(id, 1), paths.collectionChanges(id, 1)]) {
    expect((await get(path, stranger)).statusCode, path).toBe(404)
  }
  expect((await post(paths.collectionRefresh(id), stranger)).statusCode).toBe(404)
  const created = (
    await post(paths.collections, stranger, { name: 'Everything', tql: 'confidence >= 0 or not confidence >= 0' })
  ).json<Collection>()
  expect((await post(paths.collectionRefresh(created.id), stranger)).json()).toMatchObject({ version: 1, count: 0 })
})

test('D22: a reader without the right to change makes and refreshes nothing; who did is on record', async () => {
  const reader: Caller = { ...made.library.person, role: 'read-only' }
  expect((await get(paths.collections, reader)).statusCode).toBe(200)
  expect((await post(paths.collections, reader, { name: 'No', tql: 'rating > 1' })).statusCode).toBe(403)
  const reply = await post(paths.collections, made.library.person, { name: 'On record', tql: 'rating > 1' })
  expect(reply.statusCode).toBe(201)
  const { id } = reply.json<Collection>()
  expect((await post(paths.collectionRefresh(id), reader)).statusCode).toBe(403)
  await post(paths.collectionRefresh(id))
  const audited = await made.library.database.db
    .selectFrom('audit_event')
    .select('action')
    .where('subject', '=', `collection ${id}`)
    .orderBy('id')
    .execute()
  expect(audited.map(({ action }) => action)).toEqual(['collection.create', 'collection.refresh'])
})

test('LIB-3: a collection is found by its name, as export apps are given it, or by its id; pages go on', async () => {
  const { id } = (
    await post(paths.collections, made.library.person, { name: 'By name', tql: 'rating > 1' })
  ).json<Collection>()
  const names = async (query: string) =>
    (await get(`${paths.collections}?${query}`)).json<Page>().data.map((each) => each.name)
  expect(await names('name=By%20name')).toEqual(['By name'])
  expect(await names(`name=${id}`)).toEqual(['By name'])
  expect(await names('name=by%20nam')).toEqual([])
  const seen: string[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page: Page = (await get(`${paths.collections}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)).json()
    seen.push(...page.data.map((each) => each.id))
    cursor = page.next
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toContain(id)
})

test('values of a collection that was never refreshed, or of a version that is not there, are not found', async () => {
  const { id } = (
    await post(paths.collections, made.library.person, { name: 'Never', tql: 'rating > 1' })
  ).json<Collection>()
  expect((await get(paths.collectionValues(id, 'latest'))).json()).toMatchObject({
    code: 'not-found',
    detail: expect.stringContaining('before its first refresh'),
  })
  await post(paths.collectionRefresh(id))
  expect((await get(paths.collectionValues(id, 2))).statusCode).toBe(404)
  expect((await get(paths.collectionValues(id, 'newest'))).statusCode).toBe(400)
})
