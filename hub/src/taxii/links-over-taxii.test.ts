import { text } from 'node:stream/consumers'
import { indicatorId, validateStixObject } from '@postern/intel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestTaxii, type TestTaxii } from './test-taxii.ts'

let taxii: TestTaxii
beforeAll(async () => {
  taxii = await createTestTaxii()
})
afterAll(async () => await taxii.close())

type Said = { type: string; id: string; name?: string; revoked?: true; created: string; modified: string } & Record<
  'source_ref' | 'target_ref' | 'relationship_type' | 'x_postern_kind',
  string | undefined
> & { object_refs?: string[] }

/** A collection of an owner, and what a reader of it gets. */
async function served(owner: string) {
  const { id, url, ownerId } = await taxii.serveOwner(owner)
  const authorization = await taxii.reader({ id, canWrite: true })
  const objects = `${url}objects/`
  const atOnce = async (query = '') =>
    ((await taxii.get(`${objects}${query}`, authorization)).json.objects ?? []) as Said[]
  const now = async (query = '') => {
    await taxii.taxii.tick()
    return await atOnce(query)
  }
  return {
    ownerId,
    authorization,
    atOnce,
    now,
    /** Relationships in force, as words. */
    async joined() {
      const all = (await now()).filter(({ revoked }) => revoked !== true)
      const names = new Map(all.map(({ id: object, name }) => [object, name]))
      return all
        .filter(({ type }) => type === 'relationship')
        .map(
          (said) => `${names.get(said.source_ref ?? '')} ${said.relationship_type} ${names.get(said.target_ref ?? '')}`,
        )
        .toSorted()
    },
    put: (...sent: object[]) => taxii.post(objects, authorization, { objects: sent }),
    remove: (object: string) => taxii.send('DELETE', `${objects}${object}/`, { authorization }),
  }
}

const send = (owner: string, content: object, config: object = {}) => taxii.at.library.send(owner, content, config)
const host = (summary: string, ...groups: string[]) => ({
  type: 'Host',
  summary,
  associatedGroups: groups.map((groupXid) => ({ groupXid })),
})
const malware = (xid: string, fields: object = {}) => ({ type: 'Malware', name: xid, xid, ...fields })
const uses = (from: string, to: string) => ({
  ref_1: from,
  type_1: 'Malware',
  ref_2: to,
  type_2: 'Malware',
  associationType: 'uses',
})

test('LIB-5: associations that batches brought are relationship objects, revoked when an end goes, and other objects when it is back', async () => {
  // Before the owner is served, and after.
  await send('Linked', { group: [malware('a')], indicator: [host('early.example.com', 'a')] })
  const { joined, now, atOnce } = await served('Linked')
  expect(await joined()).toEqual(['early.example.com related-to a'])
  await send('Linked', {
    group: [malware('b')],
    indicator: [host('late.example.com')],
    association: [
      uses('a', 'b'),
      { ref_1: 'late.example.com', type_1: 'Host', ref_2: 'b', type_2: 'Malware' },
      { ref_1: 'early.example.com', type_1: 'Host', ref_2: 'late.example.com', type_2: 'Host', associationType: 'DNS' },
    ],
  })
  const all = ['a uses b', 'early.example.com related-to a', 'late.example.com related-to b']
  expect(await joined()).toEqual(expect.arrayContaining(all))
  expect(await joined()).toHaveLength(4)
  const before = (await now()).filter(({ type }) => type === 'relationship')
  for (const object of before) expect(validateStixObject(object, '2.1')).toMatchObject({ ok: true })
  const said = (objects: Said[]) => objects.map(({ id, modified }) => `${id} ${modified}`)
  expect(said(await now('?match[type]=relationship'))).toEqual(said(before))

  // An end above the TLP: left out at once, revoked by the background, another object when it is back.
  const ofB = before.filter(
    ({ source_ref: from, target_ref: to }) => from !== undefined && [from, to].some((id) => id?.startsWith('malware')),
  )
  await send('Linked', { group: [malware('b', { securityLabel: [{ name: 'TLP:RED' }] })] })
  const held = (await atOnce('?match[type]=relationship')).map(({ id }) => id)
  expect(held).toHaveLength(2)
  const after = await now('?match[type]=relationship')
  const gone = after.filter(({ revoked }) => revoked === true).map(({ id }) => id)
  expect(gone.toSorted()).toEqual(
    ofB
      .map(({ id }) => id)
      .filter((id) => !held.includes(id))
      .toSorted(),
  )
  expect(gone).toHaveLength(2)
  await send('Linked', { group: [malware('b', { securityLabel: [{ name: 'TLP:GREEN' }] })] })
  expect(await joined()).toEqual(expect.arrayContaining(all))
  const back = (await now('?match[type]=relationship')).filter(({ revoked }) => revoked !== true)
  expect(back.map(({ id }) => id).filter((id) => gone.includes(id))).toEqual([])

  // What is deleted takes its relationships along, and what is taken back too.
  await taxii.at.deleteHosts('Linked', ['late.example.com'])
  expect(await joined()).toEqual(['a uses b', 'early.example.com related-to a'])
  await send('Linked', { group: [malware('a')] }, { action: 'Delete' })
  expect(await joined()).toEqual([])
  await send('Linked', { group: [malware('a')], association: [uses('a', 'b')] })
  expect(await joined()).toEqual(['a uses b'])
})

test('LIB-5: a report names what it is joined to as soon as that changes, and nothing that was taken apart', async () => {
  const { now, joined } = await served('Reports')
  await send('Reports', { group: [malware('a'), { type: 'Report', name: 'R', xid: 'r' }] })
  const report = async () => {
    const all = (await now()).filter(({ revoked }) => revoked !== true)
    const names = new Map(all.map(({ id, name }) => [id, name]))
    const last = all.find(({ name }) => name === 'R')
    return [last?.type, (last?.object_refs ?? []).map((ref) => names.get(ref)).toSorted()]
  }
  expect(await report()).toEqual(['x-postern-group', []])
  // The association alone, not the report, is sent.
  await send('Reports', { indicator: [host('named.example.com', 'r')] })
  await send('Reports', {
    association: [{ ref_1: 'r', type_1: 'Report', ref_2: 'a', type_2: 'Malware', associationType: 'refers-to' }],
  })
  expect(await report()).toEqual(['report', ['a', 'named.example.com']])
  expect(await joined()).toEqual(['R refers-to a', 'named.example.com related-to R'])
  await send('Reports', { group: [malware('a')] }, { action: 'Delete' })
  expect(await report()).toEqual(['report', ['named.example.com']])
  await taxii.at.deleteHosts('Reports', ['named.example.com'])
  expect(await report()).toEqual(['x-postern-group', []])
})

test('LIB-5: what a text says is said once, and a relationship that a client deletes is taken apart in the library', async () => {
  const { now, joined, put, remove, ownerId } = await served('Texts')
  const base = { spec_version: '2.1', created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
  const id = (type: string, number: number) => `${type}--00000000-0000-4000-8000-00000000000${number}`
  const tool = { ...base, type: 'tool', id: id('tool', 1), name: 'Tool' }
  const indicator = {
    ...base,
    type: 'indicator',
    id: id('indicator', 2),
    name: 'text.example.com',
    pattern: "[domain-name:value = 'text.example.com']",
    pattern_type: 'stix',
    valid_from: base.created,
  }
  const relationship = {
    ...base,
    type: 'relationship',
    id: id('relationship', 3),
    relationship_type: 'indicates',
    source_ref: indicator.id,
    target_ref: tool.id,
  }
  const report = {
    ...base,
    type: 'report',
    id: id('report', 4),
    name: 'Report',
    published: base.created,
    object_refs: [tool.id],
  }
  expect((await put(tool, indicator, relationship, report)).status).toBe(202)
  expect(await joined()).toEqual(['text.example.com indicates Tool'])
  await send('Texts', { group: [malware('m')], indicator: [host('text.example.com', 'm', tool.id)] })
  expect(await joined()).toEqual(['text.example.com indicates Tool', 'text.example.com related-to m'])

  const made = (await now()).find(({ target_ref: to }) => to?.startsWith('malware'))
  expect((await remove(made?.id ?? '')).status).toBe(200)
  expect(await joined()).toEqual(['text.example.com indicates Tool'])
  const { rows } = await taxii.at.library.database.pool.query(
    "select xid from indicator_group l join library_group g on g.id = l.group_id where l.owner_id = $1 order by xid = 'm', xid",
    [ownerId],
  )
  expect(rows).toEqual([{ xid: tool.id }])
  // As new if it is sent again.
  await send('Texts', { indicator: [host('text.example.com', 'm')] })
  expect(await joined()).toEqual(['text.example.com indicates Tool', 'text.example.com related-to m'])
})

test('LIB-5: a relationship whose link a person took back is revoked, made of a text or not, and is another one when it is put in again', async () => {
  const { joined, put } = await served('Taken back')
  const base = { spec_version: '2.1', created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
  const id = (type: string, number: number) => `${type}--00000000-0000-4000-8000-00000000001${number}`
  const names = ['one', 'two', 'three'].map((name) => `${name}.back.example.com`)
  const indicators = names.slice(0, 2).map((name, index) => ({
    ...base,
    type: 'indicator',
    id: id('indicator', index),
    name,
    pattern: `[domain-name:value = '${name}']`,
    pattern_type: 'stix',
    valid_from: base.created,
  }))
  const [source, target] = indicators
  const ends = { source_ref: source?.id, target_ref: target?.id }
  const related = { ...base, type: 'relationship', id: id('relationship', 2), relationship_type: 'related-to', ...ends }
  expect((await put(...indicators, related)).status).toBe(202)
  await send('Taken back', {
    indicator: [host(names[2] ?? '')],
    association: [{ ref_1: names[0], type_1: 'Host', ref_2: names[2], type_2: 'Host', associationType: 'related-to' }],
  })
  const whole = await joined()
  expect(whole).toHaveLength(2)
  const { library } = taxii.at
  const [one, ...others] = names.map((name) => indicatorId('Host', name))
  const links = others.map((other) => ({
    indicatorId: one ?? '',
    linkedId: other,
    owner: 'Taken back',
    kind: 'related-to',
  }))
  for (const link of links) await library.links.takeBack(library.person, link)
  expect(await joined()).toEqual([])
  for (const link of links) await library.links.put(library.person, link)
  expect(await joined()).toEqual(whole)
})

test('LIB-5: LIB-6: a link from a technique to the tactic of another kill chain is said, though it has the short name of its phase', async () => {
  const { joined, put, ownerId } = await served('Tactics')
  const base = { spec_version: '2.1', created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
  const object = (type: string, number: number, more: object) => ({
    ...base,
    type,
    id: `${type}--00000000-0000-4000-8000-00000000002${number}`,
    ...more,
  })
  const tactic = (number: number, name: string, domain: string) =>
    object('x-mitre-tactic', number, { name, x_mitre_shortname: 'impact', x_mitre_domains: [domain] })
  const ofPhase = { kill_chain_phases: [{ kill_chain_name: 'mitre-mobile-attack', phase_name: 'impact' }] }
  const technique = object('attack-pattern', 1, { name: 'Mobile', ...ofPhase })
  const enterprise = tactic(2, 'Enterprise impact', 'enterprise-attack')
  expect((await put(technique, enterprise, tactic(3, 'Mobile impact', 'mobile-attack'))).status).toBe(202)
  const exported = async () => {
    const { library } = taxii.at
    const bundle = await text(await taxii.stix.exportOwner(library.person, ownerId, { tlpMax: 'RED', format: '2.1' }))
    const { objects } = JSON.parse(bundle) as { objects: Said[] }
    return objects.flatMap(({ type, source_ref: from, target_ref: to }) =>
      type === 'relationship' ? [[from, to]] : [],
    )
  }
  // The text says that the technique is one of its own tactic.
  expect([await joined(), await exported()]).toEqual([[], []])
  const ends = { ref_1: technique.id, type_1: 'Attack Pattern', ref_2: enterprise.id, type_2: 'Tactic' }
  await send('Tactics', { association: [{ ...ends, associationType: 'kill-chain-phase' }] })
  expect(await joined()).toEqual(['Mobile kill-chain-phase Enterprise impact'])
  expect(await exported()).toEqual([[technique.id, enterprise.id]])
})
