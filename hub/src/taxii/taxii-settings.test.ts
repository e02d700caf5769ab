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
  expect(made).toMatchObject({ tlpMax: 'AMBER', canRead: true, canWrite: true, rootName: taxii.root, objectCount: 0 })
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
  const nobody = [{ id: '999999', canRead: true, canWrite: true }]
  await expect(settings.changeCollection(person, id, { title: 'X', readers: nobody })).rejects.toThrow(
    /no reader 999999/,
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
    object(2, { object_marking_refs: [green] }),
    object(3, { object_marking_refs: [amber] }),
    object(4, { granular_markings: [{ selectors: ['pattern'], marking_ref: amber }] }),
    {
      type: 'marking-definition',
      spec_version: '2.1',
      id: own,
      created: '2026-01-01T00:00:00.000Z',
      definition_type: 'statement',
      definition: { statement: 'TLP:AMBER+STRICT' },
    },
    {
      ...object(5, { name: 'Marked by what the owner defines', object_marking_refs: [own] }),
      type: 'identity',
      id: own.replace('marking-definition', 'identity'),
    },
  ]
  expect((await taxii.post(`${url}objects/`, reader, { objects: sent })).status).toBe(202)
  const pages = await walk(taxii, `${url}objects/`, reader)
  const served = pages.flatMap(({ json }) => json.objects)
  expect(served.filter(({ type }) => type !== 'marking-definition')).toEqual(sent.slice(0, 2))
})
