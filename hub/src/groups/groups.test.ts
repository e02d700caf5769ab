import type { Group } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
  await library.send('Reports', {
    group: [
      {
        type: 'Report',
        name: 'Spring campaign',
        xid: 'spring',
        publishDate: '2026-03-01T00:00:00Z',
        tag: [{ name: 'campaign' }],
        securityLabel: [{ name: 'TLP:AMBER' }],
        attribute: [{ type: 'Description', value: 'What happened', source: 'us' }],
        associatedGroupXid: ['actor'],
      },
      { type: 'Intrusion Set', name: 'Some actor', xid: 'actor' },
      { type: 'Malware', name: 'Some tool', xid: 'tool' },
    ],
    indicator: ['a', 'b'].map((name) => ({
      type: 'Host',
      summary: `${name}.spring.example`,
      associatedGroups: [{ groupXid: 'spring' }],
    })),
    association: [
      { ref_1: 'actor', type_1: 'Intrusion Set', ref_2: 'tool', type_2: 'Malware', associationType: 'uses' },
      { ref_1: 'tool', type_1: 'Malware', ref_2: 'actor', type_2: 'Intrusion Set', associationType: 'attributed-to' },
    ],
  })
  await library.send('Elsewhere', { group: [{ type: 'Report', name: 'Autumn', xid: 'spring' }] })
})
afterAll(async () => {
  await library.close()
})

test('LIB-1: groups are found by a query, newest first, page by page', async () => {
  const whole = await library.groups.search(library.person, { limit: 10 })
  expect(whole.data.map(({ name }) => name).toSorted()).toEqual([
    'Autumn',
    'Some actor',
    'Some tool',
    'Spring campaign',
  ])
  const first = await library.groups.search(library.person, { limit: 3 })
  const second = await library.groups.search(library.person, { limit: 3, cursor: first.next })
  expect([...first.data, ...second.data]).toEqual(whole.data)
  expect(second.next).toBeUndefined()
  const found = await library.groups.search(library.person, {
    tql: `typeName = "Report" and hasTag(name = "campaign")`,
    limit: 10,
  })
  expect(found).not.toHaveProperty('hints')
  const mistaken = await library.groups.search(library.person, { tql: 'ownerName = "Report"', limit: 10 })
  expect(mistaken).toEqual({
    data: [],
    hints: [{ message: 'There is no owner “Report”. Did you mean Reports?', position: 12 }],
  })
  expect(found.data).toMatchObject([
    {
      name: 'Spring campaign',
      xid: 'spring',
      ownerName: 'Reports',
      tlp: 'AMBER',
      tags: ['campaign'],
      indicatorCount: 2,
    },
  ])
  await expect(library.groups.search(library.person, { tql: 'typeNam = "Report"', limit: 1 })).rejects.toThrow(
    'typeName',
  )
})

test('LIB-1: a group shows how it is related to others, each relation with its kind and direction', async () => {
  const detail = async (name: string) => library.groups.detail(library.person, (await named(name)).id)
  expect(await detail('Spring campaign')).toMatchObject({
    publishDate: '2026-03-01T00:00:00.000Z',
    securityLabels: ['TLP:AMBER'],
    attributes: [{ type: 'Description', value: 'What happened', source: 'us' }],
    relations: [{ name: 'Some actor', kind: 'related-to' }],
    stixId: null,
  })
  expect((await detail('Some actor')).relations).toMatchObject([
    { name: 'Some tool', kind: 'attributed-to', direction: 'incoming' },
    { name: 'Spring campaign', kind: 'related-to' },
    { name: 'Some tool', kind: 'uses', direction: 'outgoing' },
  ])
})

test('D22: an execution sees groups of its owners only, and another organization none', async () => {
  const elsewhere = await library.owner('Elsewhere')
  const execution = {
    kind: 'execution',
    name: 'app',
    organizationId: library.organizationId,
    readableOwnerIds: [elsewhere],
  } as unknown as Caller
  const { data } = await library.groups.search(execution, { limit: 10 })
  expect(data.map(({ name }) => name)).toEqual(['Autumn'])
  await expect(library.groups.detail(execution, (await named('Some tool')).id)).rejects.toThrow('no such group')
  const stranger = { ...library.person, organizationId: '999' }
  expect((await library.groups.search(stranger, { limit: 10 })).data).toEqual([])
})

async function named(name: string): Promise<Group> {
  const { data } = await library.groups.search(library.person, { tql: `name = "${name}"`, limit: 2 })
  const [group] = data
  if (group === undefined) throw new Error(`no group ${name}`)
  return group
}
