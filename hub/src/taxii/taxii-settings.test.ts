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

test("LIB-5: D21: of an owner's objects those above the collection's TLP are left out, by label and by marking, of a field too", async () => {
  const { id, url } = await taxii.serveOwner('Marked', { tlpMax: 'GREEN' })
  const reader = await taxii.reader({ id, canWrite: true })
  const amber = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
  const green = 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'
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
  ]
  expect((await taxii.post(`${url}objects/`, reader, { objects: sent })).status).toBe(202)
  const pages = await walk(taxii, `${url}objects/`, reader)
  expect(pages.flatMap(({ json }) => json.objects)).toEqual(sent.slice(0, 2))
})
