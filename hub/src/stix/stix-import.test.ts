import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stixItemsMax } from '@postern/intel'
import { limits } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { notMappedMax } from './stix-limits.ts'
import { createTestStix, type TestStix } from './test-stix.ts'

let world: TestStix
beforeAll(async () => {
  world = await createTestStix()
})
afterAll(() => world.close())

const created = '2026-01-01T00:00:00.000Z'
const later = '2026-02-01T00:00:00.000Z'
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const sdo = (type: string, number: number, more: object = {}) => ({
  type,
  spec_version: '2.1',
  id: `${type}--${uuid(number)}`,
  created,
  modified: created,
  ...more,
})
const indicator = (number: number, pattern: string, more: object = {}) =>
  sdo('indicator', number, { pattern, pattern_type: 'stix', valid_from: created, ...more })
const relationship = (number: number, source: string, kind: string, target: string, more: object = {}) =>
  sdo('relationship', number, { relationship_type: kind, source_ref: source, target_ref: target, ...more })

const ics = fileURLToPath(new URL('../../../../shared/data/stix/ics-attack-18.1.json', import.meta.url))

describe('LIB-6: ATT&CK', () => {
  test.runIf(existsSync(ics))(
    'LIB-6: ATT&CK for ICS goes in whole, each object accounted for, and again as unchanged (needs ../shared/data)',
    async () => {
      const bytes = readFileSync(ics)
      const answer = await world.bring('MITRE', bytes)
      expect(answer).toMatchObject({
        owner: 'MITRE',
        specVersion: '2.1',
        objects: 1826,
        mapped: 213 + 605 + 1,
        refused: 0,
        unchanged: 0,
        groups: { created: 213, refused: 0 },
        types: { relationship: 1373, 'attack-pattern': 95, 'course-of-action': 52, malware: 30 },
      })
      expect(answer.mapped + answer.kept).toBe(1826)
      expect(answer.notMapped.every(({ reason }) => reason !== null)).toBe(true)
      const keptOf = new Map(answer.kinds.map(({ type, kept, reasons }) => [type, { kept, reasons }]))
      expect(answer.kinds.reduce((sum, { kept }) => sum + kept, 0)).toBe(answer.kept)
      expect(keptOf.get('x-mitre-asset')).toEqual({
        kept: 18,
        reasons: [{ outcome: 'kept', reason: expect.stringContaining('custom type'), count: 18 }],
      })
      for (const { kept, reasons } of keptOf.values())
        expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBe(kept)
      const texts = await world.database.pool.query<{ object_id: string; body: string }>(
        `select object_id, body from stix_object o join owner on owner.id = o.owner_id where owner.name = 'MITRE'`,
      )
      const sent = (JSON.parse(bytes.toString()) as { objects: { id: string }[] }).objects
      const stored = new Map(texts.rows.map(({ object_id: id, body }) => [id, JSON.parse(body) as object]))
      for (const object of sent) expect(stored.get(object.id)).toEqual(object)
      const { rows: links } = await world.database.pool.query<{ kind: string; count: number }>(
        'select kind, count(*)::int as count from group_link group by kind order by kind',
      )
      expect(links).toEqual([
        { kind: 'attributed-to', count: 5 },
        // Of techniques that are neither revoked nor deprecated with their tactics.
        { kind: 'kill-chain-phase', count: 94 },
        { kind: 'mitigates', count: 331 },
        { kind: 'revoked-by', count: 2 },
        { kind: 'uses', count: 267 },
      ])
      const again = await world.bring('MITRE', bytes)
      expect(again).toMatchObject({ objects: 1826, unchanged: 1826, mapped: 0, kept: 0, refused: 0, batchId: null })
    },
  )
})

describe('LIB-6: indicators', () => {
  test('LIB-6: simple patterns and alternatives become indicators with what their object says', async () => {
    const tlp = 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82'
    const answer = await world.bring('Feed', [
      indicator(1, "[domain-name:value = 'evil.example.com'] OR [ipv4-addr:value = '192.0.2.1']", {
        confidence: 70,
        labels: ['botnet'],
        valid_until: '2999-01-01T00:00:00.000Z',
        object_marking_refs: [tlp],
        description: 'd',
        x_postern_rating: 4,
      }),
    ])
    expect(answer).toMatchObject({ mapped: 1, indicators: { created: 2, refused: 0 } })
    const { rows } = await world.database.pool.query(
      `select i.value, a.confidence, a.rating, a.tags, a.labels, a.expires, a.first_seen, a.active from assertion a
       join indicator i on i.id = a.indicator_id join owner o on o.id = a.owner_id where o.name = 'Feed' order by i.value`,
    )
    expect(rows.map(({ value }) => value as string)).toEqual(['192.0.2.1', 'evil.example.com'])
    expect(rows[0]).toMatchObject({
      rating: 4,
      tags: ['botnet'],
      labels: ['TLP:AMBER'],
      first_seen: new Date(created),
      active: true,
    })
  })

  test('LIB-6: a pattern that says more than values is kept whole and found as a signature', async () => {
    const pattern = "[domain-name:value = 'a.example.com'] FOLLOWEDBY [url:value MATCHES '^(a+)+$'] WITHIN 5 SECONDS"
    const answer = await world.bring('Feed', [
      indicator(2, pattern, { name: 'Two steps' }),
      indicator(3, 'rule x { condition: true }', { pattern_type: 'yara' }),
    ])
    expect(answer).toMatchObject({ mapped: 2, groups: { created: 2 }, indicators: { created: 0 }, notMapped: [] })
    const { rows } = await world.database.pool.query(
      `select type, name, detail from library_group where xid = any($1) order by xid`,
      [[2, 3].map((number) => `indicator--${uuid(number)}`)],
    )
    expect(rows).toEqual([
      { type: 'Signature', name: 'Two steps', detail: { fileType: 'STIX', fileText: pattern } },
      {
        type: 'Signature',
        name: 'rule x { condition: true }',
        detail: { fileType: 'yara', fileText: 'rule x { condition: true }' },
      },
    ])
  })

  test('LIB-6: a value that is none is named with its reason, and no good value beside it is lost', async () => {
    const answer = await world.bring('Feed', [
      indicator(5, "[ipv4-addr:value = '999.1.1.1']"),
      indicator(6, "[domain-name:value = 'ok.example.com' OR domain-name:value = 'not a host!']"),
    ])
    expect(answer).toMatchObject({ mapped: 1, refused: 1, indicators: { created: 1 }, groups: { created: 0 } })
    expect(answer.notMapped).toMatchObject([
      { outcome: 'refused', reason: expect.stringMatching(/^The library takes no such Address: /) },
      { outcome: 'mapped', reason: expect.stringMatching(/^1 of 2 values were refused\. .* no such Host: /) },
    ])
  })

  test('LIB-6: an object with a label too long for a tag is mapped, and named with that', async () => {
    const labels = ['short', 'x'.repeat(129)]
    const cut = indicator(63, "[domain-name:value = 'labelled.example.com']", { labels })
    const whole = indicator(64, "[domain-name:value = 'labelled.example.org']", { labels: ['x'.repeat(128)] })
    const answer = await world.bring('Labels', [cut, whole])
    expect(answer).toMatchObject({ mapped: 2, notMappedCut: 0 })
    expect(answer.notMapped).toMatchObject([
      {
        id: cut.id,
        outcome: 'mapped',
        reason: 'A label has 129 characters; its tag is cut to the 128 that are permitted.',
      },
    ])
  })

  test('LIB-6: a revoked indicator makes its values inactive; one that another object says stays', async () => {
    const [a, b] = ["[domain-name:value = 'gone.example.com']", "[domain-name:value = 'stays.example.com']"]
    await world.bring('Revoking', [indicator(10, a), indicator(11, b), indicator(12, b)])
    const answer = await world.bring('Revoking', [
      indicator(12, b, { modified: later }),
      indicator(10, a, { revoked: true, modified: later }),
      indicator(11, b, { revoked: true, modified: later }),
    ])
    expect(answer).toMatchObject({ mapped: 3 })
    const { rows } = await world.database.pool.query(
      `select i.value, a.active from assertion a join indicator i on i.id = a.indicator_id join owner o on o.id = a.owner_id
       where o.name = 'Revoking' order by i.value`,
    )
    expect(rows).toEqual([
      { value: 'gone.example.com', active: false },
      { value: 'stays.example.com', active: true },
    ])
  })
})

describe('LIB-6: relationships', () => {
  test('LIB-6: relationships join groups and indicators, also to those of earlier bundles, and wait for ends that come later', async () => {
    const malware = sdo('malware', 20, { name: 'M', is_family: true })
    const actor = sdo('threat-actor', 21, { name: 'A' })
    const uses = relationship(22, actor.id, 'uses', malware.id)
    const indicates = relationship(23, `indicator--${uuid(24)}`, 'indicates', malware.id)
    const first = await world.bring('Relating', [actor, uses])
    expect(first).toMatchObject({ mapped: 1, kept: 1, associations: 0 })
    expect(first.notMapped[0]?.reason).toBe(
      `Its target ${malware.id} is not in the library; send it again once that is.`,
    )
    const identity = sdo('identity', 25, { name: 'Never', identity_class: 'organization' })
    const never = await world.bring('Never joined', [actor, identity, relationship(26, actor.id, 'uses', identity.id)])
    expect(never.notMapped.map(({ reason }) => reason)).toContain(
      `Its target ${identity.id} has no place in the library.`,
    )
    const again = await world.bring('Relating', [actor, uses])
    expect(again).toMatchObject({ unchanged: 2, mapped: 0, batchId: null })

    const second = await world.bring('Relating', [malware, indicator(24, "[domain-name:value = 'm.example.com']")])
    expect(second).toMatchObject({ mapped: 2 })
    const third = await world.bring('Relating', [uses, indicates])
    expect(third).toMatchObject({ mapped: 2, unchanged: 0, associations: 2 })
    const { rows } = await world.database.pool.query(
      `select s.name as source, l.kind, t.name as target from group_link l join library_group s on s.id = l.group_id
       join library_group t on t.id = l.linked_id join owner o on o.id = s.owner_id where o.name = 'Relating'`,
    )
    expect(rows).toEqual([{ source: 'A', kind: 'uses', target: 'M' }])
    expect(await world.bring('Relating', [uses, indicates])).toMatchObject({ unchanged: 2, batchId: null })
  })

  test('LIB-6: a relationship that is revoked is taken apart, unless another one says the same', async () => {
    const [malware, actor] = [
      sdo('malware', 60, { name: 'M', is_family: true }),
      sdo('threat-actor', 61, { name: 'A' }),
    ]
    const value = indicator(62, "[domain-name:value = 'unjoined.example.com']")
    const other = indicator(63, "[domain-name:value = 'unjoined.example.net']")
    const event = { type: 'Event', name: 'Seen', xid: `x-postern-group--${uuid(64)}`, eventType: 'Sighting' }
    await world.send('Unjoining', { group: [event] })
    const revoked = (object: object) => ({ ...object, modified: later, revoked: true })
    const uses = relationship(65, actor.id, 'uses', malware.id)
    const twice = relationship(66, actor.id, 'attributed-to', malware.id)
    const again = relationship(67, actor.id, 'attributed-to', malware.id)
    const indicates = relationship(68, value.id, 'indicates', malware.id)
    const seen = relationship(69, value.id, 'related-to', event.xid)
    const alike = relationship(70, value.id, 'related-to', other.id)
    const all = [uses, twice, again, indicates, seen, alike]
    expect(await world.bring('Unjoining', [malware, actor, value, other, ...all])).toMatchObject({ mapped: 10 })
    expect(await joined('Unjoining')).toEqual({
      groups: ['attributed-to', 'uses'],
      both: ['M', 'Seen'],
      indicators: ['related-to'],
      sightings: 1,
    })
    // One that joined nothing itself takes nothing apart.
    const never = relationship(71, actor.id, 'uses', malware.id, { revoked: true })
    const answer = await world.bring('Unjoining', [never, ...[twice, indicates, seen, alike].map(revoked)])
    expect(answer).toMatchObject({ kept: 5, mapped: 0 })
    expect(await joined('Unjoining')).toEqual({
      groups: ['attributed-to', 'uses'],
      both: [],
      indicators: [],
      sightings: 0,
    })
    await world.bring('Unjoining', [again, uses].map(revoked))
    expect(await joined('Unjoining')).toEqual({ groups: [], both: [], indicators: [], sightings: 0 })
    // What is revoked is said once: what is joined since stays.
    await world.send('Unjoining', {
      association: [
        { ref_1: actor.id, type_1: 'Adversary', ref_2: malware.id, type_2: 'Malware', associationType: 'uses' },
      ],
    })
    await world.bring('Unjoining', [revoked(uses), sdo('tool', 72, { name: 'T' })])
    expect(await joined('Unjoining')).toMatchObject({ groups: ['uses'] })
  })

  async function joined(owner: string) {
    const { rows } = await world.database.pool.query<object>(
      `with o as (select id from owner where name = $1), g as (select id, name from library_group where owner_id in (select id from o))
       select array(select kind from group_link where group_id in (select id from g) order by kind) as groups,
         array(select name from indicator_group l join g on g.id = l.group_id order by name) as both,
         array(select kind from indicator_link where owner_id in (select id from o)) as indicators,
         (select count(*)::int from sighting where group_id in (select id from g)) as sightings`,
      [owner],
    )
    return rows[0]
  }

  test('LIB-2: what a bundle brings has the status that its owner gives to what says none', async () => {
    await world.owners.change(world.person, await world.owner('Unproven'), { statusDefault: 'Review' })
    await world.bring('Unproven', [indicator(900, "[domain-name:value = 'unproven.example.com']")])
    const { rows } = await world.database.pool.query<{ status: string }>(
      `select a.status from assertion a join indicator i on i.id = a.indicator_id where i.value = 'unproven.example.com'`,
    )
    expect(rows).toEqual([{ status: 'Review' }])
  })

  test('LIB-6: a newer version of an object is written, an older one is not', async () => {
    const tool = sdo('tool', 30, { name: 'Old name' })
    await world.bring('Versions', [tool])
    const { rows: told } = await world.database.pool.query(
      `select actor_name, detail from audit_event where action = 'stix.import' and subject = $1`,
      [`owner ${await world.owner('Versions')}`],
    )
    expect(told).toEqual([{ actor_name: 'pat', detail: { objects: 1, mapped: 1, refused: 0 } }])
    const newer = await world.bring('Versions', [{ ...tool, name: 'New name', modified: later }])
    expect(newer).toMatchObject({ mapped: 1, groups: { updated: 1 } })
    expect(await world.bring('Versions', [tool])).toMatchObject({ unchanged: 1, batchId: null })
    const { rows } = await world.database.pool.query('select name from library_group where xid = $1', [tool.id])
    expect(rows).toEqual([{ name: 'New name' }])
  })
})

describe('LIB-6: versions and refusals', () => {
  test('LIB-6: a bundle of STIX 2.0 is read by its rules', async () => {
    const object = {
      type: 'tool',
      id: `tool--${uuid(40)}`,
      created,
      modified: created,
      name: 'T',
      labels: ['remote-access'],
    }
    const { labels: _, ...unlabelled } = { ...object, id: `tool--${uuid(41)}` }
    expect(await world.bring('Old', [object, unlabelled], '2.0')).toMatchObject({
      specVersion: '2.0',
      mapped: 1,
      refused: 1,
      notMapped: [{ id: unlabelled.id, reason: 'It has no property labels, which every tool has.' }],
    })
  })

  test('LIB-6: hashes of one file that a pattern joins are one file, and what else it says is named as not mapped', async () => {
    const [md5, sha1] = ['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef01234567']
    const joined = indicator(
      60,
      `[file:hashes.MD5 = '${md5}' AND file:hashes.'SHA-1' = '${sha1}' AND file:name = 'a.exe']`,
    )
    const nameless = indicator(61, "[file:name MATCHES '^a\\\\.']")
    const answer = await world.bring('Joined', [joined, nameless, indicator(62, "[ipv4-addr:value = '192.0.2.9/32']")])
    expect(answer).toMatchObject({ mapped: 3, indicators: { created: 2 }, groups: { created: 1 }, notMappedCut: 0 })
    expect(answer.notMapped).toEqual([
      {
        id: joined.id,
        type: 'indicator',
        version: expect.any(String),
        outcome: 'mapped',
        reason: 'Its text is kept; file:name is not mapped.',
      },
    ])
    const { rows } = await world.database.pool.query(
      `select i.value, j.value as other, l.kind from indicator_link l join indicator i on i.id = l.indicator_id
         join indicator j on j.id = l.linked_id join owner o on o.id = l.owner_id where o.name = 'Joined'`,
    )
    expect(rows.map(({ value, other, kind }) => [[value, other].toSorted(), kind])).toEqual([
      [[md5, sha1].toSorted(), 'Same File'],
    ])
    const { rows: groups } = await world.database.pool.query(
      `select g.name from library_group g join owner o on o.id = g.owner_id where o.name = 'Joined'`,
    )
    expect(groups).toEqual([{ name: "[file:name MATCHES '^a\\\\.']" }])
  })

  test('LIB-6: a broken object is refused with its reason and stops no other', async () => {
    const answer = await world.bring('Broken', [
      sdo('malware', 50, { name: 'Good', is_family: false }),
      sdo('malware', 51, { name: 'No family' }),
      indicator(52, '[domain-name:value = '),
      { type: 'malware' },
      'text' as unknown as object,
    ])
    expect(answer).toMatchObject({ objects: 5, mapped: 1, refused: 4 })
    expect(answer.notMapped.map(({ reason }) => reason)).toEqual([
      'It has no property is_family, which every malware has.',
      'Its pattern cannot be read, at character 22: Expected a constant.',
      'Its id is not malware-- and a UUID.',
      'It is no JSON object.',
    ])
  })

  test('LIB-6: what the library refuses of a bundle is accounted for with its reason, and its text is not kept', async () => {
    const { exclusions, person } = world
    const { id } = await exclusions.create(person, { name: 'Ours' })
    await exclusions.writeEntries(person, id, Buffer.from('{"entries":[{"entry":".ours.example"}]}'))
    const ours = indicator(80, "[domain-name:value = 'www.ours.example']")
    const partly = indicator(81, "[domain-name:value = 'x.ours.example'] OR [domain-name:value = 'theirs.example']")
    const theirs = indicator(82, "[domain-name:value = 'other.theirs.example']")
    const malware = sdo('malware', 83, { name: 'M', is_family: true })
    const indicates = relationship(84, ours.id, 'indicates', malware.id)
    const sent = [ours, partly, theirs, malware, indicates]
    const answer = await world.bring('Blocked', sent)
    expect(answer).toMatchObject({
      objects: 5,
      mapped: 3,
      kept: 1,
      refused: 1,
      indicators: { created: 2, refused: 2 },
      associations: 0,
      notMappedCut: 0,
    })
    expect(answer.kinds.find(({ type }) => type === 'indicator')).toEqual({
      type: 'indicator',
      mapped: 2,
      kept: 0,
      unchanged: 0,
      refused: 1,
      reasons: [
        { outcome: 'refused', reason: 'The exclusion list Ours blocks it.', count: 1 },
        { outcome: 'mapped', reason: 'The exclusion list Ours blocks it.', count: 1 },
      ],
    })
    expect(answer.notMapped.map(({ version }) => version)).toEqual(
      answer.notMapped.map(() => '2026-01-01T00:00:00.000000Z'),
    )
    expect(answer.notMapped.map((told) => [told.id, told.outcome])).toEqual([
      [ours.id, 'refused'],
      [partly.id, 'mapped'],
      [indicates.id, 'kept'],
    ])
    expect(answer.notMapped.map(({ reason }) => reason)).toEqual([
      'Host www.ours.example is excluded here, so its import is not valid. The exclusion list Ours blocks it, by its entry .ours.example.',
      '1 of 2 were refused. Host x.ours.example is excluded here, so its import is not valid. The exclusion list Ours blocks it, by its entry .ours.example.',
      expect.stringContaining('which this owner does not have'),
    ])
    const kept = await world.database.pool.query<{ object_id: string; outcome: string }>(
      `select object_id, outcome from stix_object where owner_id = $1 order by object_id`,
      [await world.owner('Blocked')],
    )
    expect(kept.rows.map((row) => [row.object_id, row.outcome])).toEqual([
      [partly.id, 'mapped'],
      [theirs.id, 'mapped'],
      [malware.id, 'mapped'],
      [indicates.id, 'kept'],
    ])
    // Once nothing keeps them out, they are taken, and what waited for one is joined.
    await exclusions.remove(person, id)
    const again = await world.bring('Blocked', sent)
    expect(again).toMatchObject({ mapped: 3, unchanged: 2, refused: 0, indicators: { created: 2 }, associations: 1 })
  })

  test('LIB-6: what a batch took away in between is not unchanged when its object is sent again, and is joined again', async () => {
    const gone = indicator(85, "[domain-name:value = 'gone.taken.example']")
    const stays = indicator(86, "[domain-name:value = 'stays.taken.example']")
    const malware = sdo('malware', 87, { name: 'Taken', is_family: true })
    const sent = [gone, stays, malware, relationship(88, gone.id, 'indicates', malware.id)]
    expect(await world.bring('Taken', sent)).toMatchObject({ mapped: 4, associations: 1 })
    await world.send(
      'Taken',
      {
        indicator: [{ type: 'Host', summary: 'gone.taken.example' }],
        group: [{ type: 'Malware', name: 'x', xid: malware.id }],
      },
      { action: 'Delete' },
    )
    const again = await world.bring('Taken', sent)
    expect(again).toMatchObject({
      mapped: 3,
      unchanged: 1,
      indicators: { created: 1 },
      groups: { created: 1 },
      associations: 1,
    })
    expect(await world.bring('Taken', sent)).toMatchObject({ unchanged: 4, batchId: null })
  })

  test('LIB-6: an answer names refusals before what is kept, and says how many it does not name', async () => {
    const identities = Array.from({ length: notMappedMax }, (_, number) =>
      sdo('identity', 1000 + number, { name: 'I', identity_class: 'group' }),
    )
    const answer = await world.bring('Many', [...identities, sdo('malware', 90, { name: 'No family' })])
    expect(answer).toMatchObject({ kept: notMappedMax, refused: 1, notMappedCut: 1 })
    expect(answer.notMapped).toHaveLength(notMappedMax)
    expect(answer.notMapped[0]).toMatchObject({ outcome: 'refused' })
  })

  test('S14: a bundle may become as many items as a batch holds', () => {
    expect(stixItemsMax).toBe(limits.batchItemsMax)
  })

  test('S14: what is no bundle, or nested too deep, is refused before anything is written', async () => {
    await expect(world.bring('Broken', Buffer.from('{"type":"bundle"'))).rejects.toThrow(
      'This is not JSON: it ends too early, at character 16.',
    )
    await expect(world.bring('Broken', Buffer.from(`{"type":"bundle","objects":${'['.repeat(64)}`))).rejects.toThrow(
      'more than 64 deep',
    )
    await expect(world.bring('Broken', Buffer.from([0xff, 0xfe]))).rejects.toThrow('UTF-8')
    await expect(world.bring('Broken', Buffer.from('{"type":"bundle","spec_version":"1.2"}'))).rejects.toThrow('1.2')
  })
})

test('LIB-6: LIB-5: techniques are joined to tactics of other bundles, whichever came first', async () => {
  const phase = (chain: string) => [{ kill_chain_name: chain, phase_name: 'impact' }]
  const technique = (number: number, chain: string, more: object = {}) =>
    sdo('attack-pattern', number, { name: `T${number}`, kill_chain_phases: phase(chain), ...more })
  const tactic = (number: number, domains: string[]) =>
    sdo('x-mitre-tactic', number, { name: `TA${number}`, x_mitre_shortname: 'impact', x_mitre_domains: domains })
  const joined = async () => {
    const { rows } = await world.database.pool.query<{ pair: string }>(
      `select s.name || ' ' || t.name as pair from group_link l join library_group s on s.id = l.group_id
           join library_group t on t.id = l.linked_id join owner o on o.id = s.owner_id
         where o.name = 'Tactics' and l.kind = 'kill-chain-phase' order by 1`,
    )
    return rows.map(({ pair }) => pair)
  }
  await world.bring('Tactics', [technique(901, 'mitre-attack'), technique(902, 'mitre-ics-attack', { revoked: true })])
  expect(await joined()).toEqual([])
  await world.bring('Tactics', [tactic(903, ['enterprise-attack']), tactic(904, ['ics-attack'])])
  expect(await joined()).toEqual(['T901 TA903'])
  await world.bring('Tactics', [technique(905, 'mitre-ics-attack'), technique(906, 'somebody-else')])
  expect(await joined()).toEqual(['T901 TA903', 'T905 TA904'])
})
