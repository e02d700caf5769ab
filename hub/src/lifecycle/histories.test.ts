import { indicatorId, lifecycle } from '@postern/intel'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { statementsOf } from '../database/statements.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { createSightings, type Sightings } from '../sightings/sightings.ts'
import { readFacts } from './facts.ts'
import { createLifecycles, type Lifecycles } from './lifecycle.ts'

let library: TestLibrary
let lifecycles: Lifecycles
let otherHub: Lifecycles
let sightings: Sightings

beforeAll(async () => {
  library = await createTestLibrary()
  const { db } = library.database
  const parts = { db, clock: library.clock, audit: new Audit(), onTouched: () => {} }
  lifecycles = createLifecycles(parts)
  otherHub = createLifecycles(parts)
  sightings = createSightings({ ...parts, owners: library.owners })
})
afterAll(async () => {
  await library.close()
})

const soak = process.env['POSTERN_SOAK'] === '1'
const hour = 3_600_000
const owners = ['Feed A', 'Feed B', 'Sensors']
const hosts = Array.from({ length: 5 }, (_, n) => `history${n}.example.org`)
const idOf = (name: string) => indicatorId('Host', name)

type Step =
  | { kind: 'wait'; hours: number }
  | { kind: 'say'; owner: string; items: { host: string; fields: Record<string, unknown> }[]; isDelete: boolean }
  | {
      kind: 'rules'
      owner: string
      intervalHours: number
      amount: number
      isPercent: boolean
      givesConfidence: boolean
      atMinimum: AtMinimum
    }
  | { kind: 'no rules'; owner: string }
  | { kind: 'sighting'; owner: string; host: string; hoursAgo: number }
  | { kind: 'alert'; hosts: string[]; xid: number; hoursAgo: number }
  | { kind: 'no alert'; xid: number }
  | { kind: 'false positive'; host: string; reporter: string }
  | {
      kind: 'decide'
      host: string
      wanted: { status?: Status; rating?: number; confidence?: number }
      hours: number | null
    }
  | { kind: 'undecide'; host: string }
type AtMinimum = 'nothing' | 'inactive' | 'delete'
type Status = 'Active' | 'Whitelisted' | 'Review'

const host = fc.constantFrom(...hosts)
const owner = fc.constantFrom(...owners)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const fields = fc
  .record({
    confidence: maybe(fc.integer({ min: 0, max: 100 })),
    rating: maybe(fc.constantFrom(0, 2.2, 5)),
    status: maybe(fc.constantFrom('Active', 'Review', 'Indirect')),
    active: maybe(fc.boolean()),
    tag: maybe(fc.constantFrom([{ name: 'a' }], [{ name: 'b' }])),
    expiresInHours: maybe(fc.integer({ min: -50, max: 2000 })),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 1500 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      owner,
      items: fc.array(fc.record({ host, fields }), { minLength: 1, maxLength: 5 }),
      isDelete: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rules' as const),
      owner,
      intervalHours: fc.constantFrom(1, 24, 240),
      amount: fc.integer({ min: 1, max: 60 }),
      isPercent: fc.boolean(),
      givesConfidence: fc.boolean(),
      atMinimum: fc.constantFrom<AtMinimum>('nothing', 'inactive', 'delete'),
    }),
  },
  fc.record({ kind: fc.constant('no rules' as const), owner }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sighting' as const), owner, host, hoursAgo: fc.nat(100) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('alert' as const),
      hosts: fc.uniqueArray(host, { minLength: 1 }),
      xid: fc.nat(5),
      hoursAgo: fc.nat(100),
    }),
  },
  fc.record({ kind: fc.constant('no alert' as const), xid: fc.nat(5) }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('false positive' as const),
      host,
      reporter: fc.constantFrom('pat', 'sam'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      host,
      wanted: fc.oneof(
        fc.record({ status: fc.constantFrom<Status>('Active', 'Whitelisted', 'Review') }),
        fc.record({ rating: fc.constantFrom(0, 3.3) }),
        fc.record({ confidence: fc.integer({ min: 0, max: 100 }) }),
      ),
      hours: fc.option(fc.integer({ min: 1, max: 2000 })),
    }),
  },
  fc.record({ kind: fc.constant('undecide' as const), host }),
)

test('LIB-9: after any history the columns hold what the function says, line by line, and the view what the columns say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await forget()
      // Later than what the database itself calls now.
      let now = Date.now() + hour
      library.clock.set(new Date(now))
      for (const each of steps) {
        if (each.kind === 'wait') now += each.hours * hour
        library.clock.set(new Date(now))
        await take(each, now)
        // What people and batches do is in force at once, but for what is left to the worker: sightings of alerts, new rules, time.
        await lifecycles.tick()
        await checkColumns(new Date(now))
      }
    }),
    { numRuns: soak ? 200 : 8 },
  )
})

test('LIB-9: two hubs and the batches of three owners at once wait for each other in no ring, and end where one alone would', async () => {
  await forget()
  const now = Date.now() + hour
  library.clock.set(new Date(now))
  const value = (n: number) => `racing${n}.example.org`
  const count = soak ? 2000 : 300
  const numbers = Array.from({ length: count }, (_, n) => n)
  for (const name of owners) {
    const rule = {
      indicatorType: '*',
      intervalHours: 24,
      amount: 7,
      isPercent: false,
      confidenceStart: 100,
      givesConfidence: true,
    }
    const rules = [{ ...rule, atMinimum: name === 'Sensors' ? ('delete' as const) : ('inactive' as const) }]
    await lifecycles.rules.replace(library.person, await library.owner(name), { rules })
  }
  const done = new AbortController()
  const work = async (hub: Lifecycles) => {
    while (!done.signal.aborted) await hub.tick()
  }
  const workers = [work(lifecycles), work(otherHub)]
  await Promise.all(
    owners.map(async (name, which) => {
      for (let round = 0; round < 6; round += 1) {
        const order = which % 2 === 0 ? numbers : numbers.toReversed()
        const indicator = order.map((n) => ({ type: 'Host', summary: value(n), confidence: 20 + ((n + round) % 80) }))
        await library.send(name, { indicator })
        await library.send(name, { indicator: indicator.slice(0, 50) }, { action: 'Delete' })
        library.clock.set(new Date(now + round * 30 * hour))
      }
    }),
  )
  done.abort()
  await Promise.all(workers)
  library.clock.set(new Date(now + 500 * hour))
  await lifecycles.tick()
  await checkColumns(new Date(now + 500 * hour))
  expect(library.errors).toEqual([])
})

async function forget(): Promise<void> {
  const tables = ['sighting', 'false_positive', 'decision', 'deprecation_rule', 'lifecycle_pass', 'lifecycle_pending']
  for (const table of [...tables, 'library_group', 'assertion', 'indicator_view'])
    await library.database.pool.query(`delete from ${table}`)
}

async function take(each: Step, now: number): Promise<void> {
  const ago = (hours: number) => new Date(now - hours * hour).toISOString()
  const isThere = async (name: string) =>
    (await library.database.pool.query('select 1 from indicator_view where indicator_id = $1', [idOf(name)]))
      .rowCount === 1
  switch (each.kind) {
    case 'wait':
      return
    case 'say': {
      const indicator = each.items.map(({ host: summary, fields: { expiresInHours, ...rest } }) => ({
        type: 'Host',
        summary,
        ...rest,
        ...(expiresInHours === undefined ? {} : { externalDateExpires: ago(-Number(expiresInHours)) }),
      }))
      await library.send(each.owner, { indicator }, { action: each.isDelete ? 'Delete' : 'Create' })
      return
    }
    case 'rules': {
      const { owner: name, kind: _kind, ...rule } = each
      const rules = [{ ...rule, indicatorType: '*', confidenceStart: 60 }]
      await lifecycles.rules.replace(library.person, await library.owner(name), { rules })
      return
    }
    case 'no rules':
      await lifecycles.rules.replace(library.person, await library.owner(each.owner), { rules: [] })
      return
    case 'sighting':
      await library.owner(each.owner)
      if (await isThere(each.host))
        await sightings.report(library.person, idOf(each.host), { owner: each.owner, seenAt: ago(each.hoursAgo) })
      return
    case 'alert': {
      const xid = `alert ${each.xid}`
      await library.send('Sensors', {
        group: [{ type: 'Event', eventType: 'Sighting', name: xid, xid, eventDate: ago(each.hoursAgo) }],
        indicator: each.hosts.map((summary) => ({ type: 'Host', summary, associatedGroups: [{ groupXid: xid }] })),
      })
      return
    }
    case 'no alert': {
      const xid = `alert ${each.xid}`
      await library.send('Sensors', { group: [{ type: 'Event', name: xid, xid }] }, { action: 'Delete' })
      return
    }
    case 'false positive': {
      const reporter = { ...library.person, name: each.reporter }
      if (await isThere(each.host)) await sightings.reportFalsePositive(reporter, idOf(each.host), {})
      return
    }
    case 'decide': {
      if (!(await isThere(each.host))) return
      const until = each.hours === null ? {} : { until: new Date(now + each.hours * hour).toISOString() }
      await lifecycles.decisions.decide(library.person, idOf(each.host), { ...each.wanted, ...until, reason: 'random' })
      return
    }
    case 'undecide': {
      const { rowCount } = await library.database.pool.query('select 1 from decision where indicator_id = $1', [
        idOf(each.host),
      ])
      if (rowCount === 1) await lifecycles.decisions.takeBack(library.person, idOf(each.host))
    }
  }
}

/** Columns against the function, the function's terms against their sum, the view against a computation from scratch. */
async function checkColumns(now: Date): Promise<void> {
  const { rows } = await library.database.pool.query<{ id: string }>(
    'select distinct indicator_id as id from assertion',
  )
  const wanted = {
    organizationId: library.organizationId,
    indicatorIds: rows.map(({ id }) => id),
    lock: false,
    now,
  }
  for (const { stored, facts } of await readFacts(statementsOf(library.database.db), wanted)) {
    const { said, nextChangeAt, ...columns } = stored
    const judged = lifecycle(facts, now.getTime())
    expect(columns).toEqual(judged.inForce)
    expect(nextChangeAt).toEqual(judged.nextChangeAt)
    expect(judged.isOver).toBe(false)
    expect(judged.terms.reduce((sum, term) => sum + term.confidenceChange, 0)).toBe(columns.confidence ?? 0)
    for (const value of Object.values(said ?? {})) expect(Object.values({ ...facts.said })).toContainEqual(spelt(value))
  }
  const differences = await library.database.pool.query(`
    with computed as (
      select a.indicator_id, max(a.rating) as rating, max(a.confidence) as confidence,
        bool_or(a.active and a.status in ('Active', 'Indirect')) as active, array_agg(a.owner_id order by a.owner_id) as owner_ids,
        (select coalesce(sum(s.count), 0)::int from sighting s where s.indicator_id = a.indicator_id) as sighting_count,
        (select max(s.seen_at) from sighting s where s.indicator_id = a.indicator_id) as last_sighted,
        (select count(*)::int from false_positive f where f.indicator_id = a.indicator_id) as false_positive_count
      from assertion a group by a.indicator_id
    ), seen as (
      select indicator_id, rating, confidence, active, owner_ids, sighting_count, last_sighted, false_positive_count from indicator_view
    )
    (select 'computed' as of, * from computed except select 'computed', * from seen)
    union all (select 'seen', * from seen except select 'seen', * from computed)`)
  expect(differences.rows).toEqual([])
}

/** Of the owner's words that are kept beside the columns, instants are texts. */
function spelt(value: unknown): unknown {
  return typeof value === 'string' && value.includes('T') ? Date.parse(value) : value
}
