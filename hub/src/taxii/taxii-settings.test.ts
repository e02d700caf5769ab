import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { createTaxiiSettings, type TaxiiSettings } from './taxii-settings.ts'
import { createTestTaxii, testBase, type TestTaxii, walk } from './test-taxii.ts'

let taxii: TestTaxii
let settings: TaxiiSettings
beforeAll(async () => {
  taxii = await createTestTaxii()
  const names = { publicNames: async () => ({ apiURL: testBase }) }
  settings = createTaxiiSettings({ db: taxii.at.library.database.db, audit: new Audit(), settings: names })
})
afterAll(async () => await taxii.close())

test('LIB-5: a collection is made of a data collection to read or of an owner to write, and of nothing else', async () => {
  const { person } = taxii.at.library
  await taxii.at.library.owner('Settings')
  const base = { root: taxii.root, title: 'T' }
  const refused: [object, RegExp][] = [
    [{}, /either a data collection/],
    [{ collection: 'a', owner: 'b' }, /either a data collection/],
    [{ collection: 'a', canWrite: true }, /can only be read/],
    [{ owner: 'Settings', tlpMax: 'PINK' }, /tlpMax is one of/],
    [{ owner: 'Nobody' }, /no such owner/],
    [{ collection: 'Nobody' }, /no such data collection/],
    [{ owner: 'Settings', root: 'nobody' }, /no such API root/],
  ]
  for (const [fields, why] of refused) {
    await expect(settings.createCollection(person, { ...base, ...fields })).rejects.toThrow(why)
  }
  const made = await settings.createCollection(person, { ...base, owner: 'Settings', alias: 'one', canWrite: true })
  expect(made).toMatchObject({
    tlpMax: 'AMBER',
    canRead: true,
    canWrite: true,
    rootName: taxii.root,
    liveCount: 0,
    revokedCount: 0,
  })
  expect(made.url).toBe(`${testBase}/taxii2/${taxii.root}/collections/${made.id}/`)
  await expect(settings.createCollection(person, { ...base, owner: 'Settings', alias: 'one' })).rejects.toThrow(/alias/)
  await expect(settings.createRoot(person, { name: taxii.root, title: 'T' })).rejects.toThrow(/Choose another/)
  const { id: rootId } = (await settings.roots(person, undefined, 10)).data[0]!
  await expect(settings.removeRoot(person, rootId)).rejects.toThrow(/remove them first/)
  const theirs = { ...person, organizationId: '999' }
  await expect(settings.removeCollection(theirs, made.id)).rejects.toThrow(/no such/)
  await settings.removeCollection(person, made.id)
  await settings.removeRoot(person, rootId)
  expect((await settings.collections(person, undefined, 10)).data).toEqual([])
  expect((await settings.roots(theirs, undefined, 10)).data).toEqual([])
  await settings.createRoot(person, { name: taxii.root, title: 'Again' })
})

test('LIB-5: a root and a collection change their titles, alias and grants, within their organization, and the log says who did', async () => {
  const { person, database } = taxii.at.library
  const { id, ownerId } = await taxii.serveOwner('Changed')
  await taxii.at.hosts('Elsewhere', ['elsewhere.example.com'])
  const query = await taxii.serve('ownerName = "Elsewhere"', { alias: 'taken' })
  const rootId = (await settings.roots(person, undefined, 10)).data[0]!.id
  const root = await settings.changeRoot(person, rootId, { title: 'New', description: null })
  expect(root).toMatchObject({ name: taxii.root, title: 'New', description: null })
  const { id: readerId } = await taxii.readers.create(person, { name: 'Changing', credential: 'token' })
  const readers = [{ id: readerId, canRead: true, canWrite: false }]
  const changed = await settings.changeCollection(person, id, { title: 'T2', alias: 'two', canWrite: false, readers })
  expect(changed).toMatchObject({ title: 'T2', alias: 'two', canWrite: false, ownerId, ownerName: 'Changed' })
  expect(changed.readers).toEqual([{ ...readers[0], name: 'Changing' }])
  // What is not named stays.
  const again = await settings.changeCollection(person, id, { description: 'd' })
  expect(again).toEqual({ ...changed, description: 'd' })
  expect((await settings.changeCollection(person, id, { alias: null, readers: [] })).readers).toEqual([])

  const theirs = { ...person, organizationId: '999' }
  await expect(settings.changeRoot(theirs, rootId, { title: 'X' })).rejects.toThrow(/no such/)
  await expect(settings.changeCollection(theirs, id, { title: 'X' })).rejects.toThrow(/no such/)
  await expect(settings.changeCollection(person, query.id, { canWrite: true })).rejects.toThrow(/can only be read/)
  await expect(settings.changeCollection(person, id, { title: 'X', alias: 'taken' })).rejects.toThrow(/alias/)
  const nobody = ['999999', 'A name'].map((reader) => ({ id: reader, canRead: true, canWrite: true }))
  await expect(settings.changeCollection(person, id, { title: 'X', readers: nobody })).rejects.toThrow(
    /no reader 999999, no reader A name/,
  )
  expect(await settings.collection(person, id)).toMatchObject({ title: 'T2', alias: null, readers: [] })
  const { rows } = await database.pool.query(
    "select action, count(*)::int as count from audit_event where action like 'taxii-%.change' group by 1 order by 1",
  )
  expect(rows).toEqual([
    { action: 'taxii-collection.change', count: 3 },
    { action: 'taxii-root.change', count: 1 },
  ])
})

test("LIB-5: D21: of an owner's objects those above the collection's TLP are left out, by label and by marking, of a field too", async () => {
  const { id, url } = await taxii.serveOwner('Marked', { tlpMax: 'GREEN' })
  const reader = await taxii.reader({ id, canWrite: true })
  const amber = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
  const green = 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'
  const own = 'marking-definition--00000000-0000-4000-8000-0000000000b1'
  const ownGreen = 'marking-definition--00000000-0000-4000-8000-0000000000b2'
  const slip = 'marking-definition--00000000-0000-4000-8000-0000000000b3'
  const definition = (id: string, statement: string) => ({
    type: 'marking-definition',
    spec_version: '2.1',
    id,
    created: '2026-01-01T00:00:00.000Z',
    definition_type: 'statement',
    definition: { statement },
  })
  const object = (number: number, fields: object) => ({
    type: 'indicator',
    spec_version: '2.1',
    id: `indicator--00000000-0000-4000-8000-00000000000${number}`,
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    pattern: `[domain-name:value = 'marked${number}.example.com']`,
    pattern_type: 'stix',
    valid_from: '2026-01-01T00:00:00Z',
    ...fields,
  })
  const sent = [
    object(1, {}),
    object(2, { object_marking_refs: [green, ownGreen] }),
    object(3, { object_marking_refs: [amber] }),
    object(4, { granular_markings: [{ selectors: ['pattern'], marking_ref: amber }] }),
    definition(own, 'TLP:AMBER+STRICT'),
    definition(ownGreen, 'TLP:GREEN'),
    {
      ...object(5, { name: 'Marked by what the owner defines', object_marking_refs: [own] }),
      type: 'identity',
      id: own.replace('marking-definition', 'identity'),
    },
    // Which level was meant cannot be told: it holds back.
    definition(slip, 'TLP:GREEEN'),
    {
      ...object(6, { name: 'Marked with a slip', object_marking_refs: [slip] }),
      type: 'identity',
      id: slip.replace('marking-definition', 'identity'),
    },
  ]
  expect((await taxii.post(`${url}objects/`, reader, { objects: sent })).status).toBe(202)
  const pages = await walk(taxii, `${url}objects/`, reader)
  const served = pages.flatMap(({ json }) => json.objects)
  expect(served.filter(({ type }) => type !== 'marking-definition')).toEqual(sent.slice(0, 2))
  expect(served.flatMap(({ id: object, type }) => (type === 'marking-definition' ? [object] : []))).toEqual([ownGreen])
})

const amber = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
type Said = { id: string; type: string; name?: string; value?: string; revoked?: true }

/** What a reader gets, by name, and how many are revoked. */
async function read(url: string, reader: string) {
  const pages = await walk(taxii, `${url}objects/?match[version]=all`, reader, [100])
  const objects = pages.flatMap(({ json }) => (json.objects ?? []) as Said[])
  const inForce = objects.filter(({ revoked }) => revoked !== true)
  return {
    names: inForce.map(({ name, value, type }) => name ?? value ?? type).toSorted(),
    revoked: objects.length - inForce.length,
  }
}

test('LIB-5: D21: a TLP that is lowered holds at once, by label and by marking, and is revoked; one that is raised gives it back', async () => {
  const { person } = taxii.at.library
  const base = { spec_version: '2.1', created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
  const uuid = '00000000-0000-4000-8000-0000000000c1'
  const { id, url } = await taxii.serveOwner('Lowered')
  const reader = await taxii.reader({ id, canWrite: true })
  const sent = [
    { ...base, type: 'identity', id: `identity--${uuid}`, name: 'marked', object_marking_refs: [amber] },
    { ...base, type: 'identity', id: `identity--${uuid.replace('c1', 'c2')}`, name: 'plain' },
    {
      type: 'domain-name',
      spec_version: '2.1',
      id: `domain-name--${uuid}`,
      value: 'observed',
      object_marking_refs: [amber],
    },
  ]
  expect((await taxii.post(`${url}objects/`, reader, { objects: sent })).status).toBe(202)
  const label = (name: string) => ({ securityLabel: [{ name }] })
  await taxii.at.library.send('Lowered', {
    group: [{ type: 'Malware', name: 'family', xid: 'family', ...label('TLP:AMBER') }],
    indicator: [{ type: 'Host', summary: 'lowered.example.com', associatedGroups: [{ groupXid: 'family' }] }],
  })
  await taxii.taxii.tick()
  const all = ['family', 'lowered.example.com', 'marked', 'observed', 'plain', 'relationship']
  expect(await read(url, reader)).toEqual({ names: all, revoked: 0 })
  expect(await settings.changeCollection(person, id, { tlpMax: 'GREEN' })).toMatchObject({ tlpMax: 'GREEN' })
  const some = ['lowered.example.com', 'plain']
  expect(await read(url, reader)).toEqual({ names: some, revoked: 0 })
  await taxii.taxii.tick()
  expect(await read(url, reader)).toEqual({ names: some, revoked: 3 })
  const counts = async () => {
    const { liveCount, revokedCount } = await settings.collection(person, id)
    return { liveCount, revokedCount }
  }
  expect(await counts()).toEqual({ liveCount: some.length, revokedCount: 3 })
  await settings.changeCollection(person, id, { tlpMax: 'AMBER' })
  await taxii.taxii.tick()
  expect(await read(url, reader)).toEqual({ names: all, revoked: 3 })
  expect(await counts()).toEqual({ liveCount: all.length, revokedCount: 3 })

  await taxii.at.hosts('Levels', ['green.example.com'], label('TLP:GREEN'))
  await taxii.at.hosts('Levels', ['red.example.com'], label('TLP:RED'))
  const values = await taxii.serve('ownerName = "Levels"', { tlpMax: 'RED' })
  const other = await taxii.reader({ id: values.id })
  expect(await read(values.url, other)).toEqual({ names: ['green.example.com', 'red.example.com'], revoked: 0 })
  await settings.changeCollection(person, values.id, { tlpMax: 'AMBER' })
  expect(await read(values.url, other)).toEqual({ names: ['green.example.com'], revoked: 0 })
  await taxii.taxii.tick()
  expect(await read(values.url, other)).toEqual({ names: ['green.example.com'], revoked: 1 })
  await settings.changeCollection(person, values.id, { tlpMax: 'RED' })
  await taxii.taxii.tick()
  expect((await read(values.url, other)).names).toEqual(['green.example.com', 'red.example.com'])
})

test('LIB-5: a collection that serves another owner or data collection gives out nothing of the one before', async () => {
  const { person } = taxii.at.library
  const { id, url } = await taxii.serveOwner('One')
  await taxii.at.library.owner('Two')
  const reader = await taxii.reader({ id, canWrite: true })
  const identity = {
    type: 'identity',
    spec_version: '2.1',
    id: 'identity--00000000-0000-4000-8000-0000000000d1',
    name: 'of one',
  }
  const version = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
  await taxii.post(`${url}objects/`, reader, { objects: [{ ...identity, ...version }] })
  const family = (xid: string) => ({ type: 'Malware', name: xid, xid })
  const join = { ref_1: 'a', type_1: 'Malware', ref_2: 'b', type_2: 'Malware', associationType: 'uses' }
  await taxii.at.library.send('One', { group: [family('a'), family('b')], association: [join] })
  await taxii.at.hosts('One', ['both.example.com', 'one.example.com'])
  await taxii.at.hosts('Two', ['both.example.com', 'two.example.com'])
  await taxii.at.library.send('Two', { group: [family('c')] })
  await taxii.taxii.tick()
  const ofOne = ['a', 'b', 'both.example.com', 'of one', 'one.example.com', 'relationship']
  expect((await read(url, reader)).names).toEqual(ofOne)
  expect(await settings.changeCollection(person, id, { owner: 'Two' })).toMatchObject({ ownerName: 'Two' })
  expect(await read(url, reader)).toEqual({ names: ['both.example.com'], revoked: 0 })
  await taxii.taxii.tick()
  expect(await read(url, reader)).toEqual({ names: ['both.example.com', 'c', 'two.example.com'], revoked: 5 })

  const values = await taxii.serve('ownerName = "One"')
  const other = await taxii.reader({ id: values.id })
  expect((await read(values.url, other)).names).toEqual(['both.example.com', 'one.example.com'])
  const { name } = await taxii.at.collections.get(person, await taxii.at.refreshed('ownerName = "Two"'))
  expect(await settings.changeCollection(person, values.id, { collection: name })).toMatchObject({
    collectionName: name,
  })
  expect(await read(values.url, other)).toEqual({ names: ['both.example.com'], revoked: 0 })
  await taxii.taxii.tick()
  expect(await read(values.url, other)).toEqual({ names: ['both.example.com', 'two.example.com'], revoked: 1 })

  for (const [what, change] of [
    [id, { collection: name }],
    [values.id, { owner: 'Two' }],
  ] as const)
    await expect(settings.changeCollection(person, what, change)).rejects.toThrow(/stays one of/)
  await expect(settings.changeCollection(person, id, { owner: 'Nobody' })).rejects.toThrow(/no such owner/)
  await expect(settings.changeCollection(person, id, { tlpMax: 'PINK' })).rejects.toThrow(/tlpMax is one of/)
})
