import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestCollections, type TestCollections } from '../collections/test-collections.ts'
import { Audit } from '../audit/audit.ts'
import { makeWorld } from '../http/test-world.ts'
import { createOwnerRemoval } from './owner-removal.ts'

let world: TestCollections

beforeAll(async () => {
  world = await createTestCollections()
})
afterAll(async () => {
  await world.close()
})

/** More than go in one step. */
const count = 4500

test('LIB-1: an owner goes with all that it asserted, in steps that several hubs take, and the view and collections follow', async () => {
  const { library, collections } = world
  const { person, ownerRemoval } = library
  const names = Array.from({ length: count }, (_, n) => `${n}.leaving.example`)
  const collection = await collectionOf('tag = "kept" or tag = "leaving"')
  await world.hosts('Leaving', names, { tag: [{ name: 'leaving' }], attribute: [{ type: 'Source', value: 'x' }] })
  await library.send('Leaving', {
    group: [
      { type: 'Report', name: 'One', xid: 'one', associatedGroupXid: ['two'] },
      { type: 'Report', name: 'Two', xid: 'two' },
    ],
    indicator: [
      { type: 'File', summary: `${'a'.repeat(32)} : ${'b'.repeat(64)}`, associatedGroups: [{ groupXid: 'one' }] },
    ],
  })
  await world.hosts('Staying', names.slice(0, 10), { tag: [{ name: 'kept' }] })
  await library.send('Staying', { indicator: [{ type: 'File', summary: `${'a'.repeat(32)} : ${'b'.repeat(64)}` }] })
  await collections.refreshTouched()
  expect((await world.values(collection)).end.count).toBe(count)

  const ownerId = await library.owner('Leaving')
  const before = await library.owners.detail(person, ownerId)
  expect(before).toMatchObject({ indicatorCount: count + 2, groupCount: 2, removalStartedAt: null })
  expect(before.lastBatchAt).not.toBeNull()
  const started = await ownerRemoval.start(person, ownerId)
  expect(started.removalStartedAt).not.toBeNull()
  await expect(world.hosts('Leaving', ['late.leaving.example'])).rejects.toThrow('This owner is being removed')
  const other = createOwnerRemoval({
    ...library.database,
    clock: library.clock,
    audit: new Audit(),
    onTouched: () => {},
  })
  await Promise.all([ownerRemoval.tick(), other.tick()])
  // Whatever one hub left to the other is done by the next turn.
  await ownerRemoval.tick()

  expect(await countsOf(ownerId)).toEqual({
    said: 0,
    attributes: 0,
    groups: 0,
    links: 0,
    group_links: 0,
    tombstones: count + 4,
  })
  const staying = await library.owner('Staying')
  expect(await countsOf(staying)).toMatchObject({ said: 12, links: 1, tombstones: 0 })
  expect(
    await rows(
      'select count(*)::int as views, count(*) filter (where owner_ids <> array[$1::bigint])::int as others from indicator_view',
      [staying],
    ),
  ).toEqual([{ views: 12, others: 0 }])
  await collections.refreshTouched()
  expect((await world.values(collection)).end.count).toBe(10)
  // Batches and tombstones name its row, which keeps its number; its name is free again.
  expect(await rows('select removed_at is not null as gone from owner where id = $1', [ownerId])).toEqual([
    { gone: true },
  ])
  expect((await library.owners.list(person, { limit: 100 })).data.map(({ name }) => name)).not.toContain('Leaving')
  await expect(library.owners.detail(person, ownerId)).rejects.toThrow('no such owner')
  expect((await library.owners.create(person, { name: 'Leaving' })).id).not.toBe(ownerId)
  expect(
    await rows(`select action, detail->>'name' as name from audit_event where subject = $1 order by id`, [
      `owner ${ownerId}`,
    ]),
  ).toEqual([
    { action: 'owner.create', name: 'Leaving' },
    { action: 'owner.remove', name: 'Leaving' },
    { action: 'owner.removed', name: 'Leaving' },
  ])
})

test('LIB-1: an owner that nothing names any more is gone altogether', async () => {
  const { library } = world
  const ownerId = await library.owner('Never used')
  await library.ownerRemoval.start(library.person, ownerId)
  await library.ownerRemoval.tick()
  expect(await rows('select id from owner where id = $1', [ownerId])).toEqual([])
})

test('an owner whose name cannot be seen whole, or differs from another’s in case alone, is not made; those that there are stay', async () => {
  const { library } = world
  const { person, database, organizationId } = library
  await library.owner('Mitre')
  await expect(library.owners.create(person, { name: ' MITRE ' })).rejects.toThrow(
    'There is an owner named Mitre already; names that differ in case alone are one. Name that one, or choose another name.',
  )
  for (const [name, shown] of [
    ['two\nlines', 'two\\nlines'],
    ['back\u202ewards', 'back\\u202ewards'],
  ] as const)
    await expect(library.owners.create(person, { name })).rejects.toThrow(`can be seen, and this one is ${shown}.`)
  await database.db
    .insertInto('owner')
    .values({ organization_id: organizationId, name: 'MITRE', kind: 'Source' })
    .execute()
  for (const name of ['Mitre', 'MITRE']) expect(await library.owners.writable(person, name)).toMatchObject({ name })
  const twins = await Promise.allSettled(
    ['Both', 'BOTH', 'both'].map((name) => library.owners.create(person, { name })),
  )
  expect(twins.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('an owner that a job names is not removed, and the job is named', async () => {
  const { library } = world
  const { ownerId } = await makeWorld(library.database.db, library.organizationId)
  await expect(library.ownerRemoval.start(library.person, ownerId)).rejects.toThrow(
    /^The (job|TAXII collection) .* names this owner/,
  )
  expect(await rows('select removal_started_at as started from owner where id = $1', [ownerId])).toEqual([
    { started: null },
  ])
})

test('a batch that is under way when its owner’s removal begins is let end, and what it wrote goes too', async () => {
  const { library } = world
  const ownerId = await library.owner('Busy')
  await world.hosts('Elsewhere', ['busy.example'])
  const holder = await library.database.pool.connect()
  await holder.query('begin')
  await holder.query(`select 1 from indicator where value = 'busy.example' for update`)
  const sending = world.hosts('Busy', ['busy.example', 'more.busy.example'])
  await waitsForLock()
  await library.ownerRemoval.start(library.person, ownerId)
  expect(await library.ownerRemoval.tick()).toBe(0)
  await holder.query('commit')
  holder.release()
  await sending
  expect(await countsOf(ownerId)).toMatchObject({ said: 2 })
  await library.ownerRemoval.tick()
  expect(await countsOf(ownerId)).toMatchObject({ said: 0, tombstones: 2 })
})

async function collectionOf(tql: string): Promise<string> {
  return world.refreshed(tql)
}

async function waitsForLock(): Promise<void> {
  await expect
    .poll(
      async () =>
        rows(`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`, []),
      { interval: 20 },
    )
    .toHaveLength(1)
}

async function countsOf(ownerId: string): Promise<unknown> {
  const [counts] = await rows(
    `select (select count(*)::int from assertion where owner_id = $1) as said,
       (select count(*)::int from assertion_attribute where owner_id = $1) as attributes,
       (select count(*)::int from library_group where owner_id = $1) as groups,
       (select count(*)::int from indicator_link where owner_id = $1) as links,
       (select count(*)::int from group_link where owner_id = $1) as group_links,
       (select count(*)::int from tombstone where owner_id = $1) as tombstones`,
    [ownerId],
  )
  return counts
}

async function rows(query: string, values: unknown[]): Promise<object[]> {
  return (await world.library.database.pool.query<object>(query, values)).rows
}
