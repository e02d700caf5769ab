import { type LeftOutValue, LeftOutValuePage, paths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createServer, type Server } from '../http/server.ts'
import { collectionRoutes } from './routes.ts'
import { createTestCollections, type TestCollections } from './test-collections.ts'
import { mayBeLeftOut } from './version-queries.ts'

const tql = 'ownerName = "Feed"'
let made: TestCollections
let server: Server

beforeAll(async () => {
  made = await createTestCollections()
  server = await createServer({
    logger: false,
    authenticate: async (request) => JSON.parse(String(request.headers['caller'])) as Caller,
  })
  collectionRoutes(server, made.collections)
  await server.ready()
  await made.hosts('Feed', ['a.example.com', 'b.example.com', 'listed.example.com', 'decided.example.com'])
  await made.hosts('Feed', ['off.example.com', 'late.example.com'], { active: false })
  await made.hosts('Feed', ['red.example.com'], { securityLabel: [{ name: 'TLP:RED' }] })
  await made.hosts('Feed', ['green.example.com'], { securityLabel: [{ name: 'TLP:GREEN' }] })
  const { person, exclusions } = made.library
  const { id } = await exclusions.create(person, { name: 'Ours', mode: 'block', atImport: false })
  const entries = [{ entry: 'listed.example.com' }]
  await exclusions.writeEntries(person, id, Buffer.from(JSON.stringify({ entries })))
  await exclusions.pass()
})
afterAll(async () => {
  await server.close()
  await made.close()
})

type Asked = { url: string; body?: object; caller?: Caller }

const ask = ({ url, body, caller = made.library.person }: Asked) =>
  server.inject({
    method: body === undefined ? 'GET' : 'POST',
    url,
    headers: { caller: JSON.stringify(caller) },
    ...(body === undefined ? {} : { payload: body }),
  })

/** Every page, two rows each. */
async function pages(next: (cursor: string | undefined) => Asked): Promise<LeftOutValue[]> {
  const all: LeftOutValue[] = []
  let cursor: string | undefined
  do {
    const read = LeftOutValuePage.parse((await ask(next(cursor))).json())
    expect(read.data.length).toBeLessThanOrEqual(2)
    all.push(...read.data)
    cursor = read.next
  } while (cursor !== undefined)
  expect(new Set(all.map(({ indicatorId }) => indicatorId)).size).toBe(all.length)
  return all.toSorted((one, other) => one.value.localeCompare(other.value))
}

const ofCollection = (id: string, tlpMax?: string) =>
  pages((cursor) => {
    const query = { limit: '2', ...(cursor && { cursor }), ...(tlpMax && { tlpMax }) }
    return { url: `${paths.collectionLeftOut(id)}?${new URLSearchParams(query)}` }
  })

const notGiven = [
  { type: 'Host', value: 'late.example.com', reason: 'inactive', detail: null },
  { value: 'listed.example.com', reason: 'excluded', detail: 'listed.example.com of the list Ours' },
  { value: 'off.example.com', reason: 'inactive', detail: null },
]

test('LIB-3: the members that no reader is given are named, as many as are counted, and why', async () => {
  const id = await made.refreshed(tql)
  const { leftOut } = await made.collections.get(made.library.person, id)
  expect(leftOut).toEqual({ excluded: 1, inactive: 2 })
  expect(await ofCollection(id)).toMatchObject(notGiven)
})

test('LIB-3: for a reader of less TLP those above it are named, too', async () => {
  const id = await made.refreshed(tql)
  const red = { value: 'red.example.com', reason: 'tlp', detail: null }
  expect(await ofCollection(id, 'AMBER')).toMatchObject([...notGiven, red])
  const clear = await ofCollection(id, 'CLEAR')
  expect(clear).toMatchObject([{ value: 'green.example.com', reason: 'tlp' }, ...notGiven, red])
  const wrong = await ask({ url: `${paths.collectionLeftOut(id)}?tlpMax=PINK` })
  expect([wrong.statusCode, wrong.json().detail]).toEqual([400, expect.stringContaining('tlpMax is one of CLEAR')])
})

test('LIB-3: those that a preview counts as left out are named before anything is saved', async () => {
  const found = await pages((cursor) => ({
    url: paths.collectionPreviewLeftOut,
    body: { tql, limit: 2, ...(cursor && { cursor }) },
  }))
  expect(found).toMatchObject(notGiven)
  const wrong = await ask({ url: paths.collectionPreviewLeftOut, body: { tql: 'owner' } })
  expect(wrong.statusCode).toBe(400)
})

test('LIB-3: only those who see a data collection are told what it leaves out', async () => {
  const { person } = made.library
  const { id } = await made.collections.create(person, { name: 'Mine alone', tql, isShared: false })
  const url = paths.collectionLeftOut(id)
  expect((await ask({ url })).statusCode).toBe(200)
  const other = { ...person, userId: '2', name: 'sam', role: 'analyst' } as const
  expect((await ask({ url, caller: other })).statusCode).toBe(404)
  expect((await ask({ url, caller: { ...person, organizationId: '999' } })).statusCode).toBe(404)
})

test('LIB-3: what a large data collection leaves out is counted and named without reading its other members', async () => {
  const { db } = made.library.database
  const id = await made.refreshed('ownerName = "Nobody"')
  await sql`
    insert into collection_member (collection_id, indicator_id, from_version, tlp, active, excluded)
    select ${id}, gen_random_uuid(), 1, 2, n % 500 <> 0, n % 1000 = 1 from generate_series(1, 20000) n`.execute(db)
  await sql`analyze collection_member`.execute(db)
  for (const ending of [sql`order by m.indicator_id limit 101`, sql``]) {
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain select m.indicator_id from collection_member m
      where m.collection_id = ${id} and m.until_version is null and ${mayBeLeftOut('AMBER')} ${ending}`.execute(db)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('collection_member_left_out')
    expect(plan).not.toMatch(/Seq Scan|Sort/)
  }
})
