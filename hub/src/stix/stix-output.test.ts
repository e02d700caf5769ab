import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { indicatorId, type StixOutputObject, tlpLevels, validateStixObject } from '@postern/intel'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestStix, type TestStix } from './test-stix.ts'

let world: TestStix
beforeAll(async () => {
  world = await createTestStix()
})
afterAll(() => world.close())

type Bundle = {
  id: string
  spec_version?: string
  objects: StixOutputObject[]
  x_postern_account: { objects: number; leftOut: Record<string, number> }
}

async function bundleOf(stream: Promise<Readable>): Promise<Bundle> {
  return JSON.parse(await text(await stream)) as Bundle
}

async function ownerBundle(name: string, format: '2.0' | '2.1' = '2.1', tlpMax: 'AMBER' | 'RED' = 'RED') {
  const id = await world.owner(name)
  const bundle = await bundleOf(world.stix.exportOwner(world.person, id, { tlpMax, format }))
  for (const object of bundle.objects) {
    const validated = validateStixObject(object, format)
    expect(validated, JSON.stringify(object)).toMatchObject({ ok: true, specVersion: format })
    if (!object.type.startsWith('marking'))
      for (const name of ['created', 'modified']) expect(object[name]).toMatch(/\.\d{3,}Z$/)
  }
  const ids = bundle.objects.map(({ id: objectId }) => objectId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(bundle.x_postern_account.objects).toBe(ids.length)
  return bundle
}

const ics = fileURLToPath(new URL('../../../../shared/data/stix/ics-attack-18.1.json', import.meta.url))

describe('LIB-6: owners', () => {
  test.runIf(existsSync(ics))(
    'LIB-6: ATT&CK for ICS comes out as it went in, object by object (needs ../shared/data)',
    async () => {
      const bytes = readFileSync(ics)
      await world.bring('MITRE', bytes)
      const out = await ownerBundle('MITRE')
      const sent = (JSON.parse(bytes.toString()) as Bundle).objects
      const byId = new Map(out.objects.map((object) => [object.id, object]))
      for (const object of sent) expect(byId.get(object.id)).toEqual(object)
      expect(out.objects).toHaveLength(sent.length)
      expect(out.x_postern_account.leftOut).toEqual({})
      const old = await ownerBundle('MITRE', '2.0')
      expect(old.spec_version).toBe('2.0')
      expect(old.objects).toHaveLength(sent.length)
      expect(old.objects.some((object) => 'spec_version' in object)).toBe(false)
    },
  )

  test('LIB-6: what the library says since goes before the text that came', async () => {
    const sent = {
      type: 'indicator',
      spec_version: '2.1',
      id: 'indicator--00000000-0000-4000-8000-0000000000aa',
      created: '2026-01-01T00:00:00.000Z',
      modified: '2026-01-01T00:00:00.000Z',
      pattern: "[domain-name:value = 'changed.example.com']",
      pattern_type: 'stix',
      valid_from: '2026-01-01T00:00:00.000Z',
      confidence: 10,
      x_custom: { kept: [1, 2] },
    }
    const gone = {
      ...sent,
      id: 'indicator--00000000-0000-4000-8000-0000000000ab',
      pattern: "[domain-name:value = 'gone.example.com']",
    }
    await world.bring('Changing', [sent, gone])
    expect((await ownerBundle('Changing')).objects).toEqual([sent, gone])
    await world.send('Changing', { indicator: [{ type: 'Host', summary: 'changed.example.com', confidence: 90 }] })
    await world.send('Changing', { indicator: [{ type: 'Host', summary: 'gone.example.com' }] }, { action: 'Delete' })
    const { objects, x_postern_account: account } = await ownerBundle('Changing')
    expect(objects).toHaveLength(1)
    expect(objects[0]).toMatchObject({ id: sent.id, created: sent.created, confidence: 90, x_custom: { kept: [1, 2] } })
    expect(objects[0]?.['modified']).not.toBe(sent.modified)
    expect(account.leftOut).toEqual({ 'texts of what is no longer in the library': 1 })
  })

  test('LIB-6: a report names what the library joined to it, and one that nothing is joined to is no report of STIX', async () => {
    await world.send('Reporting', {
      group: [
        { type: 'Report', name: 'About something', xid: 'r' },
        { type: 'Report', name: 'About nothing', xid: 'empty' },
        { type: 'Report', name: 'About secrets', xid: 'secret' },
        { type: 'Malware', name: 'M', xid: 'm' },
        { type: 'Malware', name: 'Red', xid: 'red', securityLabel: [{ name: 'TLP:RED' }] },
      ],
      indicator: [{ type: 'Host', summary: 'reported.example.com', associatedGroups: [{ groupXid: 'r' }] }],
      association: ['r', 'secret'].flatMap((xid) => [
        { ref_1: xid, type_1: 'Report', ref_2: 'red', type_2: 'Malware', associationType: 'refers-to' },
        ...(xid === 'r'
          ? [{ ref_1: 'm', type_1: 'Malware', ref_2: xid, type_2: 'Report', associationType: 'part of' }]
          : []),
      ]),
    })
    const { objects } = await ownerBundle('Reporting', '2.1', 'AMBER')
    const byName = new Map(objects.map((object) => [object['name'], object]))
    const report = byName.get('About something')
    expect(report?.type).toBe('report')
    const named = ['M', 'reported.example.com'].map((name) => byName.get(name)?.id)
    expect([report?.['object_refs']].flat().toSorted()).toEqual(named.toSorted())
    for (const name of ['About nothing', 'About secrets'])
      expect(byName.get(name)).toMatchObject({ type: 'x-postern-group', x_postern_group_type: 'Report' })
    expect(objects.filter(({ type }) => type === 'relationship')).toHaveLength(2)

    const red = await ownerBundle('Reporting', '2.1', 'RED')
    const secret = red.objects.find(({ name }) => name === 'About secrets')
    expect(secret).toMatchObject({ object_refs: [red.objects.find(({ name }) => name === 'Red')?.id] })
    await world.bring('Reported', Buffer.from(JSON.stringify(red)))
    await world.send('Reported', {
      association: [{ ref_1: 'r', type_1: 'Report', ref_2: 'secret', type_2: 'Report', associationType: 'refers-to' }],
    })
    const added = (await ownerBundle('Reported')).objects.filter(({ id }) => !red.objects.some((one) => one.id === id))
    // What the text of the report does not name.
    expect(added).toMatchObject([{ relationship_type: 'refers-to', source_ref: report?.id, target_ref: secret?.id }])
  })

  test('LIB-6: a relationship whose text no text of PostgreSQL can hold goes out, and is taken apart when it is revoked', async () => {
    const at = { spec_version: '2.1', created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
    const [one, two] = ['c1', 'c2'].map((end) => ({
      type: 'campaign',
      ...at,
      id: `campaign--00000000-0000-4000-8000-0000000000${end}`,
      name: end,
    }))
    const related = {
      type: 'relationship',
      ...at,
      id: 'relationship--00000000-0000-4000-8000-0000000000c3',
      relationship_type: 'related-to',
      source_ref: one?.id,
      target_ref: two?.id,
      description: 'NUL \u0000, half a pair \ud800, and \\u0000',
    }
    const sent = [one, two, related].filter((object) => object !== undefined)
    await world.bring('Unreadable', sent)
    expect((await ownerBundle('Unreadable')).objects).toEqual(sent)
    await world.bring('Unreadable', [{ ...related, modified: '2026-01-02T00:00:00.000Z', revoked: true }])
    const { rowCount } = await world.database.pool.query(
      `select from group_link l join library_group g on g.id = l.group_id where g.xid = $1`,
      [one?.id],
    )
    expect(rowCount).toBe(0)
  })

  test('LIB-6: what a person took back of two indicators goes out neither as it was joined nor as a text said it', async () => {
    const sent = {
      indicator: ['one', 'two', 'three'].map((name) => ({ type: 'Host', summary: `${name}.example.com` })),
      association: ['two', 'three'].map((name) => ({
        ref_1: 'one.example.com',
        type_1: 'Host',
        ref_2: `${name}.example.com`,
        type_2: 'Host',
        associationType: 'DNS',
      })),
    }
    await world.send('Joined', sent)
    const all = await ownerBundle('Joined')
    await world.bring('Said', Buffer.from(JSON.stringify(all)))
    const [one, two, three] = ['one', 'two', 'three'].map((name) => indicatorId('Host', `${name}.example.com`))
    const targets = async (owner: string) =>
      (await ownerBundle(owner)).objects.flatMap(({ type, target_ref: to, source_ref: from }) =>
        type === 'relationship'
          ? [[from, to].map((ref) => all.objects.find(({ id }) => id === ref)?.['name']).toSorted()]
          : [],
      )
    const left = [['one.example.com', 'three.example.com']]
    for (const owner of ['Joined', 'Said']) {
      expect(await targets(owner)).toHaveLength(2)
      const link = { indicatorId: one ?? '', linkedId: two ?? '', owner, kind: 'DNS' }
      await world.links.takeBack(world.person, link)
      expect(await targets(owner)).toEqual(left)
      await world.links.put(world.person, link)
      expect(await targets(owner)).toHaveLength(2)
    }
    await world.links.takeBack(world.person, {
      indicatorId: three ?? '',
      linkedId: one ?? '',
      owner: 'Said',
      kind: 'DNS',
    })
    const { x_postern_account: account } = await ownerBundle('Said')
    expect(account.leftOut).toEqual({ 'relationships that a person took back': 1 })
  })

  test('D21: a text whose marking has a slip in its level of TLP is left out as if it were RED', async () => {
    const id = (type: string) => `${type}--00000000-0000-4000-8000-0000000000c1`
    const said = { spec_version: '2.1', created: '2026-01-01T00:00:00.000Z' }
    const marking = { ...said, type: 'marking-definition', id: id('marking-definition'), definition_type: 'statement' }
    await world.bring('Slipped', [
      { ...marking, definition: { statement: 'TLP:REDD' } },
      {
        ...said,
        type: 'identity',
        id: id('identity'),
        modified: said.created,
        name: 'Plant',
        object_marking_refs: [marking.id],
      },
    ])
    const { objects, x_postern_account: account } = await ownerBundle('Slipped', '2.1', 'AMBER')
    expect(objects.map(({ type }) => type)).not.toContain('identity')
    expect(account.leftOut).toEqual({ 'objects above the permitted TLP': 1 })
  })

  test('D45: a text that names what is above the permitted TLP is left out, and counted by that', async () => {
    const uuid = '00000000-0000-4000-8000-0000000000c2'
    const said = { spec_version: '2.1', created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
    const pattern = { pattern: "[domain-name:value = 'named-above.example.com']", pattern_type: 'stix' }
    const host = { ...said, ...pattern, type: 'indicator', id: `indicator--${uuid}`, valid_from: said.created }
    const malware = { ...said, type: 'malware', id: `malware--${uuid}`, name: 'Family', is_family: true }
    const ends = { relationship_type: 'indicates', source_ref: host.id, target_ref: malware.id }
    const note = { ...said, type: 'note', id: `note--${uuid}`, content: 'About it', object_refs: [host.id] }
    await world.bring('Naming', [
      host,
      malware,
      { ...said, ...ends, type: 'relationship', id: `relationship--${uuid}` },
      { ...said, type: 'sighting', id: `sighting--${uuid}`, sighting_of_ref: host.id },
      note,
    ])
    expect((await ownerBundle('Naming', '2.1', 'AMBER')).x_postern_account).toEqual({ objects: 5, leftOut: {} })
    const red = { securityLabel: [{ name: 'TLP:RED' }] }
    await world.send('Naming', { indicator: [{ type: 'Host', summary: 'named-above.example.com', ...red }] })
    const { objects, x_postern_account: account } = await ownerBundle('Naming', '2.1', 'AMBER')
    expect(objects).toEqual([malware])
    expect(account.leftOut).toEqual({
      'objects above the permitted TLP': 1,
      'texts that name what is above the permitted TLP': 3,
    })
  })

  test('D21: what is marked above the permitted TLP is left out and counted', async () => {
    await world.send('Marked', {
      group: [{ type: 'Malware', name: 'M', xid: 'm', securityLabel: [{ name: 'TLP:RED' }] }],
      indicator: [
        {
          type: 'Host',
          summary: 'red.example.com',
          securityLabel: [{ name: 'TLP:RED' }],
          associatedGroups: [{ groupXid: 'm' }],
        },
        { type: 'Host', summary: 'amber.example.com', securityLabel: [{ name: 'TLP:AMBER' }, { name: 'Ours alone' }] },
      ],
    })
    const { objects, x_postern_account: account } = await ownerBundle('Marked', '2.1', 'AMBER')
    expect(objects.map(({ type, name }) => name ?? type)).toEqual([
      'amber.example.com',
      'TLP:AMBER',
      'marking-definition',
    ])
    expect(account.leftOut).toEqual({
      'objects above the permitted TLP': 2,
      'relationships of objects above the permitted TLP': 1,
    })
  })
})

describe('LIB-6: round trips', () => {
  const label = fc.constantFrom(...tlpLevels.map((level) => `TLP:${level}`), 'Ours alone', 'Second "label"')
  const words = fc.uniqueArray(fc.constantFrom('botnet', 'c2', 'Ünïcode', 'with "quotes"'), { maxLength: 3 })
  const named = (names: fc.Arbitrary<string[]>) => names.map((list) => list.map((name) => ({ name })))
  const value = fc.constantFrom(
    ['Host', 'a.example.com'],
    ['Address', '192.0.2.7'],
    ['CIDR', '192.0.2.0/24'],
    ['URL', "http://x.example.com/'q\\?a=1"],
    ['File', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['ASN', 'ASN64496'],
    ['Hashtag', '#evil'],
    ['Mutex', 'Global\\m'],
    ['Registry Key', 'HKEY_USERS\\x : y : REG_SZ'],
    ['User Agent', 'agent/1 (<&>)'],
    ['Email Subject', 'Invoice'],
    ['EmailAddress', "o'neil@example.com"],
  )
  const attribute = fc
    .record({ type: fc.constantFrom('Description', 'Note'), value: fc.string({ minLength: 1 }) })
    .filter(({ value: said }) => said.trim() !== '')
  const shared = {
    tag: named(words),
    securityLabel: named(fc.uniqueArray(label, { maxLength: 3 })),
    attribute: fc.array(attribute, { maxLength: 2 }),
  }
  const indicator = fc.record({
    value,
    rating: fc.constantFrom(0, 2.5, 5),
    confidence: fc.integer({ min: 0, max: 100 }),
    active: fc.boolean(),
    privateFlag: fc.boolean(),
    firstSeen: fc.constant('2026-01-01T00:00:00Z'),
    externalDateExpires: fc.constant('2999-01-01T00:00:00Z'),
    groups: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
    ...shared,
  })
  const groupTypes = ['Malware', 'Adversary', 'Event', 'Report', 'Task', 'Signature', 'Document'] as const
  const group = fc.record({
    type: fc.constantFrom(...groupTypes),
    name: fc.string({ minLength: 1 }).filter((name) => name.trim() !== ''),
    ...shared,
  })

  const content = fc
    .record({
      groups: fc.array(group, { minLength: 6, maxLength: 6 }),
      indicators: fc.uniqueArray(indicator, { maxLength: 6, selector: (item) => item.value[0] }),
    })
    .map(({ groups, indicators }) => ({
      group: groups.map((item, index) => ({
        ...item,
        xid: `group ${index}`,
        ...(item.type === 'Signature' ? { fileType: 'STIX', fileText: '[a:b = 1] FOLLOWEDBY [a:c = 2]' } : {}),
      })),
      indicator: indicators.map(({ value: [type, summary], groups: joined, ...item }) => ({
        type,
        summary,
        ...item,
        associatedGroups: joined.map((index) => ({ groupXid: `group ${index}` })),
      })),
      association: [
        {
          ref_1: 'group 0',
          type_1: groups[0]?.type,
          ref_2: 'group 1',
          type_2: groups[1]?.type,
          associationType: 'uses',
        },
      ],
    }))

  /** What an owner has, without numbers and times of its own. */
  async function holdings(name: string): Promise<unknown> {
    const id = await world.owner(name)
    const { rows: assertions } = await world.database.pool.query(
      `select i.type, i.value, a.rating, a.confidence, a.active, a.private, a.status, a.tags, a.labels, a.tlp, a.first_seen, a.expires,
         (select json_agg(json_build_array(t.type, t.value) order by t.type, t.value) from assertion_attribute t
          where t.indicator_id = a.indicator_id and t.owner_id = a.owner_id) as attributes
       from assertion a join indicator i on i.id = a.indicator_id where a.owner_id = $1 order by 1, 2`,
      [id],
    )
    const { rows: groups } = await world.database.pool.query(
      `select type, name, xid, tags, labels, tlp, detail,
         (select json_agg(json_build_array(t.type, t.value) order by t.type, t.value) from group_attribute t where t.group_id = g.id) as attributes
       from library_group g where owner_id = $1 order by xid`,
      [id],
    )
    const { rows: links } = await world.database.pool.query(
      `select s.xid as source, l.kind, t.xid as target from group_link l join library_group s on s.id = l.group_id
         join library_group t on t.id = l.linked_id where s.owner_id = $1
       union all select i.value, 'of', g.xid from indicator_group l join indicator i on i.id = l.indicator_id
         join library_group g on g.id = l.group_id where l.owner_id = $1 order by 1, 2, 3`,
      [id],
    )
    return { assertions, groups, links }
  }

  let run = 0
  test.each(['2.1', '2.0'] as const)(
    'LIB-6: whatever an owner has comes back from STIX %s with nothing lost, and goes out again the same',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(content, async (items) => {
          run += 1
          const [from, to] = [`From ${run}`, `To ${run}`]
          const batch = await world.send(from, items)
          expect(batch.refused + batch.groups_refused).toBe(0)
          const out = await ownerBundle(from, format)
          expect(out.x_postern_account.leftOut).toEqual({})
          const answer = await world.bring(to, Buffer.from(JSON.stringify(out)))
          expect(answer).toMatchObject({ refused: 0, kept: 0, objects: out.objects.length, specVersion: format })
          expect(await holdings(to)).toEqual(await holdings(from))
          const again = await ownerBundle(to, format)
          const byId = (objects: readonly StixOutputObject[]) => objects.toSorted((a, b) => (a.id < b.id ? -1 : 1))
          expect(byId(again.objects)).toEqual(byId(out.objects))
        }),
        { numRuns: process.env['POSTERN_SOAK'] === '1' ? 200 : 6 },
      )
    },
  )

  test('LIB-6: the same library goes out as the same bytes', async () => {
    const id = await world.owner('From 1')
    const outs = await Promise.all(
      [1, 2].map(async () => text(await world.stix.exportOwner(world.person, id, { tlpMax: 'RED', format: '2.1' }))),
    )
    expect(outs[0]).toBe(outs[1])
  })
})

describe('LIB-6: data collections', () => {
  test('LIB-6: a version goes out in every form, and says what a form cannot', async () => {
    // Values of this test's alone: of what several owners say, the highest TLP holds (D21), and the round trips mark theirs at random.
    const md5 = '0c0113c7ed0c0113c7ed0c0113c7ed00'
    await world.send('Collected elsewhere', {
      indicator: [
        { type: 'Host', summary: 'elsewhere.collected.example.com', securityLabel: [{ name: 'TLP:RED' }] },
        { type: 'Host', summary: 'collected.example.com', active: false },
      ],
    })
    await world.send('Collected', {
      indicator: [
        {
          type: 'Host',
          summary: 'elsewhere.collected.example.com',
          tag: [{ name: 'collected' }],
          securityLabel: [{ name: 'TLP:GREEN' }],
        },
        { type: 'Host', summary: 'collected.example.com', rating: 5, confidence: 80, tag: [{ name: 'collected' }] },
        { type: 'Hashtag', summary: '#collected', rating: 5, tag: [{ name: 'collected' }] },
        {
          type: 'Host',
          summary: 'red.collected.example.com',
          rating: 5,
          tag: [{ name: 'collected' }],
          securityLabel: [{ name: 'TLP:RED' }],
        },
        {
          type: 'File',
          summary: md5,
          rating: 5,
          tag: [{ name: 'collected' }],
          securityLabel: [{ name: 'TLP:AMBER+STRICT' }],
        },
      ],
    })
    const { id } = await world.collections.create(world.person, { name: 'Collected', tql: 'tag = "collected"' })
    await world.collections.refresh(world.person, id)
    const filter = { types: undefined, tlpMax: 'AMBER+STRICT' } as const
    const bundles = await Promise.all(
      (['2.1', '2.0'] as const).map((format) =>
        bundleOf(world.stix.exportCollection(world.person, id, 'latest', { filter, format })),
      ),
    )
    for (const bundle of bundles) {
      expect(bundle.objects.flatMap(({ type, name }) => (type === 'indicator' ? [name] : []))).toEqual([
        md5,
        '#collected',
        'collected.example.com',
      ])
      expect(bundle.x_postern_account).toEqual({
        objects: bundle.objects.length,
        leftOut: { 'values above the permitted TLP': 2 },
      })
    }
    const strict = bundles[1]?.objects.find(({ name }) => name === md5)
    expect(strict?.['object_marking_refs']).toContain('marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed')
    const xml = await text(await world.stix.exportCollection(world.person, id, 'latest', { filter, format: '1.1.1' }))
    expect(xml).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<stix:STIX_Package /)
    expect(xml.match(/<stix:Indicator /g)).toHaveLength(2)
    expect(xml).toContain('<DomainNameObj:Value condition="Equals">collected.example.com</DomainNameObj:Value>')
    expect(xml).toContain('STIX 1.1.1 has no object for the type Hashtag')
    // TLP 1.0 has no AMBER+STRICT, and its AMBER may be shared with clients.
    expect(xml).toContain('color="RED"')
    expect(xml).not.toContain('color="AMBER"')
    // The schema wants at least one indicator in a list of them.
    const none = { filter: { ...filter, types: ['Hashtag'] }, format: '1.1.1' } as const
    const empty = await text(await world.stix.exportCollection(world.person, id, 'latest', none))
    expect(empty).not.toContain('<stix:Indicators')
    const [, account = ''] = /<\/stix:STIX_Header>\n<!-- ([^]*) -->\n<\/stix:STIX_Package>\n$/.exec(empty) ?? []
    expect(JSON.parse(account)).toHaveProperty('leftOut')

    // What must never be exported by now goes out of no version, however old.
    await world.database.pool.query(
      `insert into decision (organization_id, indicator_id, status, reason, decided_by, decided_at)
       values ($1, $2, 'Whitelisted', 'Our own.', 'test', now())`,
      [world.organizationId, indicatorId('Host', 'collected.example.com')],
    )
    const judged = await bundleOf(world.stix.exportCollection(world.person, id, '1', { filter, format: '2.1' }))
    expect(judged.objects.map(({ name }) => name)).not.toContain('collected.example.com')
    expect(judged.x_postern_account.leftOut).toMatchObject({ 'values that an exclusion list blocks': 1 })
  })

  test('LIB-6: an export that is given up leaves its connection usable', async () => {
    const owner = await world.owner('Collected')
    for (let turn = 0; turn < 6; turn++) {
      const stream = await vi.waitFor(async () =>
        world.stix.exportOwner(world.person, owner, { tlpMax: 'RED', format: '2.1' }),
      )
      stream.destroy()
    }
    const bundle = await vi.waitFor(async () => ownerBundle('Collected'))
    expect(bundle.objects.length).toBeGreaterThan(3)
  })
})
