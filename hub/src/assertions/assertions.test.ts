import { indicatorId } from '@postern/intel'
import type { StatedAssertion, WriteAssertion } from '@postern/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { createLifecycles, type Lifecycles } from '../lifecycle/lifecycle.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'

let library: TestLibrary
let lifecycles: Lifecycles
let made = 0

beforeAll(async () => {
  library = await createTestLibrary()
  const { db } = library.database
  lifecycles = createLifecycles({ db, clock: library.clock, audit: new Audit(), onTouched: () => {} })
})
afterAll(async () => {
  await library.close()
})
beforeEach(() => {
  made += 1
})

const feedItem = {
  rating: 2,
  confidence: 30,
  firstSeen: '2026-01-01T00:00:00Z',
  externalDateExpires: '2036-01-01T00:00:00Z',
  tag: [{ name: 'botnet' }, { name: 'phishing' }],
  securityLabel: [{ name: 'TLP:GREEN' }],
  attribute: [
    { type: 'Description', value: 'A botnet', source: 'Report 17' },
    { type: 'Source', value: 'https://intel.example.com/17' },
  ],
}

/** A host of its own for the test, with what an owner says of it. */
async function asserted(owner: string, item: object = feedItem, value = `assertion${made}.example.com`) {
  await library.send(owner, { indicator: [{ type: 'Host', summary: value, ...item }] })
  return { value, indicatorId: indicatorId('Host', value), ownerId: await library.owner(owner) }
}

type Named = { indicatorId: string; ownerId: string }
const get = (name: Named) => library.assertions.get(library.person, name)

async function change(name: Named, changes: Partial<WriteAssertion>, ifMatch?: string): Promise<StatedAssertion> {
  const { content } = await get(name)
  const wanted = { ...content, ...changes }
  return (await library.assertions.replace(library.person, name, wanted, '192.0.2.1', ifMatch)).content
}

const detail = (name: Named) => library.library.detail(library.person, name.indicatorId)

async function rows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
  return (await library.database.pool.query<Row>(text, values)).rows
}

describe('LIB-1: what one owner says of one indicator is changed', () => {
  test('LIB-1: every value is changed, and a value of another owner stays', async () => {
    const name = await asserted('Ours')
    await asserted('Theirs', { rating: 1, confidence: 10, tag: [{ name: 'theirs' }] }, name.value)
    const wanted: WriteAssertion = {
      rating: 4.5,
      confidence: 90,
      active: true,
      status: 'Review',
      firstSeen: '2026-02-01T00:00:00.000Z',
      lastSeen: '2026-02-02T00:00:00.000Z',
      expiresAt: '2037-01-01T00:00:00.000Z',
      tags: ['phishing', 'apt'],
      securityLabels: ['tlp: amber', 'Internal'],
      attributes: [
        { type: 'Source', value: 'https://intel.example.com/17', source: null, displayed: false, pinned: false },
        { type: 'Description', value: 'A better word', source: null, displayed: true, pinned: false },
      ],
    }
    const { content } = await library.assertions.replace(library.person, name, wanted)
    expect(content).toEqual({ ...wanted, tags: ['apt', 'phishing'], securityLabels: ['Internal', 'TLP:AMBER'] })
    expect(await get(name)).toMatchObject({ content })
    const { assertions, rating, confidence, tags, tlp, active } = await detail(name)
    // Review leaves in no export; the other owner's word holds.
    expect({ rating, confidence, tags, tlp, active }).toEqual({
      rating: 4.5,
      confidence: 90,
      tags: ['apt', 'phishing', 'theirs'],
      tlp: 'AMBER',
      active: true,
    })
    expect(assertions.find(({ ownerName }) => ownerName === 'Theirs')).toMatchObject({ rating: 1, tags: ['theirs'] })
    expect(assertions.find(({ ownerName }) => ownerName === 'Ours')).toMatchObject({
      modifiedBy: { sentBy: 'pat' },
      addedBy: { sentBy: 'test' },
    })
  })

  test('LIB-1: a slip in a TLP label is told to the person who makes it; a feed’s keeps nobody from changing something else', async () => {
    const name = await asserted('Ours', { securityLabel: [{ name: 'TLP:AMBR' }] })
    await expect(change(name, { securityLabels: ['TLP:REDD'] })).rejects.toMatchObject({
      code: 'invalid',
      message: 'securityLabels: “TLP:REDD” names no level of TLP; did you mean TLP:RED?',
    })
    await expect(change(name, { securityLabels: ['TLP:AMBR', ' TLP:PINK'] })).rejects.toThrow(
      '“TLP:PINK” names no level',
    )
    expect(await change(name, { rating: 4 })).toMatchObject({ rating: 4, securityLabels: ['TLP:AMBR'] })
    expect((await change(name, { securityLabels: ['tlp:amber'] })).securityLabels).toEqual(['TLP:AMBER'])
  })

  test('LIB-1: indicators of all twelve types are changed and taken back', async () => {
    const indicator = [
      { type: 'Address', summary: '2001:db8::1' },
      { type: 'EmailAddress', summary: 'a@example.com' },
      { type: 'File', summary: `${'a'.repeat(32)} : ${'b'.repeat(64)}` },
      { type: 'Host', summary: 'Zwölf.Example.COM' },
      { type: 'URL', summary: 'hxxp://twelve.example.com/x?a=%20b#c' },
      { type: 'ASN', summary: 'ASN64496' },
      { type: 'CIDR', summary: '198.51.100.0/24' },
      { type: 'Email Subject', summary: '# You : have  won' },
      { type: 'Hashtag', summary: '#twelve' },
      { type: 'Mutex', summary: 'Global\\twelve : x' },
      { type: 'Registry Key', 'Key Name': 'HKLM\\Software\\Twelve', 'Value Name': 'x : y', 'Value Type': 'REG_SZ' },
      { type: 'User Agent', summary: 'Twelve/1.0 (a:b)' },
    ]
    expect(await library.send('Twelve', { indicator })).toMatchObject({ created: 12, refused: 0 })
    const ownerId = await library.owner('Twelve')
    const all = await rows<{ id: string }>(
      'select indicator_id as id from assertion where owner_id = $1 order by indicator_id',
      [ownerId],
    )
    expect(all).toHaveLength(13)
    for (const { id } of all) {
      expect((await change({ indicatorId: id, ownerId }, { rating: 3 })).rating).toBe(3)
      await library.assertions.delete(library.person, { indicatorId: id, ownerId })
    }
    expect(await rows('select 1 from assertion where owner_id = $1', [ownerId])).toEqual([])
  })

  test('LIB-1: what is left empty is not said any more', async () => {
    const name = await asserted('Ours')
    const nothing = { rating: null, confidence: null, firstSeen: null, lastSeen: null, expiresAt: null }
    const emptied = { ...nothing, tags: [], securityLabels: [], attributes: [] }
    expect(await change(name, emptied)).toEqual({ ...emptied, active: true, status: 'Active' })
    expect(await detail(name)).toMatchObject({ rating: null, confidence: null, tags: [], tlp: null, active: true })
    // Twice the same item, which says nothing: it is written each time.
    await change(name, { confidence: 50 })
    expect(await change(name, { confidence: null })).toMatchObject({ confidence: null })
  })

  test('LIB-1: the same again writes nothing, and a change of tags leaves the attributes where they are', async () => {
    const name = await asserted('Ours')
    const batches = () => rows('select id from batch where owner_id = $1', [name.ownerId])
    const before = await batches()
    await change(name, {})
    expect(await batches()).toEqual(before)
    const attributes = () =>
      rows('select id, added_at from assertion_attribute where indicator_id = $1', [name.indicatorId])
    const kept = await attributes()
    expect((await change(name, { tags: ['apt'] })).tags).toEqual(['apt'])
    expect(await attributes()).toEqual(kept)
    expect(await batches()).toHaveLength(before.length + 1)
  })

  test('LIB-1: what changed since it was read is not replaced', async () => {
    const name = await asserted('Ours')
    const { tag } = await get(name)
    await change(name, { rating: 5 }, tag)
    await expect(change(name, { rating: 1 }, tag)).rejects.toMatchObject({ code: 'outdated' })
    await expect(library.assertions.delete(library.person, name, undefined, tag)).rejects.toMatchObject({
      code: 'outdated',
    })
    expect((await get(name)).content.rating).toBe(5)
    // Whoever names no tag replaces what stands there, whoever wrote it last.
    await Promise.all([change(name, { rating: 1 }), change(name, { confidence: 77 })])
    expect((await get(name)).content.tags).toEqual(['botnet', 'phishing'])
  })

  test('LIB-1: an attribute that its type’s rule does not permit is refused, and one that was there before stays', async () => {
    const name = await asserted('Ours', { attribute: [{ type: `Grade ${made}`, value: 'low' }] })
    const { data } = await library.attributes.list(library.person, { limit: 500 })
    const type = data.find((each) => each.name === `Grade ${made}`)
    await library.attributes.replace(library.person, type?.id ?? '', { name: `Grade ${made}`, choices: ['high'] })
    const { attributes } = (await get(name)).content
    const also = (value: string) => [
      ...attributes,
      { type: `Grade ${made}`, value, source: null, displayed: false, pinned: false },
    ]
    await expect(change(name, { rating: 1, attributes: also('medium') })).rejects.toMatchObject({
      code: 'invalid',
      message: `attributes: Its Grade ${made} is none of the choices.`,
    })
    expect((await get(name)).content.rating).toBe(null)
    expect((await change(name, { attributes: also('high') })).attributes).toEqual(also('high'))
  })

  test('LIB-1: a feed’s next batch says its own word again, and leaves what it does not speak of', async () => {
    const name = await asserted('Ours')
    await change(name, { rating: 5, lastSeen: '2026-03-01T00:00:00.000Z', tags: ['apt'] })
    await asserted('Ours', feedItem, name.value)
    expect((await get(name)).content).toMatchObject({
      rating: 2,
      lastSeen: '2026-03-01T00:00:00.000Z',
      tags: ['botnet', 'phishing'],
    })
  })

  test('LIB-1: what an exclusion list blocks at import is not changed either, and the words say by which', async () => {
    const name = await asserted('Ours')
    const list = await library.exclusions.create(library.person, { name: `Ours ${made}`, kind: 'own', mode: 'block' })
    const entries = Buffer.from(JSON.stringify({ entries: [{ entry: name.value }], confirm: true }))
    await library.exclusions.writeEntries(library.person, list.id, entries)
    await expect(change(name, { rating: 5 })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(`The exclusion list Ours ${made} blocks it`),
    })
    expect((await get(name)).content.rating).toBe(2)
    await library.assertions.delete(library.person, name)
  })
})

describe('LIB-2: the lifecycle of what was changed', () => {
  test('LIB-2: a person’s decision still wins over the owner’s new word', async () => {
    const name = await asserted('Ours')
    const decision = { rating: 1, status: 'Whitelisted' as const, reason: 'Ours' }
    await lifecycles.decisions.decide(library.person, name.indicatorId, decision)
    expect(await change(name, { rating: 5 })).toMatchObject({ rating: 5, status: 'Active' })
    const { assertions, active, rating } = await detail(name)
    expect({ active, rating }).toEqual({ active: false, rating: 1 })
    expect(assertions[0]).toMatchObject({ rating: 1, status: 'Whitelisted', said: { rating: 5, status: 'Active' } })
    await lifecycles.decisions.takeBack(library.person, name.indicatorId)
    expect(await detail(name)).toMatchObject({ active: true, rating: 5 })
  })

  test('LIB-2: an expiry that is taken out brings the indicator into force again', async () => {
    const name = await asserted('Ours', { ...feedItem, externalDateExpires: '2026-01-02T00:00:00Z' })
    expect(await detail(name)).toMatchObject({ active: false, statuses: ['Expired'] })
    expect((await get(name)).content.status).toBe('Active')
    await change(name, { expiresAt: null })
    expect(await detail(name)).toMatchObject({ active: true, statuses: ['Active'] })
    await change(name, { status: 'Review' })
    expect(await detail(name)).toMatchObject({ active: false, statuses: ['Review'] })
  })

  test('LIB-2: a word that stays is not said anew: what has aged goes on aging', async () => {
    const rule = {
      indicatorType: '*',
      intervalHours: 24,
      amount: 10,
      isPercent: false,
      confidenceStart: 100,
      givesConfidence: true,
    }
    const begin = Date.now() + 60_000
    const at = async (days: number) => {
      library.clock.set(new Date(begin + days * 86_400_000))
      await lifecycles.tick()
    }
    await at(0)
    const ownerId = await library.owner('Aging')
    await lifecycles.rules.replace(library.person, ownerId, { rules: [{ ...rule, atMinimum: 'nothing' }] })
    const name = await asserted('Aging', { confidence: 80 })
    await at(2)
    expect((await detail(name)).confidence).toBe(60)
    expect((await change(name, { tags: ['apt'] })).confidence).toBe(80)
    expect((await detail(name)).confidence).toBe(60)
    await change(name, { confidence: 70 })
    expect((await detail(name)).confidence).toBe(70)
    await at(3)
    expect((await detail(name)).confidence).toBe(60)
  })
})

describe('LIB-1: what one owner says of one indicator is taken back', () => {
  test('LIB-2: a decision about what is gone is kept, and holds again when it comes back', async () => {
    const name = await asserted('Ours')
    await lifecycles.decisions.decide(library.person, name.indicatorId, { status: 'Whitelisted', reason: 'Ours' })
    await library.assertions.delete(library.person, name)
    await expect(detail(name)).rejects.toMatchObject({ code: 'not-found' })
    await asserted('Ours', feedItem, name.value)
    expect(await detail(name)).toMatchObject({ active: false, statuses: ['Whitelisted'] })
  })

  test('LIB-1: the others’ word stays, and with the last one the indicator is gone, with tombstones', async () => {
    const ours = await asserted('Ours')
    const theirs = await asserted('Theirs', { rating: 1 }, ours.value)
    await library.assertions.delete(library.person, ours, '192.0.2.1')
    expect((await detail(ours)).assertions.map(({ ownerName }) => ownerName)).toEqual(['Theirs'])
    await expect(get(ours)).rejects.toMatchObject({ code: 'not-found' })
    await expect(library.assertions.delete(library.person, ours)).rejects.toMatchObject({ code: 'not-found' })
    await library.assertions.delete(library.person, theirs)
    await expect(detail(ours)).rejects.toMatchObject({ code: 'not-found' })
    expect(
      await rows('select owner_id from tombstone where indicator_id = $1 order by id', [ours.indicatorId]),
    ).toEqual([{ owner_id: ours.ownerId }, { owner_id: theirs.ownerId }])
    expect(await rows('select id from assertion_attribute where indicator_id = $1', [ours.indicatorId])).toEqual([])
    await expect(library.assertions.replace(library.person, ours, written)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('LIB-1: change and removal stand in the owner’s ledgers and in the audit log, and collections are told', async () => {
    const name = await asserted('Ours')
    const touched = library.touched.length
    await change(name, { rating: 5, tags: [] })
    await library.assertions.delete(library.person, name, '192.0.2.1')
    expect(library.touched).toHaveLength(touched + 2)
    const audit = await rows<{ action: string; detail: { batchId: string } }>(
      'select actor_name, action, address, detail from audit_event where subject = $1 order by id',
      [`indicator ${name.indicatorId}`],
    )
    expect(audit).toMatchObject([
      { actor_name: 'pat', action: 'assertion.change', detail: { owner: 'Ours', fields: ['rating', 'tags'] } },
      { actor_name: 'pat', action: 'assertion.delete', address: '192.0.2.1', detail: { owner: 'Ours' } },
    ])
    const ids = audit.map(({ detail: { batchId } }) => batchId)
    expect(
      await rows('select action, sent_by, updated, deleted, state from batch where id = any($1) order by id', [ids]),
    ).toEqual([
      { action: 'Create', sent_by: 'pat', updated: 1, deleted: 0, state: 'completed' },
      { action: 'Delete', sent_by: 'pat', updated: 0, deleted: 1, state: 'completed' },
    ])
  })

  test('LIB-1: what an owner of another organization says is not there', async () => {
    const name = await asserted('Ours')
    const other = await library.database.db
      .insertInto('organization')
      .values({ name: `Other ${made}` })
      .returning('id')
      .executeTakeFirstOrThrow()
    const stranger = { ...library.person, organizationId: other.id }
    await expect(library.assertions.get(stranger, name)).rejects.toMatchObject({ code: 'not-found' })
    await expect(library.assertions.delete(stranger, name)).rejects.toMatchObject({ code: 'not-found' })
    expect((await get(name)).content.rating).toBe(2)
  })
})

const written: WriteAssertion = {
  rating: null,
  confidence: null,
  active: true,
  status: 'Active',
  firstSeen: null,
  lastSeen: null,
  expiresAt: null,
  tags: [],
  securityLabels: [],
  attributes: [],
}
