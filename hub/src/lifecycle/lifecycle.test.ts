import { indicatorId } from '@postern/intel'
import { DeprecationRule, ReportSighting } from '@postern/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { createSightings, type Sightings } from '../sightings/sightings.ts'
import { createLifecycles, type Lifecycles } from './lifecycle.ts'

let library: TestLibrary
let lifecycles: Lifecycles
let sightings: Sightings
let begin: number
let made = 0

beforeAll(async () => {
  library = await createTestLibrary()
  const { db } = library.database
  const parts = { db, clock: library.clock, audit: new Audit(), onTouched: () => {} }
  lifecycles = createLifecycles(parts)
  sightings = createSightings({ ...parts, owners: library.owners })
})
afterAll(async () => {
  await library.close()
})
beforeEach(async () => {
  const tables = ['sighting', 'false_positive', 'decision', 'deprecation_rule', 'lifecycle_pass', 'lifecycle_pending']
  for (const table of [...tables, 'library_group', 'assertion', 'indicator_view'])
    await library.database.pool.query(`delete from ${table}`)
  // After what the database itself calls now: batches of owners without rules bear its time.
  begin = Date.now() + 60_000
  await at(0)
})

const day = 86_400_000
const rule: DeprecationRule = {
  indicatorType: '*',
  intervalHours: 24,
  amount: 10,
  isPercent: false,
  confidenceStart: 100,
  givesConfidence: true,
  atMinimum: 'inactive',
}

/** Lets the clock stand so many days after the test's beginning, and the worker do what is due then. */
async function at(days: number): Promise<void> {
  library.clock.set(new Date(begin + days * day))
  await lifecycles.tick()
}

function host(): { name: string; id: string } {
  made += 1
  const name = `lifecycle${made}.example.org`
  return { name, id: indicatorId('Host', name) }
}

const send = (owner: string, summary: string, fields: object = {}) =>
  library.send(owner, { indicator: [{ type: 'Host', summary, ...fields }] })

async function rules(owner: string, ...wanted: DeprecationRule[]): Promise<void> {
  await lifecycles.rules.replace(library.person, await library.owner(owner), { rules: wanted })
}

/** An owner's assertion as its columns hold it. */
async function stored(owner: string, id: string) {
  const { rows } = await library.database.pool.query(
    `select a.rating, a.confidence, a.status, a.active, a.expires, a.said from assertion a join owner o on o.id = a.owner_id
     where o.name = $1 and a.indicator_id = $2`,
    [owner, id],
  )
  return rows[0]
}

async function view(id: string) {
  const { rows } = await library.database.pool.query(
    'select confidence, rating, active, sighting_count, false_positive_count from indicator_view where indicator_id = $1',
    [id],
  )
  return rows[0]
}

describe('FD-9: deprecation of what an owner does not repeat', () => {
  test('FD-9: a rule ages old and new assertions alike, and its removal brings the owner’s word back', async () => {
    const [old, young] = [host(), host()]
    await send('Aging', old.name, { confidence: 80 })
    await at(2)
    await rules('Aging', rule)
    await send('Aging', young.name, { confidence: 80 })
    await at(2)
    expect(await stored('Aging', old.id)).toMatchObject({ confidence: 60, said: { confidence: 80 } })
    expect(await stored('Aging', young.id)).toMatchObject({ confidence: 80, said: null })
    await at(3)
    expect((await stored('Aging', old.id)).confidence).toBe(50)
    expect((await stored('Aging', young.id)).confidence).toBe(70)
    expect((await view(young.id)).confidence).toBe(70)
    await rules('Aging')
    await at(3)
    expect(await stored('Aging', old.id)).toMatchObject({ confidence: 80, said: null })
  })

  test('FD-9: a rule of a type comes before the one for all, and only its own type’s assertions follow it', async () => {
    const { name, id } = host()
    await rules('Typed', rule, { ...rule, indicatorType: 'Host', amount: 50 })
    await send('Typed', name, { confidence: 80 })
    await library.send('Typed', { indicator: [{ type: 'Address', summary: '192.0.2.77', confidence: 80 }] })
    await at(1)
    expect((await stored('Typed', id)).confidence).toBe(30)
    expect((await stored('Typed', indicatorId('Address', '192.0.2.77'))).confidence).toBe(70)
  })

  test('FD-9: at the minimum it is inactive, or deleted with a tombstone, or nothing more', async () => {
    const [inactive, gone, kept] = [host(), host(), host()]
    await rules('Inactive', rule)
    await rules('Deleting', { ...rule, atMinimum: 'delete' })
    await rules('Keeping', { ...rule, atMinimum: 'nothing' })
    await send('Inactive', inactive.name, { confidence: 20 })
    await send('Deleting', gone.name, { confidence: 20, attribute: [{ type: 'Description', value: 'x' }] })
    await send('Keeping', kept.name, { confidence: 20 })
    await at(2)
    expect(await stored('Inactive', inactive.id)).toMatchObject({ confidence: 0, active: false })
    expect(await view(inactive.id)).toMatchObject({ active: false })
    expect(await stored('Deleting', gone.id)).toBeUndefined()
    expect(await view(gone.id)).toBeUndefined()
    expect(await stored('Keeping', kept.id)).toMatchObject({ confidence: 0, active: true })
    const { rows } = await library.database.pool.query(
      `select (select count(*)::int from tombstone where indicator_id = $1) as tombstones,
         (select count(*)::int from assertion_attribute where indicator_id = $1) as attributes`,
      [gone.id],
    )
    expect(rows).toEqual([{ tombstones: 1, attributes: 0 }])
    const again = await send('Deleting', gone.name, { confidence: 20 })
    expect(again.created).toBe(1)
  })

  test('FD-9: an owner’s repeated word begins anew, at most once in an eighth of the interval, and stays unchanged', async () => {
    const { name, id } = host()
    await rules('Repeating', { ...rule, intervalHours: 240 })
    await send('Repeating', name, { confidence: 80 })
    await at(1)
    const written = async () =>
      (await library.database.pool.query('select xmin::text from assertion where indicator_id = $1', [id])).rows[0].xmin
    const before = await written()
    expect((await send('Repeating', name, { confidence: 80 })).unchanged).toBe(1)
    expect(await written()).toBe(before)
    await at(9)
    expect((await send('Repeating', name, { confidence: 80 })).unchanged).toBe(1)
    expect(await written()).not.toBe(before)
    await at(11)
    expect((await stored('Repeating', id)).confidence).toBe(80)
    await at(19)
    expect((await stored('Repeating', id)).confidence).toBe(70)
    expect((await send('Repeating', name, { confidence: 80 })).unchanged).toBe(1)
    expect(await stored('Repeating', id)).toMatchObject({ confidence: 80, said: null })
  })

  test('FD-9: an update that says only a tag takes the deprecated confidence neither for the owner’s word nor as said anew', async () => {
    const { name, id } = host()
    await rules('Tagging', rule)
    await send('Tagging', name, { confidence: 80 })
    await at(3)
    await send('Tagging', name, { tag: [{ name: 'new' }] })
    expect(await stored('Tagging', id)).toMatchObject({ confidence: 50, said: { confidence: 80 } })
    await at(4)
    expect(await stored('Tagging', id)).toMatchObject({ confidence: 40, said: { confidence: 80 } })
    // The same tag again says no confidence either.
    await send('Tagging', name, { tag: [{ name: 'new' }] })
    expect((await stored('Tagging', id)).confidence).toBe(40)
    await send('Tagging', name, { confidence: 90 })
    expect(await stored('Tagging', id)).toMatchObject({ confidence: 90, said: null })
    await at(5)
    expect((await stored('Tagging', id)).confidence).toBe(80)
  })

  test('FD-9: what never had a confidence begins at the rule’s start, and is said anew by anything its owner says', async () => {
    const { name, id } = host()
    await rules('Silent', { ...rule, confidenceStart: 70 })
    await send('Silent', name)
    expect(await stored('Silent', id)).toMatchObject({ confidence: 70, said: { confidence: null } })
    await at(2)
    expect((await stored('Silent', id)).confidence).toBe(50)
    await send('Silent', name, { tag: [{ name: 'still there' }] })
    expect((await stored('Silent', id)).confidence).toBe(70)
    await at(4)
    await send('Silent', name, { tag: [{ name: 'still there' }] })
    expect((await stored('Silent', id)).confidence).toBe(70)
  })

  test('FD-9: a rule that gives no confidence ends what has none in its time, and puts nothing into a query of confidence', async () => {
    const [silent, spoken] = [host(), host()]
    await send('Unseen', silent.name)
    await send('Unseen', spoken.name, { confidence: 80 })
    const { givesConfidence: _, ...asSent } = rule
    await rules('Unseen', DeprecationRule.parse(asSent))
    await at(9)
    expect(await stored('Unseen', silent.id)).toMatchObject({ confidence: null, active: true, said: null })
    expect(await stored('Unseen', spoken.id)).toMatchObject({ confidence: 0, active: false })
    expect(await view(silent.id)).toMatchObject({ confidence: null, active: true })
    await at(10)
    expect(await stored('Unseen', silent.id)).toMatchObject({ confidence: null, active: false, said: { active: true } })
    expect(await view(silent.id)).toMatchObject({ confidence: null, active: false })
    // What its owner says again begins anew.
    await send('Unseen', silent.name, { tag: [{ name: 'still there' }] })
    expect(await stored('Unseen', silent.id)).toMatchObject({ confidence: null, active: true })
    await at(19)
    expect(await stored('Unseen', silent.id)).toMatchObject({ active: true })
    await at(20)
    expect(await stored('Unseen', silent.id)).toMatchObject({ active: false })
  })

  test('FD-9: a thousand assertions of an owner without rules are written once and looked at never', async () => {
    const indicator = Array.from({ length: 1000 }, (_, n) => ({ type: 'Host', summary: `plain${n}.example.org` }))
    await library.send('Plain', { indicator })
    const { rows } = await library.database.pool.query(
      'select count(*)::int from assertion where next_change_at is not null or stated_at is not null or said is not null',
    )
    expect(rows).toEqual([{ count: 0 }])
    expect(await lifecycles.tick()).toBe(0)
  })

  test('refuses two rules of one type, an unknown type and another organization’s owner', async () => {
    const ownerId = await library.owner('Refused')
    const put = (...wanted: DeprecationRule[]) => lifecycles.rules.replace(library.person, ownerId, { rules: wanted })
    await expect(put(rule, rule)).rejects.toThrow('there are two for *')
    await expect(put({ ...rule, indicatorType: 'Hosts' })).rejects.toThrow('no indicator type Hosts')
    const stranger = { ...library.person, organizationId: '999' }
    await expect(lifecycles.rules.get(stranger, ownerId)).rejects.toThrow('no such owner')
  })
})

describe('LIB-2: status', () => {
  test('LIB-2: an owner’s default is the status of what it asserts without saying one', async () => {
    const [silent, said] = [host(), host()]
    const ownerId = await library.owner('Doubtful')
    const changed = await library.owners.change(library.person, ownerId, { statusDefault: 'Review' })
    expect(changed).toMatchObject({ statusDefault: 'Review', kind: 'Source' })
    await send('Doubtful', silent.name)
    await send('Doubtful', said.name, { status: 'Active' })
    expect(await stored('Doubtful', silent.id)).toMatchObject({ status: 'Review' })
    expect(await view(silent.id)).toMatchObject({ active: false })
    expect(await view(said.id)).toMatchObject({ active: true })
  })

  test('LIB-9: what expires is Expired and inactive at that instant, also in a batch that comes too late', async () => {
    const [later, late] = [host(), host()]
    const instant = (days: number) => new Date(begin + days * day).toISOString()
    await send('Expiring', later.name, { externalDateExpires: instant(5) })
    await send('Expiring', late.name, { externalDateExpires: instant(-1) })
    expect(await stored('Expiring', late.id)).toMatchObject({ status: 'Expired', active: false })
    expect(await view(late.id)).toMatchObject({ active: false })
    await at(4.9)
    expect(await view(later.id)).toMatchObject({ active: true })
    await at(5)
    expect(await stored('Expiring', later.id)).toMatchObject({ status: 'Expired', active: false })
    expect(await view(later.id)).toMatchObject({ active: false })
    await send('Expiring', later.name, { externalDateExpires: instant(9) })
    expect(await stored('Expiring', later.id)).toMatchObject({ status: 'Active', active: true, said: null })
  })
})

describe('D28: a person’s decision', () => {
  const decide = (id: string, wanted: object) =>
    lifecycles.decisions.decide(library.person, id, { reason: 'we run it', ...wanted })

  test('LIB-9: wins over what all owners say, also over what comes later, until it is taken back', async () => {
    const { name, id } = host()
    await send('One', name, { confidence: 80, rating: 4 })
    await send('Two', name, { confidence: 30 })
    expect(await decide(id, { status: 'Whitelisted', confidence: 5 })).toMatchObject({
      status: 'Whitelisted',
      decidedBy: 'pat',
    })
    expect(await stored('One', id)).toMatchObject({ status: 'Whitelisted', confidence: 5, rating: 4 })
    expect(await view(id)).toMatchObject({ active: false, confidence: 5 })
    // One owner says it again in other words, and a third one says it for the first time.
    await send('Two', name, { status: 'Active', confidence: 90 })
    await send('Three', name, { confidence: 99 })
    expect(await stored('Two', id)).toMatchObject({ status: 'Whitelisted', confidence: 5 })
    expect(await stored('Three', id)).toMatchObject({ status: 'Whitelisted', confidence: 5, said: { confidence: 99 } })
    expect(await view(id)).toMatchObject({ active: false, confidence: 5 })
    await lifecycles.decisions.takeBack(library.person, id)
    expect(await stored('Two', id)).toMatchObject({ status: 'Active', confidence: 90, said: null })
    expect(await view(id)).toMatchObject({ active: true, confidence: 99, rating: 4 })
    await expect(lifecycles.decisions.get(library.person, id)).rejects.toThrow('no such decision')
  })

  test('LIB-9: ends by itself, and keeps a rule from deleting while it holds', async () => {
    const { name, id } = host()
    await rules('Ruled', { ...rule, atMinimum: 'delete' })
    await send('Ruled', name, { confidence: 20 })
    await decide(id, { status: 'Active', until: new Date(begin + 10 * day).toISOString() })
    await at(9)
    expect(await stored('Ruled', id)).toMatchObject({ status: 'Active', active: true, confidence: 0 })
    await at(10)
    expect(await stored('Ruled', id)).toBeUndefined()
  })

  test('LIB-9: is shown nowhere from its end on, also before its end has been worked in', async () => {
    const { name, id } = host()
    await send('One', name)
    await decide(id, { rating: 5, until: new Date(begin + 10 * day).toISOString() })
    const shown = async () => (await library.library.detail(library.person, id)).decision
    expect(await shown()).toMatchObject({ rating: 5 })
    library.clock.set(new Date(begin + 10 * day))
    expect(await shown()).toBeNull()
    await expect(lifecycles.decisions.get(library.person, id)).rejects.toThrow('decision')
  })

  test('LIB-9: brings what only an alert saw into exports', async () => {
    const { name, id } = host()
    await library.owners.change(library.person, await library.owner('Alerts'), { statusDefault: 'Review' })
    await send('Alerts', name)
    expect(await view(id)).toMatchObject({ active: false })
    await decide(id, { status: 'Active' })
    expect(await view(id)).toMatchObject({ active: true })
  })

  test('is refused without anything to fix, without a reason, with an end that has passed, and for an unknown indicator', async () => {
    const { name, id } = host()
    await send('One', name)
    await expect(decide(id, {})).rejects.toThrow('at least one')
    await expect(decide(id, { rating: 1, reason: ' ' })).rejects.toThrow('say why')
    await expect(decide(id, { rating: 1, until: '2001-01-01T00:00:00Z' })).rejects.toThrow('ended already')
    await expect(decide(host().id, { rating: 1 })).rejects.toThrow('no such indicator')
    const stranger = { ...library.person, organizationId: '999' }
    await expect(lifecycles.decisions.decide(stranger, id, { reason: 'not mine', rating: 1 })).rejects.toThrow(
      'no such indicator',
    )
  })
})

describe('LIB-9: sightings and false positives', () => {
  test('LIB-9: a sighting moves what others assert and not what its reporter does, once a day, and is counted', async () => {
    const { name, id } = host()
    await send('Feed', name, { confidence: 50 })
    await send('Sensors', name, { confidence: 40 })
    for (const count of [1, 3]) await sightings.report(library.person, id, { owner: 'Sensors', count })
    expect((await stored('Feed', id)).confidence).toBe(52)
    expect((await stored('Sensors', id)).confidence).toBe(40)
    expect(await view(id)).toMatchObject({ sighting_count: 4, confidence: 52 })
    await at(1)
    await sightings.report(library.person, id, { owner: 'Sensors' })
    expect((await stored('Feed', id)).confidence).toBe(54)
    await at(91.5)
    expect((await stored('Feed', id)).confidence).toBe(50)
    const page = await sightings.list(library.person, id, { limit: 2 })
    expect(page.data.map(({ count }) => count)).toEqual([1, 3])
    const rest = await sightings.list(library.person, id, { limit: 2, cursor: page.next })
    expect(rest.data.map(({ count, ownerName }) => [count, ownerName])).toEqual([[1, 'Sensors']])
    expect(rest.next).toBeUndefined()
  })

  test('LIB-9: three false positives put a value under review; one person counts once a day', async () => {
    const { name, id } = host()
    await send('Feed', name, { confidence: 50, rating: 3 })
    const deny = () => sightings.reportFalsePositive(library.person, id, {})
    await deny()
    expect((await deny()).assertions[0]?.now).toMatchObject({ confidence: 40, status: 'Active' })
    for (const days of [1, 2]) {
      await at(days)
      await deny()
    }
    expect(await stored('Feed', id)).toMatchObject({ confidence: 20, status: 'Review', rating: 2 })
    expect(await view(id)).toMatchObject({ active: false, false_positive_count: 3 })
    // The feed says it again in other words; three reports still stand against it.
    await send('Feed', name, { confidence: 60 })
    expect(await stored('Feed', id)).toMatchObject({ confidence: 30, status: 'Review' })
    expect(await view(id)).toMatchObject({ active: false })
  })

  test('LIB-1: an Event group of an alert is one sighting for each indicator, however often it is sent', async () => {
    const { name, id } = host()
    await send('Feed', name, { confidence: 50 })
    const seenAt = new Date(begin - day).toISOString()
    const alert = (eventDate: string) => ({
      group: [{ type: 'Event', eventType: 'Alert', name: 'Blocked host', xid: 'alert-1', eventDate }],
      indicator: [{ type: 'Host', summary: name, associatedGroups: [{ groupXid: 'alert-1' }] }],
    })
    await library.send('Alarms', alert(seenAt))
    await library.send('Alarms', alert(seenAt), { haltOnError: 'true' })
    await lifecycles.tick()
    expect(await view(id)).toMatchObject({ sighting_count: 1 })
    expect((await stored('Feed', id)).confidence).toBe(52)
    expect((await stored('Alarms', id)).confidence).toBeNull()
    const page = await sightings.list(library.person, id, { limit: 10 })
    expect(page.data).toMatchObject([{ groupName: 'Blocked host', ownerName: 'Alarms', seenAt, count: 1 }])
    await library.send('Alarms', { group: [{ type: 'Event', name: 'x', xid: 'alert-1' }] }, { action: 'Delete' })
    await lifecycles.tick()
    expect(await view(id)).toMatchObject({ sighting_count: 0 })
    expect((await stored('Feed', id)).confidence).toBe(50)
  })

  test('LIB-1: an alert of the year 1, which is some source’s word for no date, counts as one of 1970', async () => {
    const { name, id } = host()
    await library.send('Alarms', {
      group: [
        { type: 'Event', eventType: 'Alert', name: 'Dateless', xid: 'alert-0', eventDate: '0001-01-01T00:00:00Z' },
      ],
      indicator: [{ type: 'Host', summary: name, associatedGroups: [{ groupXid: 'alert-0' }] }],
    })
    const { data } = await sightings.list(library.person, id, { limit: 10 })
    expect(data).toMatchObject([{ groupName: 'Dateless', seenAt: '1970-01-01T00:00:00.000Z' }])
  })

  test('LIB-9: what a feed asserts after it was seen begins with what was seen', async () => {
    const { name, id } = host()
    await send('Sensors', name)
    await sightings.report(library.person, id, { owner: 'Sensors' })
    await send('Feed', name, { confidence: 50 })
    expect(await stored('Feed', id)).toMatchObject({ confidence: 52, said: { confidence: 50 } })
  })

  test('refuses a sighting in the future, in a stranger’s name, and of what nobody has', async () => {
    const { name, id } = host()
    await send('Feed', name)
    const report = (given: object) => sightings.report(library.person, id, { owner: 'Feed', ...given })
    await expect(report({ seenAt: new Date(begin + day).toISOString() })).rejects.toThrow('not come yet')
    for (const given of [{ seenAt: '1969-12-31T23:59:59Z' }, { seenAt: '0001-01-01T00:00:00Z' }, { count: 1_000_001 }])
      expect(ReportSighting.safeParse({ owner: 'Feed', ...given }).success).toBe(false)
    const most = { owner: 'Feed', seenAt: '1970-01-01T00:00:00Z', count: 1_000_000 }
    expect(await report(ReportSighting.parse(most))).toMatchObject({ count: 1_000_000 })
    await expect(report({ owner: 'Nobody' })).rejects.toThrow('There is no owner Nobody')
    await expect(sightings.report(library.person, host().id, { owner: 'Feed' })).rejects.toThrow('no such indicator')
  })

  test('LIB-3: queries find by observations, false positives, status and decisions', async () => {
    const [seen, denied, plain] = [host(), host(), host()]
    for (const { name } of [seen, denied, plain]) await send('Feed', name, { confidence: 50 })
    await send('Sensors', seen.name)
    await sightings.report(library.person, seen.id, { owner: 'Sensors', count: 7 })
    await sightings.reportFalsePositive(library.person, denied.id, {})
    await lifecycles.decisions.decide(library.person, plain.id, { reason: 'known', status: 'Whitelisted' })
    const find = async (tql: string) =>
      (await library.library.search(library.person, { tql, limit: 10 })).data.map(({ value }) => value)
    expect(await find('observationCount > 5 and ownerName = "Feed"')).toEqual([seen.name])
    expect(await find('lastObserved > "NOW() - 2 DAYS"')).toEqual([seen.name])
    expect(await find('falsePositiveCount = 1')).toEqual([denied.name])
    expect(await find('lastFalsePositive >= "2001-01-01"')).toEqual([denied.name])
    expect(await find('activeLocked = true')).toEqual([plain.name])
    expect(await find('status = "Whitelisted"')).toEqual([plain.name])
    expect(await find('confidence = 40')).toEqual([denied.name])
  })
})
