import { parseTql } from '@postern/intel'
import type { SightingAnalysisQuery } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { createTestCollections, type TestCollections } from '../collections/test-collections.ts'
import { analyseSightings } from './analysis.ts'
import { createSightings, type Sightings } from './sightings.ts'

let collections: TestCollections
let sightings: Sightings
let controlId: string
const from = '2026-03-01T00:00:00.000Z'
const to = '2026-04-01T00:00:00.000Z'
const count = process.env['POSTERN_SOAK'] === '1' ? 250_000 : 400

beforeAll(async () => {
  collections = await createTestCollections()
  const { library } = collections
  const { db, pool } = library.database
  const { owners, clock } = library
  sightings = createSightings({ db, clock, audit: new Audit(), owners, onTouched: () => {} })
  const attribute = (value: string) => ({ attribute: [{ type: 'Malware Family', value }] })
  const host = (n: number) => `analysed${n}.example.org`
  for (let first = 0; first < count; first += 10_000)
    await library.send('Feed', {
      group: [{ type: 'Campaign', name: 'Night "Owl"', xid: 'owl' }],
      indicator: Array.from({ length: Math.min(10_000, count - first) }, (_, index) => {
        const n = first + index
        return {
          type: 'Host',
          summary: host(n),
          confidence: 50,
          // The first four have a tag that one in a hundred of the others has.
          tag: [{ name: 'all' }, ...(n < 4 || n % 100 === 50 ? [{ name: 'botnet' }] : [])],
          ...(n < 3 ? attribute('Emo\\tet') : attribute('other')),
          ...(n < 2 || n % 50 === 20 ? { associatedGroups: [{ groupXid: 'owl' }] } : {}),
        }
      }),
    })
  await library.send('Others', { indicator: [{ type: 'Host', summary: host(0), confidence: 90 }] })
  const control = await pool.query(
    `insert into control (organization_id, name, program_name) values ($1, 'Edge', 'edge') returning id`,
    [library.organizationId],
  )
  controlId = control.rows[0].id
  // What a control saw on 2 and 3 March, and something before the period.
  await pool.query(
    `insert into sighting (organization_id, indicator_id, owner_id, control_id, seen_at, count, recorded_by)
     select $1, i.id, $2, $3, s.seen_at::timestamptz, s.count, 'test' from (values
       ('analysed0.example.org', '2026-03-02T10:00:00Z', 5), ('analysed0.example.org', '2026-03-03T10:00:00Z', 1),
       ('analysed1.example.org', '2026-03-02T23:59:59Z', 1), ('analysed2.example.org', '2026-03-03T00:00:00Z', 1),
       ('analysed3.example.org', '2026-03-31T23:59:59Z', 1), ('analysed9.example.org', '2026-02-28T23:59:59Z', 9),
       ('analysed8.example.org', '2026-04-01T00:00:00Z', 9)
     ) s (value, seen_at, count) join indicator i on i.value = s.value`,
    [library.organizationId, await library.owner('Sensors'), controlId],
  )
  await pool.query(`update sighting set control_id = null where seen_at = '2026-03-31T23:59:59Z'`)
})
afterAll(async () => {
  await collections.close()
})

const analyse = (query: Partial<SightingAnalysisQuery> = {}) =>
  sightings.analyse(collections.library.person, { from, to, ...query })

test('LIB-11: says what was seen in the period, how often, on which days, and whose it is', async () => {
  const analysis = await analyse()
  expect(analysis).toMatchObject({ sightedValues: 4, sightings: 9, collectionValues: count })
  expect(analysis.values[0]).toMatchObject({
    value: 'analysed0.example.org',
    sightings: 6,
    lastSeenAt: '2026-03-03T10:00:00.000Z',
    owners: ['Feed', 'Others'],
  })
  expect(analysis.values.map(({ sightings: times }) => times)).toEqual([6, 1, 1, 1])
  expect(analysis.days).toEqual([
    { day: '2026-03-02', sightings: 6, values: 2 },
    { day: '2026-03-03', sightings: 2, values: 2 },
    { day: '2026-03-31', sightings: 1, values: 1 },
  ])
})

test('LIB-11: ranks what the sighted share by how much commoner it is than in what they are compared with', async () => {
  const { traits } = await analyse()
  const shown = traits.map(({ kind, name, of, sighted }) => [kind, name, of, sighted])
  // Nothing else has the attribute, so nothing is commoner.
  expect(shown[0]).toEqual(['attribute', 'Emo\\tet', 'Malware Family', 3])
  expect(traits[0]).toMatchObject({ lift: null, sightedShare: 0.75 })
  expect(shown.slice(1, 3)).toEqual([
    ['tag', 'botnet', null, 4],
    ['group', 'Night "Owl"', 'Campaign', 2],
  ])
  const botnet = traits[1]
  const botnets = count / 100 + 4
  expect(botnet?.sightedShare).toBe(1)
  // Of more than 50,000 others, the share comes from so many: some hundred that have the tag.
  expect((botnet?.collectionShare ?? 0) / (botnets / count)).toBeCloseTo(1, count > 50_000 ? 0 : 9)
  expect((botnet?.lift ?? 0) * (botnet?.collectionShare ?? 0)).toBeCloseTo(1, 9)
  // What everything has is no commoner, and what one value alone has is no trait.
  for (const name of ['all', 'Host', 'Feed'])
    expect(traits.find((trait) => trait.name === name)?.lift).toBeCloseTo(1, 9)
  expect(shown.some(([, name]) => name === 'Others')).toBe(false)
})

test('LIB-11: each trait’s TQL finds the sighted values that have it, and can be added to a query', async () => {
  const { traits } = await analyse()
  const { library } = collections
  expect(new Set(traits.map(({ kind }) => kind))).toEqual(new Set(['attribute', 'tag', 'group', 'owner', 'type']))
  for (const { tql, sighted } of traits) {
    const added = `(confidence > 10 and summary in ("analysed0.example.org", "analysed1.example.org", "analysed2.example.org", "analysed3.example.org")) and ${tql}`
    expect(parseTql(added, 'indicator').ok).toBe(true)
    const { data } = await library.library.search(library.person, { tql: added, limit: 100 })
    expect([tql, data.length]).toEqual([tql, sighted])
  }
})

test('LIB-11: looks at one control alone, and at one data collection with which it compares', async () => {
  expect(await analyse({ controlId })).toMatchObject({ sightedValues: 3, sightings: 8 })
  const collectionId = await collections.refreshed('tag = "botnet"')
  const analysis = await analyse({ collectionId })
  expect(analysis).toMatchObject({ sightedValues: 4, collectionValues: count / 100 + 4 })
  expect(analysis.traits.find(({ name }) => name === 'botnet')).toMatchObject({ lift: 1, collectionShare: 1 })
})

test('LIB-11: refuses no period, more than a year, and what the organization does not have', async () => {
  await expect(analyse({ to: from })).rejects.toThrow('longer than nothing')
  await expect(analyse({ to: '2027-04-01T00:00:00.000Z' })).rejects.toThrow('no longer than 366 days')
  await expect(analyse({ controlId: '999999' })).rejects.toThrow('no such control')
  await expect(analyse({ collectionId: 'x' })).rejects.toThrow('no such data collection')
  const stranger = { ...collections.library.person, organizationId: '999' }
  expect(await sightings.analyse(stranger, { from, to })).toMatchObject({ sightedValues: 0, values: [], traits: [] })
})

test('LIB-11: what is too much for one analysis is refused with what to do, and so is one too many at once', async () => {
  const { library } = collections
  await expect(analyseSightings(library.database.db, library.person, { from, to }, 4)).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringContaining('shorter'),
  })
  expect(await analyseSightings(library.database.db, library.person, { from, to }, 5)).toMatchObject({ sightings: 9 })
  const together = await Promise.allSettled([analyse(), analyse(), analyse()])
  expect(together.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(together[2]).toMatchObject({ reason: { code: 'unavailable' } })
  expect(await analyse()).toMatchObject({ sightings: 9 })
})

test('LIB-11: a period is looked up by its index, however much was seen at other times', async () => {
  const { database, organizationId, owner } = collections.library
  await database.pool.query(
    `insert into sighting (organization_id, indicator_id, owner_id, seen_at, count, recorded_by)
     select $1, i.id, $2, '2025-01-01T00:00:00Z'::timestamptz + n * interval '1 minute', 1, 'test'
     from generate_series(1, 20000) n, (select id from indicator where value = 'analysed5.example.org') i`,
    [organizationId, await owner('Sensors')],
  )
  await database.pool.query('analyze sighting')
  const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
    `explain select indicator_id from sighting where organization_id = $1 and seen_at >= $2 and seen_at < $3`,
    [organizationId, from, to],
  )
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('sighting_over_time')
  expect(await analyse()).toMatchObject({ sightings: 9 })
})
