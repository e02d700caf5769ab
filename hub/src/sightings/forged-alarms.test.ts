import { indicatorId } from '@postern/intel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { createTestCollections, type TestCollections } from '../collections/test-collections.ts'
import { createLifecycles, type Lifecycles } from '../lifecycle/lifecycle.ts'

let collections: TestCollections
let lifecycles: Lifecycles

beforeAll(async () => {
  collections = await createTestCollections()
  const { database, clock } = collections.library
  lifecycles = createLifecycles({ db: database.db, clock, audit: new Audit(), onTouched: () => {} })
})
afterAll(async () => {
  await collections.close()
})

const forgedCount = process.env['POSTERN_SOAK'] === '1' ? 10_000 : 400
const day = 86_400_000
const protectedHost = 'www.example.org'

/** Alarms of an appliance as its app sends them: an Event group each, with what was seen. */
async function forge(values: readonly string[], firstXid: number, seenAt: Date): Promise<void> {
  const { library } = collections
  const alarms = values.map((summary, index) => ({ summary, xid: `forged ${firstXid + index}` }))
  await library.send('Appliance', {
    group: alarms.map(({ xid }) => ({
      type: 'Event',
      eventType: 'Alert',
      name: xid,
      xid,
      eventDate: seenAt.toISOString(),
    })),
    indicator: alarms.map(({ summary, xid }) => ({ type: 'Host', summary, associatedGroups: [{ groupXid: xid }] })),
  })
}

test('S1: ten thousand forged alarms on protected and unknown values change no plan, and no version of what feeds assert', async () => {
  const { library, hosts, refreshed } = collections
  // As the hub does it for apps of alerts.
  await library.owners.change(library.person, await library.owner('Appliance'), { statusDefault: 'Review' })
  await protect(protectedHost)
  const feed = Array.from({ length: 50 }, (_, n) => `known${n}.example.com`)
  await hosts('Feed', feed, { confidence: 50, rating: 3 })
  // A careless feed asserts the protected host, too.
  await hosts('Feed', [protectedHost], { confidence: 50, rating: 3 })
  const ofFeed = await refreshed('ownerName = "Feed" and confidence > 50')
  const everything = await refreshed('typeName = "Host" and confidence >= 0')
  const ofEverybody = await refreshed('typeName = "Host"')
  const versions = async () => {
    const { rows } = await library.database.pool.query('select id, version from collection order by id')
    return rows
  }
  const before = await versions()
  const values = await collections.values(ofEverybody)
  let now = Date.now()
  // Every fourth alarm is of the protected host, the others are of values that nobody else knows; over several days.
  for (let sent = 0; sent < forgedCount; sent += 200) {
    const forged = Array.from({ length: 200 }, (_, n) =>
      n % 4 === 0 ? protectedHost : `forged${sent + n}.example.net`,
    )
    await forge(forged, sent, new Date(now))
    now += day
    library.clock.set(new Date(now))
    await lifecycles.tick()
    await collections.collections.refreshTouched()
    await collections.collections.refreshDue()
  }
  // Of what feeds assert with a confidence, nothing entered, left or changed.
  const after = await versions()
  const versionOf = (id: string, rows: typeof before) => rows.find((row: { id: string }) => row.id === id)
  expect(versionOf(ofFeed, after)).toEqual(versionOf(ofFeed, before))
  expect(versionOf(everything, after)).toEqual(versionOf(everything, before))
  // A collection that names no owner lists the new values, but gives none of them out: a plan has nothing to add or remove.
  expect((await collections.values(ofEverybody)).lines).toEqual(values.lines)
  const changes = await collections.changes(ofEverybody, values.version)
  expect(changes.lines).toEqual([])
  const { rows } = await library.database.pool.query(
    `select a.confidence, a.rating, a.said, v.sighting_count from assertion a join owner o on o.id = a.owner_id
       join indicator_view v on v.indicator_id = a.indicator_id
       where o.name = 'Feed' and a.indicator_id = $1`,
    [indicatorId('Host', protectedHost)],
  )
  expect(rows).toEqual([{ confidence: 50, rating: 3, said: null, sighting_count: forgedCount / 4 }])
})

test('S1: alarms of one control on a value that a feed asserts count once a day, and ten at most', async () => {
  const { library, hosts } = collections
  const name = 'asserted.example.com'
  let now = library.clock.now().getTime()
  await hosts('Feed', [name], { confidence: 50, rating: 3 })
  const confidences: number[] = []
  for (let days = 0; days < 14; days += 1) {
    await forge(
      Array.from({ length: 20 }, () => name),
      1_000_000 + days * 20,
      new Date(now),
    )
    await lifecycles.tick()
    const { rows } = await library.database.pool.query(
      `select a.confidence from assertion a join owner o on o.id = a.owner_id where o.name = 'Feed' and a.indicator_id = $1`,
      [indicatorId('Host', name)],
    )
    confidences.push(rows[0].confidence)
    now += day
    library.clock.set(new Date(now))
  }
  expect(confidences).toEqual([52, 54, 56, 58, 60, 62, 64, 66, 68, 70, 70, 70, 70, 70])
})

/** A list of what must never be exported, and what it says of one host. */
async function protect(name: string): Promise<void> {
  const { library } = collections
  const { rows } = await library.database.pool.query(
    `insert into exclusion_list (organization_id, name, kind, matching, mode, at_import, at_export)
     values ($1, 'Ours', 'protected', 'value', 'block', false, true) returning id`,
    [library.organizationId],
  )
  await library.database.pool.query(
    `insert into excluded_indicator (organization_id, indicator_id, list_id, entry, blocks_export) values ($1, $2, $3, $4, true)`,
    [library.organizationId, indicatorId('Host', name), rows[0].id, name],
  )
}
