import { type ExclusionHit, ExclusionHitPage, paths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createTestCollections, type TestCollections } from '../collections/test-collections.ts'
import { createServer, type Server } from '../http/server.ts'
import { exclusionRoutes } from './routes.ts'

let world: TestCollections
let server: Server

beforeAll(async () => {
  world = await createTestCollections()
  server = await createServer({
    logger: false,
    authenticate: async (request) => JSON.parse(String(request.headers['caller'])) as Caller,
  })
  exclusionRoutes(server, world.library.exclusions)
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await world.close()
})

/** @returns the list's id */
async function listOf(name: string, entry: string, mode: 'inform' | 'block'): Promise<string> {
  const { person, exclusions } = world.library
  const { id } = await exclusions.create(person, { name, mode, atImport: false })
  await exclusions.writeEntries(person, id, Buffer.from(JSON.stringify({ entries: [{ entry }] })))
  return id
}

async function settle(): Promise<void> {
  await world.library.exclusions.pass()
  await world.collections.refreshTouched()
}

async function page(listId: string, query = '', caller: Caller = world.library.person) {
  const url = `${paths.exclusionHits(listId)}${query}`
  return await server.inject({ url, headers: { caller: JSON.stringify(caller) } })
}

async function hits(listId: string, rowsAtOnce = 100): Promise<ExclusionHit[]> {
  const all: ExclusionHit[] = []
  let cursor: string | undefined
  do {
    const reply = await page(listId, `?limit=${rowsAtOnce}${cursor === undefined ? '' : `&cursor=${cursor}`}`)
    const read = ExclusionHitPage.parse(reply.json())
    expect(read.data.length).toBeLessThanOrEqual(rowsAtOnce)
    all.push(...read.data)
    cursor = read.next
  } while (cursor !== undefined)
  return all
}

test('LIB-4: what a list hits is named, with the entry and what readers would lose if it blocked', async () => {
  const { person, exclusions } = world.library
  const id = await listOf('Well known', '.known.example', 'inform')
  await listOf('Ours', 'c.known.example', 'block')
  const hosts = ['a', 'b', 'c', 'd', 'e'].map((host) => `${host}.known.example`)
  await world.hosts('Feed', [...hosts, 'a.other.example'])
  await world.hosts('Feed', ['d.known.example'], { active: false })
  await settle()
  const collection = await world.refreshed('ownerName = "Feed" and summary != "e.known.example"')
  const { name } = await world.collections.get(person, collection)
  expect((await exclusions.get(person, id)).hitCount).toBe(5)

  const found = await hits(id, 2)
  expect(new Set(found.map(({ indicatorId }) => indicatorId)).size).toBe(5)
  const given = [{ id: collection, name }]
  expect(found.toSorted((one, other) => one.value.localeCompare(other.value))).toMatchObject([
    { type: 'Host', value: 'a.known.example', entry: '.known.example', isKeptBack: false, collections: given },
    { value: 'b.known.example', isKeptBack: false, collections: given },
    { value: 'c.known.example', isKeptBack: true, collections: [] },
    { value: 'd.known.example', isKeptBack: false, collections: [] },
    { value: 'e.known.example', isKeptBack: false, collections: [] },
  ])

  await exclusions.change(person, id, { mode: 'block' })
  await settle()
  expect((await hits(id)).map(({ isKeptBack, collections }) => [isKeptBack, collections])).toEqual(
    Array.from({ length: 5 }, () => [true, []]),
  )
})

test('LIB-4: hits of a list are named within its organization, and no data collection that the caller does not see', async () => {
  const { person } = world.library
  const id = await listOf('Private words', 'x.private.example', 'inform')
  await world.hosts('Private', ['x.private.example'])
  await settle()
  const own = { name: 'Mine alone', tql: 'summary = "x.private.example"', isShared: false }
  const collection = await world.collections.create(person, own)
  await world.collections.refresh(person, collection.id)
  expect((await hits(id))[0]?.collections.map(({ name }) => name)).toEqual(['Mine alone'])
  const other = { ...person, userId: '2', name: 'sam', role: 'analyst' } as const
  expect((await page(id, '', other)).json()).toMatchObject({ data: [{ value: 'x.private.example', collections: [] }] })
  expect((await page(id, '', { ...person, organizationId: '999' })).statusCode).toBe(404)
  expect((await page(id, '?cursor=5')).statusCode).toBe(400)
})

test('LIB-4: a page of the hits of a large list reads that page and no other', async () => {
  const { database, organizationId } = world.library
  const id = await listOf('Large', '.large.example', 'inform')
  await sql`
    insert into excluded_indicator (organization_id, indicator_id, list_id, entry, blocks_export)
    select ${organizationId}, gen_random_uuid(), ${id}, '.large.example', false from generate_series(1, 20000)`.execute(
    database.db,
  )
  await sql`analyze excluded_indicator`.execute(database.db)
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain select indicator_id, entry from excluded_indicator
    where list_id = ${id} and indicator_id > '80000000-0000-0000-0000-000000000000' order by indicator_id limit 101`.execute(
    database.db,
  )
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('excluded_indicator_by_list')
  expect(plan).not.toMatch(/Seq Scan|Sort/)
})
