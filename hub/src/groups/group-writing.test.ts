import { indicatorId } from '@postern/intel'
import type { CreateGroup, GroupDetail, WriteGroup } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { tagOfGroup } from './group-detail.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
  await library.owner('Team')
})
afterAll(async () => {
  await library.close()
})

const incident: CreateGroup = {
  owner: 'Team',
  type: 'incident',
  name: ' Case 17 ',
  status: 'New',
  eventDate: '2026-03-01T10:00:00.000Z',
  tags: ['phishing', 'botnet', 'phishing'],
  securityLabels: ['tlp: amber'],
  attributes: [
    { type: 'Description', value: 'What happened', source: 'the help desk', displayed: true, pinned: false },
    { type: 'Impact', value: 'none', source: null, displayed: false, pinned: false },
  ],
  fileName: 'case-17.eml',
}

describe('LIB-1: a person makes, changes and deletes groups', () => {
  test('LIB-1: a group is made with all that its owner says of it, and feeds find it by its id', async () => {
    const made = await library.groupWriting.create(library.person, { ...incident, xid: 'case-17' }, '192.0.2.1')
    expect(made).toMatchObject({
      type: 'Incident',
      name: 'Case 17',
      xid: 'case-17',
      ownerName: 'Team',
      status: 'New',
      tlp: 'AMBER',
      tags: ['botnet', 'phishing'],
      securityLabels: ['TLP:AMBER'],
      eventDate: '2026-03-01T10:00:00.000Z',
      publishDate: null,
      fileName: 'case-17.eml',
      attributes: [
        { type: 'Description', value: 'What happened', source: 'the help desk', displayed: true, pinned: false },
        { type: 'Impact', value: 'none', source: null },
      ],
      indicatorCount: 0,
    })
    expect(await detail(made.id)).toEqual(made)
    const again = await library.send('Team', { group: [{ type: 'Incident', name: 'Case 17', xid: 'case-17' }] })
    expect(again).toMatchObject({ groups_created: 0, groups_updated: 1 })
    await expect(library.groupWriting.create(library.person, { ...incident, xid: 'case-17' })).rejects.toThrow(
      'xid: Team has a group of this id already; change that one.',
    )
    expect(await audited(made.id)).toEqual([
      { action: 'group.create', detail: { type: 'Incident', name: 'Case 17', owner: 'Team' }, address: '192.0.2.1' },
    ])
  })

  test('LIB-1: what is not said any more is gone, what else a source said stays, and associations stay', async () => {
    await library.send('Team', {
      group: [{ type: 'Event', name: 'Old', xid: 'event', externalDateAdded: '2026-01-01T00:00:00Z', subject: 'Old' }],
      indicator: [{ type: 'Host', summary: 'kept.example', associatedGroups: [{ groupXid: 'event' }] }],
    })
    const before = await named('Old')
    const full: WriteGroup = { ...changeable(incident), name: 'New', eventType: 'Phishing' }
    expect(await library.groupWriting.replace(library.person, before.id, full)).toMatchObject({
      name: 'New',
      type: 'Event',
      status: 'New',
      eventType: 'Phishing',
      subject: null,
      indicatorCount: 1,
    })
    const bare = await library.groupWriting.replace(library.person, before.id, { name: 'Bare', eventDate: null })
    expect(bare).toMatchObject({
      name: 'Bare',
      status: null,
      tlp: null,
      eventDate: null,
      eventType: null,
      fileName: null,
      tags: [],
      securityLabels: [],
      attributes: [],
      indicatorCount: 1,
    })
    const { rows } = await library.database.pool.query('select detail from library_group where id = $1', [before.id])
    expect(rows).toEqual([{ detail: { externalDateAdded: '2026-01-01T00:00:00Z' } }])
  })

  test('LIB-1: two who read the same group: one of them is taken, the other is told, and nothing is lost', async () => {
    const made = await create({ name: 'Contested' })
    const tag = tagOfGroup(made)
    const change = async (name: string) => library.groupWriting.replace(library.person, made.id, { name }, tag)
    const both = await Promise.allSettled([change('Mine'), change('Theirs')])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const [lost] = both.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []))
    expect(lost).toMatchObject({ code: 'outdated', message: expect.stringContaining('Nothing was changed') })
    // An association is no change of what is edited.
    await library.groupAssociations.addValues(library.person, made.id, { indicators: [{ value: 'beside.example' }] })
    const now = await detail(made.id)
    expect(now.indicatorCount).toBe(1)
    await library.groupWriting.replace(library.person, made.id, { name: 'Third' }, tagOfGroup({ ...now }))
  })

  test('LIB-1: a deleted group leaves a tombstone and a ledger, and its indicators and related groups stay', async () => {
    const made = await create({ name: 'Doomed' })
    const other = await create({ name: 'Related' })
    await library.groupAssociations.addGroup(library.person, made.id, other.id, 'uses')
    await library.groupAssociations.addValues(library.person, made.id, { indicators: [{ value: 'stays.example' }] })
    const before = await detail(made.id)
    await library.groupWriting.replace(library.person, made.id, { name: 'Doomed', status: 'Seen by others' })
    await expect(library.groupWriting.delete(library.person, made.id, tagOfGroup(before))).rejects.toThrow(
      'somebody changed the fields of this group',
    )
    await library.groupWriting.delete(library.person, made.id, tagOfGroup(await detail(made.id)))
    await expect(detail(made.id)).rejects.toThrow('no such group')
    expect((await detail(other.id)).relations).toEqual([])
    const found = await library.library.search(library.person, {
      tql: 'summary = "stays.example"',
      limit: 2,
      count: false,
    })
    expect(found.data).toHaveLength(1)
    const { rows } = await library.database.pool.query(
      `select b.groups_deleted, b.sent_by from tombstone t join batch b on b.id = t.batch_id where t.group_xid = $1`,
      [made.xid],
    )
    expect(rows).toEqual([{ groups_deleted: 1, sent_by: 'pat' }])
    await expect(library.groupWriting.delete(library.person, made.id)).rejects.toThrow('no such group')
  })

  test('LIB-1: what no batch would write whole is refused whole, and the field is named', async () => {
    await library.attributes.create(library.person, { name: 'Severity', choices: ['low', 'high'] })
    const attributes = [{ type: 'severity', value: 'medium', source: null, displayed: false, pinned: false }]
    await expect(create({ name: 'Refused', attributes })).rejects.toThrow(
      'attributes: Its Severity is none of the choices.',
    )
    await expect(create({ name: 'Refused', type: 'Planet' })).rejects.toThrow(
      'type: there is no group type named Planet',
    )
    await expect(create({ name: 'Refused', owner: 'Teem' })).rejects.toThrow('did you mean Team?')
    expect((await library.groups.search(library.person, { tql: 'name = "Refused"', limit: 1 })).data).toEqual([])
    for (const value of ['a', 'b']) {
      const attribute = Array.from({ length: 900 }, () => ({ type: 'Note', value }))
      const group = [{ type: 'Task', name: 'Many', xid: 'many', attribute }]
      await library.send('Team', { group }, { attributeWriteType: 'Append' })
    }
    const many = await named('Many')
    await expect(library.groupWriting.replace(library.person, many.id, { name: 'Few' })).rejects.toThrow(
      'attributes: this group has 1800, and 1000 are shown and written at a time.',
    )
  })

  test('LIB-1: a slip in a group’s TLP label is told to the person who makes it, and a feed’s stays', async () => {
    const slip = 'securityLabels: “TLP:REDD” names no level of TLP; did you mean TLP:RED?'
    await expect(create({ name: 'Slipped', securityLabels: ['TLP:REDD'] })).rejects.toThrow(slip)
    const group = [{ type: 'Task', name: 'Fed', xid: 'fed', securityLabel: [{ name: 'TLP:AMBR' }] }]
    await library.send('Team', { group })
    const fed = await named('Fed')
    const change = async (securityLabels: string[]) =>
      library.groupWriting.replace(library.person, fed.id, { name: 'Fed', securityLabels })
    await expect(change(['TLP:AMBR', 'TLP:REDD'])).rejects.toThrow(slip)
    expect(await change(['TLP:AMBR'])).toMatchObject({ securityLabels: ['TLP:AMBR'], tlp: 'RED' })
  })

  test('LIB-1: an event that becomes an alert is a sighting of its indicators, at its date, and none once it is no alert', async () => {
    const event = await create({ name: 'Alert 1', type: 'Event', eventDate: '2026-02-01T00:00:00Z' })
    await library.groupAssociations.addValues(library.person, event.id, { indicators: [{ value: 'seen.example' }] })
    const change = async (changes: Partial<WriteGroup>) =>
      library.groupWriting.replace(library.person, event.id, { name: 'Alert 1', ...changes })
    await change({ eventType: 'Alert', eventDate: '2026-02-02T00:00:00Z' })
    expect(await sightings(event.id)).toEqual(['2026-02-02T00:00:00.000Z'])
    await change({ eventType: 'Alert', eventDate: '2026-02-03T00:00:00Z' })
    expect(await sightings(event.id)).toEqual(['2026-02-03T00:00:00.000Z'])
    await change({ eventType: 'Phishing', eventDate: '2026-02-03T00:00:00Z' })
    expect(await sightings(event.id)).toEqual([])
  })
})

describe('LIB-1: a person says what belongs together', () => {
  test('LIB-1: indicators are associated by their values, and become the owner’s word where it said nothing', async () => {
    const group = await create({ name: 'Joined' })
    await library.send('Team', { indicator: [{ type: 'Host', summary: 'known.example', rating: 3 }] })
    const knownId = indicatorId('Host', 'known.example')
    const before = await assertionOf(knownId)
    const indicators = [
      { value: 'known[.]example' },
      { value: 'KNOWN.example' },
      { value: '192.0.2.7' },
      { value: 'a name', type: 'Mutex' },
      { value: '192.0.2.010' },
      { value: 'x', type: 'Planet' },
    ]
    const account = await library.groupAssociations.addValues(library.person, group.id, { indicators })
    expect(account).toEqual({
      associated: 3,
      added: 2,
      refused: [
        { value: '192.0.2.010', reason: expect.stringContaining('leading zero') },
        { value: 'x', reason: 'There is no indicator type named Planet.' },
      ],
    })
    expect(await indicatorsOf(group.id)).toEqual(['192.0.2.7', 'a name', 'known.example'])
    expect(await assertionOf(knownId)).toEqual(before)
    const repeated = await library.groupAssociations.addValues(library.person, group.id, { indicators })
    expect(repeated).toMatchObject({ associated: 3, added: 0 })
  })

  test('LIB-1: what an exclusion list keeps out is refused with the reason, and nothing else is', async () => {
    const group = await create({ name: 'Excluding' })
    const list = await library.exclusions.create(library.person, { name: 'Own', kind: 'own', mode: 'block' })
    const entries = Buffer.from(JSON.stringify({ entries: [{ entry: 'ours.example' }] }))
    await library.exclusions.writeEntries(library.person, list.id, entries)
    const indicators = [{ value: 'ours.example' }, { value: 'other.example' }]
    const account = await library.groupAssociations.addValues(library.person, group.id, { indicators })
    expect(account).toMatchObject({ associated: 1, added: 1, refused: [{ value: 'ours.example' }] })
    expect(account.refused[0]?.reason).toContain('excluded here')
  })

  test('LIB-1: one indicator is associated by its id and taken out again, and what owners say of it stays', async () => {
    const group = await create({ name: 'One' })
    await library.send('Feed', { indicator: [{ type: 'Host', summary: 'one.example' }] })
    const id = indicatorId('Host', 'one.example')
    await library.groupAssociations.addIndicator(library.person, group.id, id)
    expect(await indicatorsOf(group.id)).toEqual(['one.example'])
    await library.groupAssociations.removeIndicator(library.person, group.id, id)
    expect(await indicatorsOf(group.id)).toEqual([])
    expect(await assertionOf(id)).toHaveLength(2)
    await expect(library.groupAssociations.removeIndicator(library.person, group.id, id)).rejects.toThrow(
      'no such association',
    )
    await expect(
      library.groupAssociations.addIndicator(library.person, group.id, indicatorId('Host', 'nobody.example')),
    ).rejects.toThrow('no such indicator')
    expect((await audited(group.id)).map(({ action }) => action)).toEqual([
      'group.create',
      'group.associate',
      'group.dissociate',
    ])
  })

  test('LIB-1: groups of one owner are related by a kind and parted again, a plain relation from either end', async () => {
    const actor = await create({ name: 'Actor', type: 'Intrusion Set' })
    const tool = await create({ name: 'Tool', type: 'Tool' })
    const { groupAssociations, person } = library
    await groupAssociations.addGroup(person, actor.id, tool.id, 'uses')
    await groupAssociations.addGroup(person, actor.id, tool.id, 'uses')
    await groupAssociations.addGroup(person, tool.id, actor.id, 'related-to')
    const relations = async () => (await detail(actor.id)).relations.map(({ kind, direction }) => [kind, direction])
    expect(await relations()).toEqual([
      ['related-to', 'outgoing'],
      ['uses', 'outgoing'],
    ])
    await expect(groupAssociations.removeGroup(person, tool.id, actor.id, 'uses')).rejects.toThrow(
      'They are not related in this way; there is: Actor related-to Tool; Actor uses Tool.',
    )
    await groupAssociations.removeGroup(person, actor.id, tool.id, 'uses')
    await groupAssociations.removeGroup(person, tool.id, actor.id, 'related-to')
    await expect(groupAssociations.removeGroup(person, tool.id, actor.id, 'uses')).rejects.toThrow('no such relation')
    expect(await relations()).toEqual([])
    await library.send('Feed', { group: [{ type: 'Tool', name: 'Foreign', xid: 'foreign' }] })
    const foreign = await named('Foreign')
    await expect(groupAssociations.addGroup(person, actor.id, foreign.id, 'uses')).rejects.toThrow(
      'Actor is the word of Team, and Foreign that of Feed',
    )
    await expect(groupAssociations.addGroup(person, actor.id, actor.id, 'uses')).rejects.toThrow('itself')
  })

  test('LIB-1: a group of another organization is not to be found by any change', async () => {
    const group = await create({ name: 'Hidden' })
    const stranger = { ...library.person, organizationId: '999' }
    const { groupWriting, groupAssociations } = library
    await expect(groupWriting.replace(stranger, group.id, { name: 'x' })).rejects.toThrow('no such group')
    await expect(groupWriting.delete(stranger, group.id)).rejects.toThrow('no such group')
    await expect(
      groupAssociations.addValues(stranger, group.id, { indicators: [{ value: 'x.example' }] }),
    ).rejects.toThrow('no such group')
    await expect(groupAssociations.addGroup(stranger, group.id, group.id, 'uses')).rejects.toThrow('no such group')
  })
})

async function create(wanted: Partial<CreateGroup> & { name: string }): Promise<GroupDetail> {
  return library.groupWriting.create(library.person, { owner: 'Team', type: 'Report', ...wanted })
}

function changeable({ owner: _owner, type: _type, ...wanted }: CreateGroup): WriteGroup {
  return wanted
}

async function detail(groupId: string): Promise<GroupDetail> {
  return library.groups.detail(library.person, groupId)
}

async function named(name: string): Promise<GroupDetail> {
  const { data } = await library.groups.search(library.person, { tql: `name = "${name}"`, limit: 2 })
  return detail(data[0]?.id ?? expect.fail(`there is no group ${name}`))
}

async function indicatorsOf(groupId: string): Promise<string[]> {
  const tql = `associatedGroup = ${groupId}`
  const { data } = await library.library.search(library.person, { tql, limit: 100, count: false })
  return data.map(({ value }) => value).toSorted()
}

async function assertionOf(id: string): Promise<object[]> {
  const { rows } = await library.database.pool.query<object>(
    'select owner_id, rating, digest, modified_at, stated_at from assertion where indicator_id = $1',
    [id],
  )
  return rows
}

async function sightings(groupId: string): Promise<string[]> {
  const { rows } = await library.database.pool.query<{ at: Date }>(
    'select seen_at as at from sighting where group_id = $1 order by 1',
    [groupId],
  )
  return rows.map(({ at }) => at.toISOString())
}

async function audited(groupId: string): Promise<{ action: string }[]> {
  const { rows } = await library.database.pool.query<{ action: string }>(
    'select action, detail, address from audit_event where subject = $1 order by id',
    [`group ${groupId}`],
  )
  return rows
}
