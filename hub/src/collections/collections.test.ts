import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { compileTql } from '../library/tql-to-sql.ts'
import { refreshMembers } from './refresh-members.ts'
import { createTestCollections, type TestCollections } from './test-collections.ts'

let made: TestCollections

beforeAll(async () => {
  made = await createTestCollections()
})
afterAll(async () => {
  await made.close()
})

const hostsOf = ({ lines }: { lines: string[][] }) => lines.map((line) => line.slice(1).join(' '))
const get = (id: string) => made.collections.get(made.library.person, id)
const refresh = (id: string) => made.collections.refresh(made.library.person, id)

async function rows<Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> {
  return (await made.library.database.pool.query<Row>(text, values)).rows
}

test('D3: the first refresh makes version 1, even of nothing', async () => {
  const id = await made.refreshed('ownerName = "Nobody"')
  expect(await get(id)).toMatchObject({ version: 1, count: 0 })
  expect(await made.values(id)).toMatchObject({ version: 1, lines: [], end: { count: 0, leftOut: {} } })
})

test('D3: members enter and leave with a new version, and each version stays as it was', async () => {
  await made.hosts('Feed A', ['one.example.com', 'two.example.com'])
  const id = await made.refreshed('ownerName = "Feed A"')
  await made.hosts('Feed A', ['three.example.com'])
  await made.deleteHosts('Feed A', ['one.example.com'])
  expect(await refresh(id)).toMatchObject({ version: 2, count: 2 })
  expect(hostsOf(await made.values(id, '1'))).toEqual(['one.example.com', 'two.example.com'])
  expect(hostsOf(await made.values(id, '2'))).toEqual(['three.example.com', 'two.example.com'])
  expect(hostsOf(await made.changes(id, 1))).toEqual(['Host one.example.com', 'Host three.example.com'])
  expect((await made.changes(id, 1)).lines.map(([change]) => change)).toEqual(['remove', 'add'])
  expect(
    await rows(
      'select version, member_count::int, entered::int, departed::int from collection_version where collection_id = $1 order by 1',
      id,
    ),
  ).toEqual([
    { version: 1, member_count: 2, entered: 2, departed: 0 },
    { version: 2, member_count: 2, entered: 1, departed: 1 },
  ])
})

test('D3: a refresh that changes nothing makes no version, but is remembered', async () => {
  await made.hosts('Feed B', ['still.example.com'])
  const id = await made.refreshed('ownerName = "Feed B"')
  const later = new Date(Date.now() + 5_000)
  made.library.clock.set(later)
  expect(await refresh(id)).toMatchObject({ version: 1, refreshedAt: later.toISOString() })
})

test('D3: a version is as old as its writing, and as fresh as the beginning of its refresh', async () => {
  await made.hosts('Feed of a slow refresh', ['slow.example.com'])
  const tql = 'ownerName = "Feed of a slow refresh"'
  const { id } = await made.collections.create(made.library.person, { name: 'Slow refresh', tql })
  const start = Date.parse('2026-08-01T12:00:00.000Z')
  let looks = 0
  const clock = { now: () => new Date(start + looks++ * 60_000) }
  await made.library.database.db.transaction().execute(async (trx) => {
    const collection = await trx.selectFrom('collection').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    await refreshMembers(trx, collection, compileTql(tql, new Date(start)), 'all', clock)
  })
  expect((await get(id)).refreshedAt).toBe('2026-08-01T12:00:00.000Z')
  const { data } = await made.collections.versions(made.library.person, id, { limit: 10 })
  expect(data.map(({ madeAt }) => madeAt)).toEqual(['2026-08-01T12:01:00.000Z'])
})

test('D3: one that comes back is a member again, and missing in between', async () => {
  await made.hosts('Feed C', ['back.example.com', 'stays.example.com'])
  const id = await made.refreshed('ownerName = "Feed C"')
  await made.deleteHosts('Feed C', ['back.example.com'])
  await refresh(id)
  await made.hosts('Feed C', ['back.example.com'])
  expect((await refresh(id)).version).toBe(3)
  expect(await Promise.all(['1', '2', '3'].map(async (version) => (await made.values(id, version)).end.count))).toEqual(
    [2, 1, 2],
  )
  expect((await made.changes(id, 1)).lines).toEqual([])
  expect((await made.changes(id, 2)).lines).toEqual([['add', 'Host', 'back.example.com']])
})

test('D3: what a batch touched is looked up by its key, also where the query names a thousand values', async () => {
  const { db } = made.library.database
  const names = Array.from({ length: 3000 }, (_, number) => `h${number}.long-list.example.com`)
  await made.hosts('Feed of many', names)
  const tql = `summary in (${names
    .slice(0, 1000)
    .map((name) => `"${name}"`)
    .join(', ')})`
  const id = await made.refreshed(tql)
  const wholeReads = await db.transaction().execute(async (trx) => {
    const collection = await trx.selectFrom('collection').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    await sql`create temporary table touched_member on commit drop as
      select indicator_id from collection_member where collection_id = ${id} limit 100`.execute(trx)
    await refreshMembers(trx, collection, compileTql(tql, new Date()), 'touched', systemClock)
    const { rows } = await sql<{ seq_scan: number }>`
      select sum(seq_scan)::int as seq_scan from pg_stat_xact_user_tables where relname in ('indicator', 'assertion')`.execute(
      trx,
    )
    return rows[0]?.seq_scan
  })
  // A few for all of them together; not one for each of the hundred.
  expect(wholeReads).toBeLessThan(10)
})

test('D3: two refreshes at once are one writer after the other', async () => {
  await made.hosts('Feed D', ['first.example.com'])
  const id = await made.refreshed('ownerName = "Feed D"')
  await made.hosts('Feed D', ['second.example.com'])
  const versions = await Promise.all(Array.from({ length: 5 }, async () => (await refresh(id)).version))
  expect(versions).toEqual([2, 2, 2, 2, 2])
  expect(
    await rows('select indicator_id from collection_change where collection_id = $1 and version = 2', id),
  ).toHaveLength(1)
})

test('D3: changes have consecutive numbers over versions, and none has a gap', async () => {
  await made.hosts('Feed E', ['a.example.com', 'b.example.com', 'c.example.com'])
  const id = await made.refreshed('ownerName = "Feed E"')
  await made.deleteHosts('Feed E', ['a.example.com', 'b.example.com'])
  await refresh(id)
  const numbers = await rows<{ number: number; version: number }>(
    'select number::int, version from collection_change where collection_id = $1 order by number',
    id,
  )
  expect(numbers.map(({ number, version }) => [number, version])).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 2],
    [5, 2],
  ])
})

test('D3: a batch reaches the collections that it touches without a full refresh, and leaves nothing pending', async () => {
  await made.hosts('Feed F', ['known.example.com', 'gone.example.com'])
  const id = await made.refreshed(
    'ownerName = "Feed F" and rating >= 3 or ownerName = "Feed F" and summary startswith "gone"',
  )
  await made.collections.refreshTouched()
  const { refreshedAt } = await get(id)
  made.library.clock.set(new Date(Date.now() + 60_000))
  await made.hosts('Feed F', ['known.example.com'], { rating: 4 })
  await made.deleteHosts('Feed F', ['gone.example.com'])
  await made.collections.refreshTouched()
  expect(await get(id)).toMatchObject({ version: 2, count: 1, refreshedAt })
  expect(hostsOf(await made.values(id))).toEqual(['known.example.com'])
  expect(await rows('select id from collection_pending')).toEqual([])
})

test('D3: what asks for groups and other indicators follows associations, and groups that are changed or deleted', async () => {
  const owner = 'Feed of groups'
  const [one, other] = ['one.groups.example.com', 'other.groups.example.com']
  const { library } = made
  await made.hosts(owner, [one, other])
  const id = await made.refreshed(`ownerName = "${owner}" and hasGroup(name startswith "Wanted")`)
  const joined = await made.refreshed(`ownerName = "${owner}" and hasIndicator(summary = "${other}")`)
  const { refreshedAt } = await get(id)
  const members = async (collectionId = id) => {
    await made.collections.refreshTouched()
    return hostsOf(await made.values(collectionId))
  }
  const group = (name: string) => ({ type: 'Report', name, xid: 'of-groups' })
  const associate = (ref: string, type: string) =>
    library.send(owner, { association: [{ ref_1: ref, type_1: type, ref_2: one, type_2: 'Host' }] })

  await library.send(owner, { group: [group('Wanted')] })
  await associate('of-groups', 'Report')
  expect(await members()).toEqual([one])
  await associate(other, 'Host')
  expect(await members(joined)).toEqual([one])
  const { data } = await library.groups.search(library.person, { tql: 'xid = "of-groups"', limit: 1 })
  const indicators = [{ value: other }]
  await library.groupAssociations.addValues(library.person, data[0]?.id ?? '', { indicators })
  expect(await members()).toEqual([one, other])
  await library.send(owner, { group: [group('Unwanted')] })
  expect(await members()).toEqual([])
  await library.send(owner, { group: [group('Wanted again')] })
  expect(await members()).toEqual([one, other])
  await library.send(owner, { group: [group('Wanted again')] }, { action: 'Delete' })
  expect(await members()).toEqual([])
  // No full refresh had to find any of it.
  expect((await get(id)).refreshedAt).toBe(refreshedAt)
})

test('D3: a collection whose query no longer reads keeps its version, and keeps no other from a batch', async () => {
  await made.hosts('Feed G', ['early.example.com'])
  const broken = await made.refreshed('ownerName = "Feed G"')
  const good = await made.refreshed('ownerName = "Feed G"')
  await rows('update collection set tql = $2, refreshed_at = null where id = $1', broken, 'noSuchKeyword = 1')
  await made.hosts('Feed G', ['late.example.com'])
  await made.collections.refreshTouched()
  expect([(await get(broken)).version, (await get(good)).version]).toEqual([1, 2])
  expect(made.complaints).toContainEqual(expect.stringMatching(/^warn: data collection .* could not follow a batch/))
  await made.collections.refreshDue()
  expect(made.complaints).toContain('error: a data collection could not be refreshed; its last version stands')
  const complained = made.complaints.length
  await made.collections.refreshDue()
  expect(made.complaints).toHaveLength(complained)
  await rows('update collection set tql = $2 where id = $1', broken, 'ownerName = "Feed G"')
})

test('D3: a collection is refreshed when its last refresh is older than its freshness target', async () => {
  const { id } = await made.collections.create(made.library.person, {
    name: 'Fresh',
    tql: 'ownerName = "Feed H"',
    freshnessSeconds: 60,
  })
  await made.collections.refreshDue()
  expect(await get(id)).toMatchObject({ version: 1 })
  const { refreshedAt } = await get(id)
  const start = made.library.clock.now().getTime()
  made.library.clock.set(new Date(start + 59_000))
  await made.collections.refreshDue()
  expect((await get(id)).refreshedAt).toBe(refreshedAt)
  made.library.clock.set(new Date(start + 60_000))
  await made.collections.refreshDue()
  expect((await get(id)).refreshedAt).toBe(new Date(start + 60_000).toISOString())
})

test('D3: a version is kept for thirty days after another took its place', async () => {
  const start = Date.parse('2026-01-01T00:00:00Z')
  const days = (count: number) => made.library.clock.set(new Date(start + count * 86_400_000))
  days(0)
  await made.hosts('Feed I', ['old.example.com', 'always.example.com'])
  const id = await made.refreshed('ownerName = "Feed I"')
  days(100)
  await made.deleteHosts('Feed I', ['old.example.com'])
  await refresh(id)
  days(129)
  await made.collections.prune()
  expect((await made.values(id, '1')).end.count).toBe(2)
  days(131)
  await made.collections.prune()
  await expect(made.values(id, '1')).rejects.toThrow('has no version 1, or it is no longer kept')
  expect(hostsOf(await made.values(id))).toEqual(['always.example.com'])
  expect(await rows('select indicator_id from collection_member where collection_id = $1', id)).toHaveLength(1)
})

test('LIB-3: a query that does not read is refused at creation, at its place', async () => {
  const creation = made.collections.create(made.library.person, { name: 'Wrong', tql: 'ratng > 3' })
  await expect(creation).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/character 1.*rating/),
  })
})

test('a name is given once in an organization', async () => {
  await made.collections.create(made.library.person, { name: 'Twice', tql: 'rating > 1' })
  const again = made.collections.create(made.library.person, { name: 'Twice', tql: 'rating > 1' })
  await expect(again).rejects.toMatchObject({ code: 'conflict' })
})
