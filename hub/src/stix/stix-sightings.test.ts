import { text } from 'node:stream/consumers'
import { indicatorId, stixSightingCountMax } from '@postern/intel'
import { limits } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { createLifecycles, type Lifecycles } from '../lifecycle/lifecycle.ts'
import { createOwnerRemoval } from '../owners/owner-removal.ts'
import { createSightings, type Sightings } from '../sightings/sightings.ts'
import { kindsMax } from './stix-limits.ts'
import { createTestStix, type TestStix } from './test-stix.ts'

let world: TestStix
let sightings: Sightings
let lifecycles: Lifecycles
beforeAll(async () => {
  world = await createTestStix()
  const parts = { db: world.database.db, clock: world.clock, audit: new Audit(), onTouched: () => {} }
  sightings = createSightings({ ...parts, owners: world.owners })
  lifecycles = createLifecycles(parts)
})
afterAll(() => world.close())

const day = 86_400_000
const created = '2026-01-01T00:00:00.000Z'
const later = '2026-02-01T00:00:00.000Z'
let made = 0
const object = (type: string, more: object) => {
  made += 1
  const id = `${type}--00000000-0000-4000-8000-${String(made).padStart(12, '0')}`
  return { type, spec_version: '2.1', id, created, modified: created, ...more }
}
const indicator = (pattern: string, more: object = {}) =>
  object('indicator', { pattern, pattern_type: 'stix', valid_from: created, ...more })
const host = (name: string) => indicator(`[domain-name:value = '${name}']`)
const sighting = (of: string, more: object = {}) => object('sighting', { sighting_of_ref: of, ...more })

/** What the library says of who saw a host. */
async function seen(name: string) {
  const { data } = await sightings.list(world.person, indicatorId('Host', name), { limit: 10 })
  return data.map(({ ownerName, seenAt, count, stixId }) => ({ ownerName, seenAt, count, stixId }))
}

async function view(name: string) {
  await lifecycles.tick()
  const { rows } = await world.database.pool.query(
    'select confidence, sighting_count from indicator_view where indicator_id = $1',
    [indicatorId('Host', name)],
  )
  return rows[0]
}

test('LIB-6: a sighting of an indicator counts as a report of its owner, wherever it stands in the bundle, and once', async () => {
  const name = 'seen.example.com'
  const of = host(name)
  const observed = object('observed-data', {
    first_observed: created,
    last_observed: created,
    number_observed: 900,
    object_refs: ['ipv4-addr--00000000-0000-4000-8000-000000000001'],
  })
  const told = sighting(of.id, {
    first_seen: '2026-01-02T00:00:00.000Z',
    last_seen: '2026-01-03T00:00:00.000Z',
    count: 7,
    observed_data_refs: [observed.id],
    where_sighted_refs: ['identity--00000000-0000-4000-8000-000000000002'],
  })
  const undated = sighting(of.id, { created: '2026-01-04T00:00:00.000Z', modified: '2026-01-04T00:00:00.000Z' })
  const answer = await world.bring('Sighting', [told, undated, observed, of])
  expect(answer).toMatchObject({ objects: 4, mapped: 3, kept: 1, types: { sighting: 2 } })
  expect(answer.notMapped).toMatchObject([
    { id: observed.id, reason: expect.stringContaining('a sighting that names it') },
  ])
  const counted = [
    { ownerName: 'Sighting', seenAt: '2026-01-04T00:00:00.000Z', count: 1, stixId: undated.id },
    { ownerName: 'Sighting', seenAt: '2026-01-03T00:00:00.000Z', count: 7, stixId: told.id },
  ]
  expect(await seen(name)).toEqual(counted)
  expect(await view(name)).toMatchObject({ sighting_count: 8 })
  expect(await world.bring('Sighting', [told, undated, observed, of])).toMatchObject({ unchanged: 4, batchId: null })
  // Beside something new, too.
  await world.bring('Sighting', [told, undated, host('other.seen.example.com')])
  expect(await seen(name)).toEqual(counted)

  const corrected = { ...told, modified: later, count: 9, last_seen: '2026-01-05T00:00:00.000Z' }
  expect(await world.bring('Sighting', [corrected])).toMatchObject({ mapped: 1 })
  expect(await seen(name)).toEqual([{ ...counted[1], seenAt: '2026-01-05T00:00:00.000Z', count: 9 }, counted[0]])
  expect(await view(name)).toMatchObject({ sighting_count: 10 })
  const revoked = { ...corrected, modified: '2026-03-01T00:00:00.000Z', revoked: true }
  const taken = await world.bring('Sighting', [revoked])
  expect(taken).toMatchObject({ kept: 1, notMapped: [{ reason: 'It is revoked, so that it counts no more.' }] })
  expect(await seen(name)).toEqual([counted[0]])
  expect(await view(name)).toMatchObject({ sighting_count: 1 })
  // A version from before brings nothing back.
  await world.bring('Sighting', [told])
  expect(await seen(name)).toEqual([counted[0]])
})

test('LIB-6: a sighting counts also in a bundle of more types than its account tells apart', async () => {
  const of = host('rare.example.com')
  const rare = Array.from({ length: kindsMax + 1 }, (_, number) => object(`x-rare-${number}`, {}))
  const { kinds } = await world.bring('Rare', [...rare, of, sighting(of.id, { last_seen: created, count: 2 })])
  expect(kinds.map(({ type }) => type)).not.toContain('sighting')
  expect(await seen('rare.example.com')).toMatchObject([{ count: 2 }])
})

test('LIB-6: a sighting waits for an indicator of a later bundle, which need not bring it again', async () => {
  const of = host('awaited.example.com')
  const told = sighting(of.id, { last_seen: '2026-01-03T00:00:00.000Z', count: 3 })
  const first = await world.bring('Waiting', [told])
  expect(first).toMatchObject({ mapped: 0, kept: 1 })
  expect(first.notMapped[0]?.reason).toBe(`Its ${of.id} is not in the library; it counts once it is.`)
  expect(first.kinds).toMatchObject([
    { reasons: [{ reason: 'Its indicator is not in the library; it counts once it is.', count: 1 }] },
  ])
  // Another owner's indicator of this id is not the one that was meant.
  await world.bring('Not waiting', [of])
  expect(await seen('awaited.example.com')).toEqual([])
  await world.bring('Waiting', [of])
  const counted = [{ ownerName: 'Waiting', seenAt: '2026-01-03T00:00:00.000Z', count: 3, stixId: told.id }]
  expect(await seen('awaited.example.com')).toEqual(counted)
  expect(await world.bring('Waiting', [told, of])).toMatchObject({ unchanged: 2, batchId: null })
  // An indicator of an earlier bundle is found, too.
  const again = sighting(of.id, { last_seen: '2026-01-02T00:00:00.000Z' })
  expect(await world.bring('Waiting', [again])).toMatchObject({ mapped: 1, kept: 0 })
  expect(await seen('awaited.example.com')).toHaveLength(2)
})

test('LIB-6: a sighting and its indicator that come at the same time never miss each other', async () => {
  await world.owner('Together')
  for (let turn = 0; turn < 10; turn++) {
    const name = `together${turn}.example.com`
    const of = host(name)
    await Promise.all([world.bring('Together', [sighting(of.id)]), world.bring('Together', [of])])
    expect(await seen(name)).toHaveLength(1)
  }
})

test('LIB-6: a sighting of STIX 2.0 counts, and so does that of a file by each of its hashes', async () => {
  const [md5, sha1] = ['0123456789abcdef0123456789abcdee', '0123456789abcdef0123456789abcdef01234560']
  const {
    spec_version: _,
    pattern_type: __,
    ...of
  } = indicator(`[file:hashes.MD5 = '${md5}' AND file:hashes.'SHA-1' = '${sha1}']`) as ReturnType<typeof host> & {
    pattern_type: string
  }
  const { spec_version: ___, ...told } = sighting(of.id, { last_seen: created })
  const answer = await world.bring('Old', [told, { ...of, labels: ['malicious-activity'] }], '2.0')
  expect(answer).toMatchObject({ specVersion: '2.0', mapped: 2 })
  for (const hash of [md5, sha1]) {
    const { data } = await sightings.list(world.person, indicatorId('File', hash), { limit: 10 })
    expect(data).toMatchObject([{ stixId: told.id, count: 1 }])
  }
})

test('LIB-6: what is no sighting of one value stays a text with its reason', async () => {
  const [one, whole, two] = [
    host('uncounted.example.com'),
    indicator("[url:value MATCHES '^x']"),
    indicator("[domain-name:value = 'a.uncounted.example.com'] OR [domain-name:value = 'b.uncounted.example.com']"),
  ]
  const malware = object('malware', { name: 'M', is_family: true })
  const expected = new Map([
    [sighting(one.id, { summary: true }), 'It sums up other sightings, and is none of its own.'],
    [sighting(one.id, { count: 0 }), 'Its count is 0: it says that nothing was seen.'],
    [sighting(one.id, { revoked: true }), 'It is revoked, so that it counts no more.'],
    [sighting(malware.id), 'It is of no indicator; only sightings of indicators count.'],
    [sighting(whole.id), `The pattern of ${whole.id} is kept whole, so that it is of no value.`],
    [sighting(two.id), `Its ${two.id} has 2 values, and it does not say which of them was seen.`],
  ])
  const answer = await world.bring('Uncounted', [one, whole, two, malware, ...expected.keys()])
  expect(answer).toMatchObject({ mapped: 4, kept: 6, refused: 0 })
  expect(new Map(answer.notMapped.map(({ id, reason }) => [id, reason]))).toEqual(
    new Map([...expected].map(([{ id }, reason]) => [id, reason])),
  )
  const { rows } = await world.database.pool.query('select 1 from sighting where owner_id = $1', [
    await world.owner('Uncounted'),
  ])
  expect(rows).toEqual([])
})

test('LIB-6: count and time of a sighting have the bounds of those that come one by one', async () => {
  expect(stixSightingCountMax).toBe(limits.sightingCountMax)
  const of = host('bounded.example.com')
  const bounds = { first_seen: '1960-01-01T00:00:00.000Z' }
  const many = sighting(of.id, { count: 999_999_999, ...bounds, last_seen: '1960-01-02T00:00:00.000Z' })
  const ahead = sighting(of.id, { last_seen: '2999-01-01T00:00:00.000Z' })
  const answer = await world.bring('Bounded', [of, many, ahead])
  expect(answer.notMapped).toMatchObject([
    { id: many.id, outcome: 'mapped', reason: 'Its count of 999999999 is taken as the 1000000 that are permitted.' },
  ])
  const [newest, oldest] = await seen('bounded.example.com')
  expect(Date.parse(newest?.seenAt ?? '')).toBeLessThanOrEqual(Date.now())
  expect(oldest).toMatchObject({ seenAt: '1970-01-01T00:00:00.000Z', count: 1_000_000 })
})

test('LIB-6: a sighting of an indicator that an exclusion list blocks waits with it', async () => {
  const { id } = await world.exclusions.create(world.person, { name: 'Blocking' })
  await world.exclusions.writeEntries(world.person, id, Buffer.from('{"entries":[{"entry":".blocked.example"}]}'))
  const of = host('www.blocked.example')
  const told = sighting(of.id)
  const answer = await world.bring('Blocked', [told, of])
  expect(answer).toMatchObject({ mapped: 0, kept: 1, refused: 1 })
  expect(answer.notMapped.find(({ type }) => type === 'sighting')?.reason).toContain('The exclusion list Blocking')
  await world.exclusions.remove(world.person, id)
  expect(await world.bring('Blocked', [of])).toMatchObject({ mapped: 1 })
  expect(await seen('www.blocked.example')).toMatchObject([{ stixId: told.id }])
})

test('LIB-6: a sighting that came in goes out again as it came, and not twice', async () => {
  const of = host('round.example.com')
  const sent = [of, sighting(of.id, { count: 2, last_seen: created, x_more: [1] }), sighting(of.id, { summary: true })]
  await world.bring('Round', sent)
  const options = { tlpMax: 'RED', format: '2.1' } as const
  const out = await world.stix.exportOwner(world.person, await world.owner('Round'), options)
  const { objects, x_postern_account: account } = JSON.parse(await text(out)) as {
    objects: object[]
    x_postern_account: object
  }
  expect(objects).toEqual(sent)
  expect(account).toEqual({ objects: 3, leftOut: {} })
  expect(await world.bring('Round again', Buffer.from(JSON.stringify({ type: 'bundle', objects })))).toMatchObject({
    mapped: 2,
    kept: 1,
  })
  expect(await seen('round.example.com')).toHaveLength(2)
})

test('LIB-6: with an owner, its sightings go', async () => {
  const name = 'leaving.example.com'
  const of = host(name)
  await world.send('Staying', { indicator: [{ type: 'Host', summary: name, confidence: 50 }] })
  await world.bring('Leaving', [of, sighting(of.id, { last_seen: new Date().toISOString() })])
  expect(await view(name)).toMatchObject({ sighting_count: 1, confidence: 52 })
  const { db } = world.database
  const removal = createOwnerRemoval({ db, clock: world.clock, audit: new Audit(), onTouched: () => {} })
  await removal.start(world.person, await world.owner('Leaving'))
  while ((await removal.tick()) > 0);
  expect(await view(name)).toMatchObject({ sighting_count: 0, confidence: 50 })
})

test('S1: sightings that a STIX feed forges move what others assert by their bounds, and nothing that is protected or that it alone asserts', async () => {
  const [asserted, guarded, own] = ['asserted', 'protected', 'own'].map((name) => host(`${name}.forged.example`))
  const nameOf = (label: string) => `${label}.forged.example`
  for (const label of ['asserted', 'protected'])
    await world.send('Honest', { indicator: [{ type: 'Host', summary: nameOf(label), confidence: 50, rating: 3 }] })
  await world.database.pool.query(
    `with list as (
       insert into exclusion_list (organization_id, name, kind, matching, mode, at_import, at_export)
       values ($1, 'Ours', 'protected', 'value', 'block', false, true) returning id
     ) insert into excluded_indicator (organization_id, indicator_id, list_id, entry, blocks_export) select $1, $2, id, $3, true from list`,
    [world.organizationId, indicatorId('Host', nameOf('protected')), nameOf('protected')],
  )
  await world.bring(
    'Forger',
    [asserted, guarded, own].map((of) => ({ ...of, confidence: 40 })),
  )
  const of = async (label: string) => {
    const { rows } = await world.database.pool.query<{ owner: string; confidence: number }>(
      `select o.name as owner, a.confidence from assertion a join owner o on o.id = a.owner_id where a.indicator_id = $1 order by o.name`,
      [indicatorId('Host', nameOf(label))],
    )
    return Object.fromEntries(rows.map(({ owner, confidence }) => [owner, confidence]))
  }
  const now = Date.now()
  const places = Array.from(
    { length: 30 },
    (_, number) => `identity--00000000-0000-4000-9000-${String(number).padStart(12, '0')}`,
  )
  const forged = Array.from({ length: 14 }, (_, days) =>
    [asserted, guarded, own].flatMap((target) =>
      places.map((place) =>
        sighting(target?.id ?? '', {
          last_seen: new Date(now - days * day).toISOString(),
          count: 1000,
          where_sighted_refs: [place],
        }),
      ),
    ),
  )
  await world.bring('Forger', forged[0] ?? [])
  await lifecycles.tick()
  // One a day, wherever it is said to have been.
  expect(await of('asserted')).toEqual({ Forger: 40, Honest: 52 })
  await world.bring('Forger', forged.flat())
  await lifecycles.tick()
  expect(await of('asserted')).toEqual({ Forger: 40, Honest: 70 })
  expect(await of('protected')).toEqual({ Forger: 40, Honest: 50 })
  expect(await of('own')).toEqual({ Forger: 40 })
})
