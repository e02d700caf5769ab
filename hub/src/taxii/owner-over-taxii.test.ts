import { indicatorId, validateStixObject } from '@postern/intel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestTaxii, type TestTaxii, walk } from './test-taxii.ts'

let taxii: TestTaxii
let made = 0
beforeAll(async () => {
  taxii = await createTestTaxii()
})
afterAll(async () => await taxii.close())

type Said = { type: string; id: string; name?: string; revoked?: true; created: string; modified: string }

const version = (number: number) => `2026-01-0${number}T00:00:00.000Z`

function indicator(name: string, fields: object = {}): Said {
  made += 1
  return {
    type: 'indicator',
    spec_version: '2.1',
    id: `indicator--00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    created: version(1),
    modified: version(1),
    name,
    pattern: `[domain-name:value = '${name}']`,
    pattern_type: 'stix',
    valid_from: version(1),
    ...fields,
  } as Said
}

/** A collection of an owner, and a reader of it. */
async function served(owner: string) {
  const { id, url, ownerId } = await taxii.serveOwner(owner)
  const reader = await taxii.reader({ id, canWrite: true })
  const objects = `${url}objects/`
  return {
    id,
    ownerId,
    objects,
    async put(...sent: object[]) {
      const { status, text } = await taxii.post(objects, reader, { objects: sent })
      if (status !== 202) throw new Error(text)
    },
    get: (query = '') => taxii.get(`${objects}${query}`, reader),
    remove: (object: string) => taxii.send('DELETE', `${objects}${object}/`, { authorization: reader }),
    manifest: () => taxii.get(`${url}manifest/?match[version]=all`, reader),
    async all(query = '') {
      const pages = await walk(taxii, `${objects}${query}`, reader, [2])
      return pages.flatMap(({ json }) => (json.objects ?? []) as Said[])
    },
  }
}

const { hosts, deleteHosts } = {
  hosts: (...sent: Parameters<TestTaxii['at']['hosts']>) => taxii.at.hosts(...sent),
  deleteHosts: (...sent: Parameters<TestTaxii['at']['deleteHosts']>) => taxii.at.deleteHosts(...sent),
}

/** Takes back what the owner says of a host, as a person does on the indicator's page. */
async function removeByHand(owner: string, value: string): Promise<void> {
  const { library } = taxii.at
  const name = { indicatorId: indicatorId('Host', value), ownerId: await library.owner(owner) }
  await library.assertions.delete(library.person, name)
}

/** Tells as the exclusion lists do that a value is theirs, or is not any more. */
async function exclude(value: string, isExcluded: boolean): Promise<void> {
  const { pool } = taxii.at.library.database
  const { organizationId } = taxii.at.library
  const named = 'select id from indicator where value = $2'
  await pool.query(
    `insert into exclusion_list (organization_id, name, kind, matching, mode, at_import, at_export)
     values ($1, 'Own', 'own', 'value', 'block', false, true) on conflict do nothing`,
    [organizationId],
  )
  await pool.query(
    isExcluded
      ? `insert into excluded_indicator (organization_id, indicator_id, list_id, entry, blocks_export)
         select $1, i.id, l.id, $2, true from (${named}) i, exclusion_list l where l.organization_id = $1 and l.name = 'Own'`
      : `delete from excluded_indicator where organization_id = $1 and indicator_id in (${named})`,
    [organizationId, value],
  )
  await pool.query(
    `insert into collection_pending (organization_id, indicator_ids) select $1, array_agg(id) from (${named}) i`,
    [organizationId, value],
  )
}

describe('what readers may not have any more', () => {
  const ways: [string, (value: string) => Promise<void>, (value: string) => Promise<void>][] = [
    ['a delete', (value) => deleteHosts('Ways', [value]), (value) => hosts('Ways', [value])],
    ['a removal by a person', (value) => removeByHand('Ways', value), (value) => hosts('Ways', [value])],
    [
      'a label above the TLP',
      (value) => hosts('Ways', [value], { securityLabel: [{ name: 'TLP:RED' }] }),
      (value) => hosts('Ways', [value], { securityLabel: [{ name: 'TLP:GREEN' }] }),
    ],
    ['an exclusion', (value) => exclude(value, true), (value) => exclude(value, false)],
    [
      'what is inactive',
      (value) => hosts('Ways', [value], { active: false }),
      (value) => hosts('Ways', [value], { active: true }),
    ],
    [
      'what is reviewed',
      (value) => hosts('Ways', [value], { status: 'Review' }),
      (value) => hosts('Ways', [value], { status: 'Active' }),
    ],
  ]

  test('LIB-5: D21: leaves an owner’s collection at once and is revoked for who pages on, and what comes back is another object', async () => {
    const { put, get, all, manifest } = await served('Ways')
    for (const [what, takeAway, giveBack] of ways) {
      for (const isKept of [true, false]) {
        const value = `${what.replaceAll(' ', '-')}-${isKept}.example.com`.replace('tlp', 'level').toLowerCase()
        if (isKept) await put(indicator(value), indicator(value, { modified: version(2) }))
        else await hosts('Ways', [value])
        await taxii.taxii.tick()
        const before = await get(`?added_after=2020-01-01T00:00:00Z&limit=10000`)
        const held = (before.json.objects as Said[]).filter(({ name }) => name === value)
        expect([what, isKept, held.length]).toEqual([what, isKept, isKept ? 2 : 1])
        const since = before.headers['x-taxii-date-added-last']

        await takeAway(value)
        const atOnce = `${(await get('?match[version]=all&limit=10000')).text}${(await manifest()).text}`
        for (const { id } of held) {
          expect([what, isKept, atOnce.includes(id)]).toEqual([what, isKept, false])
          expect((await get(`${id}/`)).status).toBe(404)
        }
        expect(atOnce).not.toContain(value)
        await taxii.taxii.tick()
        const later = await get(`?added_after=${since}`)
        const revoked = later.json.objects as Said[]
        expect(revoked.map(({ id }) => id).toSorted()).toEqual(held.map(({ id }) => id).toSorted())
        for (const object of revoked) {
          const first = held.find(({ id }) => id === object.id)
          expect(object).toMatchObject({ revoked: true, created: first?.created })
          expect(object.modified > (first?.modified ?? '')).toBe(true)
          expect(validateStixObject(object, '2.1')).toMatchObject({ ok: true })
        }
        expect((await get('?match[version]=all&limit=10000')).text).not.toContain(value)

        await giveBack(value)
        await taxii.taxii.tick()
        const back = (await get(`?added_after=${later.headers['x-taxii-date-added-last']}`)).json.objects as Said[]
        // Where the library has nothing but a text's value, its text speaks for it.
        expect([what, isKept, back.map(({ name }) => name)]).toEqual([what, isKept, held.map(() => value)])
        for (const { id, revoked: isRevoked } of back) {
          expect(isRevoked).toBeUndefined()
          expect(held.map((object) => object.id)).not.toContain(id)
        }
        // Nothing more is said while nothing changes.
        await taxii.taxii.tick()
      }
    }
    const ids = (await all('?match[version]=all')).map(({ id, modified }) => `${id} ${modified}`)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('LIB-5: D21: a group is revoked when its label rises above the TLP or it is deleted, an object of several values with one of them', async () => {
    const { put, get, ownerId } = await served('Groups')
    const malware = {
      type: 'malware',
      spec_version: '2.1',
      id: 'malware--00000000-0000-4000-8000-0000000000a1',
      created: version(1),
      modified: version(1),
      name: 'Secret family',
      is_family: true,
    }
    const several = indicator('several', {
      pattern: "[domain-name:value = 'one.example.com' OR domain-name:value = 'two.example.com']",
    })
    await put(malware, several)
    const before = await get()
    expect((before.json.objects as Said[]).map(({ id }) => id).toSorted()).toEqual([malware.id, several.id].toSorted())
    const { pool } = taxii.at.library.database
    await pool.query('update library_group set tlp = 4 where owner_id = $1', [ownerId])
    await exclude('two.example.com', true)
    expect((await get()).json).toEqual({})
    await taxii.taxii.tick()
    const later = await get(`?added_after=${before.headers['x-taxii-date-added-last']}`)
    expect(later.text).not.toMatch(/Secret|example\.com/)
    expect(later.json.objects).toMatchObject([
      { id: several.id, revoked: true },
      { id: malware.id, revoked: true, name: 'revoked', is_family: false },
    ])
    await pool.query('update library_group set tlp = 1 where owner_id = $1', [ownerId])
    await exclude('two.example.com', false)
    await taxii.taxii.tick()
    const back = await get(`?added_after=${later.headers['x-taxii-date-added-last']}`)
    expect((back.json.objects as Said[]).map(({ name }) => name).toSorted()).toEqual(['Secret family', 'several'])
    await pool.query('delete from library_group where owner_id = $1', [ownerId])
    expect((await get(`?added_after=${later.headers['x-taxii-date-added-last']}&match[type]=malware`)).json).toEqual({})
    await exclude('one.example.com', true)
    expect((await get(`?added_after=${later.headers['x-taxii-date-added-last']}`)).json).toEqual({})
    await taxii.taxii.tick()
    const gone = await get(`?added_after=${back.headers['x-taxii-date-added-last']}`)
    expect((gone.json.objects as Said[]).map(({ id, revoked }) => `${revoked} ${id}`).toSorted()).toEqual(
      (back.json.objects as Said[]).map(({ id }) => `true ${id}`).toSorted(),
    )
  })
})

/** Objects that name one another: an end of each kind, and what tells of them. */
function joined(value: string) {
  const host = indicator(value)
  const uuid = host.id.replace('indicator--', '')
  const common = { spec_version: '2.1', created: version(1), modified: version(1) }
  const malware = { ...common, type: 'malware', id: `malware--${uuid}`, name: `Family of ${value}`, is_family: true }
  const identity = { ...common, type: 'identity', id: `identity--${uuid}`, name: `Seen at ${value}` }
  const ends = { relationship_type: 'indicates', source_ref: host.id, target_ref: malware.id }
  const relationship = { ...common, type: 'relationship', id: `relationship--${uuid}`, ...ends }
  const of = { sighting_of_ref: host.id, where_sighted_refs: [identity.id] }
  const sighting = { ...common, type: 'sighting', id: `sighting--${uuid}`, ...of }
  const about = { published: version(1), object_refs: [host.id] }
  const report = { ...common, type: 'report', id: `report--${uuid}`, name: `About ${value}`, ...about }
  return { host, malware, identity, relationship, sighting, report }
}

describe('what names others', () => {
  const red = { securityLabel: [{ name: 'TLP:RED' }] }
  const green = { securityLabel: [{ name: 'TLP:GREEN' }] }
  const inForce = (objects: readonly Said[]) => objects.filter(({ revoked }) => revoked !== true)
  const typesOf = (objects: readonly Said[]) => [...new Set(inForce(objects).map(({ type }) => type))].toSorted()

  test('LIB-5: D45: a relationship and a sighting leave while both of their ends may, a report while nothing that it names is above the TLP', async () => {
    const { put, get, all } = await served('Naming')
    const objects = joined('named.example.com')
    const everything = ['identity', 'indicator', 'malware', 'relationship', 'report', 'sighting']
    await put(...Object.values(objects))
    expect(typesOf(await all())).toEqual(everything)

    const ways: [() => Promise<void>, () => Promise<void>, string[]][] = [
      [
        () => hosts('Naming', ['named.example.com'], red),
        () => hosts('Naming', ['named.example.com'], green),
        ['identity', 'malware'],
      ],
      [
        () => hosts('Naming', ['named.example.com'], { active: false }),
        () => hosts('Naming', ['named.example.com'], { active: true }),
        ['identity', 'malware', 'report'],
      ],
      [
        () => exclude('named.example.com', true),
        () => exclude('named.example.com', false),
        ['identity', 'malware', 'report'],
      ],
    ]
    for (const [takeAway, giveBack, left] of ways) {
      const before = await get('?limit=10000')
      await takeAway()
      expect(typesOf((await get('?limit=10000')).json.objects as Said[])).toEqual(left)
      await taxii.taxii.tick()
      const told = (await get(`?added_after=${before.headers['x-taxii-date-added-last']}`)).json.objects as Said[]
      expect(inForce(told)).toEqual([])
      expect([...new Set(told.map(({ type }) => type))].toSorted()).toEqual(
        everything.filter((type) => !left.includes(type)),
      )
      await giveBack()
      await taxii.taxii.tick()
      // It is another object now, and what joins it names that one.
      const back = await all()
      expect(typesOf(back)).toEqual(everything)
      const gone = back.filter(({ revoked }) => revoked === true).map(({ id }) => id)
      for (const object of inForce(back).filter(({ type }) => type === 'relationship' || type === 'sighting'))
        expect(gone.filter((id) => JSON.stringify(object).includes(id))).toEqual([])
    }
  })

  test('LIB-5: D45: an end that comes later, or in a narrower version, takes what names it along, and gives it back', async () => {
    const { put, all } = await served('Later ends')
    const { host, identity, relationship, sighting, malware } = joined('later.example.com')
    await put(relationship, sighting)
    expect(typesOf(await all())).toEqual(['relationship', 'sighting'])
    const marked = { object_marking_refs: ['marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed'] }
    const open = { object_marking_refs: ['marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da'] }
    await put({ ...malware, ...marked }, host, identity)
    expect(typesOf(await all())).toEqual(['identity', 'indicator', 'sighting'])
    await put({ ...identity, ...marked, modified: version(2) }, { ...malware, ...open, modified: version(2) })
    await taxii.taxii.tick()
    expect(typesOf(await all())).toEqual(['indicator', 'malware', 'relationship'])
    await put({ ...identity, modified: version(3) })
    await taxii.taxii.tick()
    expect(typesOf(await all())).toEqual(['identity', 'indicator', 'malware', 'relationship', 'sighting'])
  })
})

test('LIB-5: what batches brought an owner without a text is an object of its collection, what changes a new version', async () => {
  await hosts('Batches', ['early.example.com'], { confidence: 10 })
  const { get, all } = await served('Batches')
  await taxii.taxii.tick()
  const first = await get()
  expect(first.json.objects).toMatchObject([{ type: 'indicator', name: 'early.example.com', confidence: 10 }])
  await hosts('Batches', ['early.example.com'], { confidence: 90 })
  await hosts('Batches', ['red.example.com'], { securityLabel: [{ name: 'TLP:RED' }] })
  await taxii.taxii.tick()
  const [{ id }] = first.json.objects
  expect(await all('?match[version]=all')).toMatchObject([{ id }, { id, confidence: 90 }])
})

test('LIB-5: groups that batches brought are objects of the owner’s collection, a report with what it names, and leave it again', async () => {
  const send = (...sent: Parameters<TestTaxii['at']['library']['send']>) => taxii.at.library.send(...sent)
  await send('Grouped', { group: [{ type: 'Malware', name: 'Early', xid: 'early' }] })
  const { get, remove, ownerId } = await served('Grouped')
  await taxii.taxii.tick()
  const now = async (query = '') => {
    await taxii.taxii.tick()
    return ((await get(query)).json.objects ?? []) as (Said & { object_refs?: string[] })[]
  }
  expect(await now()).toMatchObject([{ type: 'malware', name: 'Early', is_family: false }])
  await send('Grouped', {
    group: [
      { type: 'Report', name: 'R', xid: 'r' },
      { type: 'Report', name: 'Empty', xid: 'empty' },
      { type: 'Adversary', name: 'Red', xid: 'red', securityLabel: [{ name: 'TLP:RED' }] },
    ],
    indicator: [{ type: 'Host', summary: 'grouped.example.com', associatedGroups: [{ groupXid: 'r' }] }],
    association: ['early', 'red'].map((xid) => ({
      ref_1: 'r',
      type_1: 'Report',
      ref_2: xid,
      type_2: xid === 'red' ? 'Adversary' : 'Malware',
      associationType: 'refers-to',
    })),
  })
  const objects = await now()
  expect(objects.filter(({ type }) => type === 'relationship')).toHaveLength(2)
  const byName = new Map(objects.filter(({ type }) => type !== 'relationship').map((object) => [object.name, object]))
  expect([...byName.keys()].toSorted()).toEqual(['Early', 'Empty', 'R', 'grouped.example.com'])
  for (const object of objects) expect(validateStixObject(object, '2.1')).toMatchObject({ ok: true })
  expect(byName.get('R')?.object_refs?.toSorted()).toEqual(
    ['Early', 'grouped.example.com'].map((name) => byName.get(name)?.id).toSorted(),
  )
  expect(byName.get('Empty')?.type).toBe('x-postern-group')

  // A change is a version, a delete of whomever a revocation, and a return another object.
  await send('Grouped', { group: [{ type: 'Malware', name: 'Renamed', xid: 'early' }] })
  const early = byName.get('Early')?.id
  expect(await now(`${early}/`)).toMatchObject([{ id: early, name: 'Renamed' }])
  await send('Grouped', { group: [{ type: 'Malware', name: 'Renamed', xid: 'early' }] }, { action: 'Delete' })
  expect((await get(`${early}/`)).status).toBe(404)
  expect(await now(`${early}/`)).toMatchObject([{ id: early, revoked: true, name: 'revoked' }])
  await send('Grouped', { group: [{ type: 'Malware', name: 'Back', xid: 'early' }] })
  const back = (await now()).find(({ name }) => name === 'Back')
  expect([back?.type, back?.id === early]).toEqual(['malware', false])

  expect((await remove(String(back?.id))).status).toBe(200)
  expect((await get(`${back?.id}/`)).status).toBe(404)
  const { pool } = taxii.at.library.database
  const { rowCount } = await pool.query("select from library_group where owner_id = $1 and xid = 'early'", [ownerId])
  expect(rowCount).toBe(0)
})

test('LIB-5: what a client deletes from one collection is revoked for the readers of others, and is as new where it was deleted', async () => {
  const { put, get, manifest } = await served('Deleted')
  const other = await taxii.serveOwner('Deleted')
  const values = await taxii.serve('ownerName = "Deleted"')
  const reader = await taxii.reader({ id: other.id, canWrite: true }, { id: values.id })
  const read = async (url: string, query = '') =>
    ((await taxii.get(`${url}objects/${query}`, reader)).json.objects ?? []) as Said[]
  const host = indicator('deleted.example.com')
  const identity = { ...indicator('Somebody'), type: 'identity', id: host.id.replace('indicator', 'identity') }
  await put(host, identity)
  await taxii.refresh(values.collectionId)
  await taxii.taxii.tick()
  for (const { id } of [host, identity]) {
    expect((await get(`${id}/`)).status).toBe(200)
    expect((await read(other.url)).map((object) => object.id)).toContain(id)
    const headers = { authorization: reader }
    expect((await taxii.send('DELETE', `${other.url}objects/${id}/`, headers)).status).toBe(200)
    expect((await get(`${id}/`)).json.objects).toMatchObject([{ id, revoked: true, created: host.created }])
  }
  expect(await read(other.url)).toEqual([])
  expect((await manifest()).json.objects).toHaveLength(2)
  await taxii.refresh(values.collectionId)
  expect(await read(values.url)).toMatchObject([{ revoked: true }])

  await put(host)
  await taxii.taxii.tick()
  expect(await read(other.url)).toEqual([host])
  const back = (await get()).json.objects as Said[]
  expect(back.filter(({ revoked }) => revoked !== true)).toMatchObject([{ name: host.name }])
})

test('LIB-5: S1: what its author revoked is a revocation for those who had it, and nothing for others', async () => {
  const { put, get, all } = await served('Authors')
  const [had, never] = [indicator('had.example.com'), indicator('never.example.com', { revoked: true })]
  await put(had, never)
  const before = await get()
  expect(before.json.objects).toEqual([had])
  await put({ ...had, modified: version(3), revoked: true })
  await taxii.taxii.tick()
  const later = await get(`?added_after=${before.headers['x-taxii-date-added-last']}`)
  expect(later.text).not.toContain('example.com')
  expect(later.json.objects).toMatchObject([{ id: had.id, modified: version(3), revoked: true }])
  await put({ ...had, modified: version(4) })
  await taxii.taxii.tick()
  const back = (await all()).filter(({ revoked }) => revoked !== true)
  expect(back).toMatchObject([{ name: 'had.example.com', modified: version(4) }])
  expect(back[0]?.id).not.toBe(had.id)
})

test('LIB-5: a sighting that a client posts counts, and no more once it is deleted', async () => {
  const { objects, put, get, remove } = await served('Sighted over TAXII')
  const of = indicator('sighted-over-taxii.example.com')
  const told = {
    type: 'sighting',
    spec_version: '2.1',
    id: 'sighting--00000000-0000-4000-8000-00000000f001',
    created: version(1),
    modified: version(1),
    sighting_of_ref: of.id,
    count: 4,
  }
  const counts = async () => {
    const { rows } = await taxii.at.library.database.pool.query<{ count: number }>(
      'select s.count from sighting s join indicator i on i.id = s.indicator_id where i.value = $1',
      [of.name],
    )
    return rows.map(({ count }) => count)
  }
  await put(told, of)
  expect(await counts()).toEqual([4])
  const { json } = await get('?match[type]=sighting')
  expect(json.objects).toEqual([told])
  await put({ ...told, modified: version(2), count: 5 })
  expect(await counts()).toEqual([5])
  expect((await remove(told.id)).status, objects).toBe(200)
  expect(await counts()).toEqual([])
  expect((await get('?match[type]=sighting')).json.objects ?? []).toEqual([])
})
