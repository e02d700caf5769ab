import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { indicatorId } from '@postern/intel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type KeptTextFilter, KeptTexts } from './kept-texts.ts'
import { createTestStix, type TestStix } from './test-stix.ts'

let world: TestStix
beforeAll(async () => {
  world = await createTestStix()
})
afterAll(() => world.close())

const created = '2026-01-01T00:00:00.000Z'
const ics = fileURLToPath(new URL('../../../../shared/data/stix/ics-attack-18.1.json', import.meta.url))

function identity(number: number, name: string, more: object = {}) {
  const id = `identity--00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
  return { type: 'identity', spec_version: '2.1', id, created, modified: created, name, ...more }
}

/** All pages of a search. */
async function walk(texts: KeptTexts, filter: KeptTextFilter, limit: number) {
  const names: (string | null)[] = []
  let pages = 0
  let cursor: string | undefined
  do {
    const page = await texts.page(world.person, filter, cursor, limit)
    expect(page.data.length).toBeLessThanOrEqual(limit)
    names.push(...page.data.map(({ name }) => name))
    cursor = page.next
    pages += 1
  } while (cursor !== undefined && pages < 100)
  return { names, pages }
}

test('LIB-6: kept texts are listed in their newest versions, by owner, type, outcome and what stands in them', async () => {
  const { texts } = world.stix
  const sent = [
    identity(1, 'Plant “North” 100%'),
    identity(2, 'Plant South', { contact_information: 'north_gate' }),
    { ...identity(3, 'Borer'), type: 'malware', id: 'malware--00000000-0000-4000-8000-000000000003', is_family: false },
  ]
  await world.bring('Listed', sent)
  await world.bring('Unlisted', [identity(4, 'Plant of somebody else')])
  await world.bring('Listed', [identity(1, 'Plant "North" 99%', { modified: '2026-02-01T00:00:00.000Z' })])
  const ownerId = await world.owner('Listed')
  const found = async (filter: KeptTextFilter) => (await walk(texts, { ownerId, ...filter }, 10)).names
  const north = 'Plant "North" 99%'
  expect(await found({})).toEqual([north, 'Borer', 'Plant South'])
  expect(await found({ outcome: 'mapped' })).toEqual(['Borer'])
  expect(await found({ type: 'identity' })).toEqual([north, 'Plant South'])
  expect(await found({ text: 'NORTH' })).toEqual([north, 'Plant South'])
  expect(await found({ text: '"north" 99%' })).toEqual([north])
  expect(await found({ text: '9_%' })).toEqual([])
  const { names } = await walk(texts, { text: 'plant' }, 10)
  expect(names).toEqual([north, 'Plant of somebody else', 'Plant South'])
})

test('LIB-6: a note and an opinion without a title are called by how they begin', async () => {
  const { name: _, ...common } = identity(50, '')
  const object = (type: string, more: object) => ({ ...common, type, id: common.id.replace('identity', type), ...more })
  await world.bring('Noted', [
    object('note', { content: `Seen at the gate. ${'x'.repeat(400)}`, object_refs: [common.id] }),
    object('opinion', { explanation: 'It was the gateway itself', opinion: 'disagree', object_refs: [common.id] }),
    object('grouping', { context: 'unspecified', object_refs: [common.id] }),
  ])
  const { names } = await walk(world.stix.texts, { ownerId: await world.owner('Noted') }, 10)
  expect(names.toSorted()).toEqual(['It was the gateway itself', `Seen at the gate. ${'x'.repeat(282)}`, null])
})

test('LIB-6: a search of kept texts reads a bounded number of them for a page, and misses none', async () => {
  await world.bring(
    'Long',
    Array.from({ length: 30 }, (_, number) => identity(100 + number, number % 10 === 0 ? `Rare ${number}` : 'Common')),
  )
  const ownerId = await world.owner('Long')
  const boundedBy = (bounds: object) =>
    new KeptTexts(world.database.db, { lookedAtMax: 1000, bytesMax: 1_000_000, searchMs: 0, ...bounds })
  const few = boundedBy({ lookedAtMax: 4 })
  // Each of them is longer than one byte, and is read all the same.
  for (const [bounded, pagesMin] of [
    [few, 7],
    [boundedBy({ bytesMax: 1 }), 29],
  ] as const) {
    const rare = await walk(bounded, { ownerId, text: 'Rare' }, 10)
    expect(rare.names.toSorted()).toEqual(['Rare 0', 'Rare 10', 'Rare 20'])
    expect(rare.pages).toBeGreaterThan(pagesMin)
  }
  const all = await walk(few, { ownerId }, 3)
  expect(all.names).toHaveLength(30)
  expect(new Set((await walk(world.stix.texts, { ownerId }, 7)).names)).toEqual(new Set(all.names))
})

test('LIB-6: relationships and sightings show what the library calls their ends, and are found by it', async () => {
  const { texts } = world.stix
  const number = (type: string, at: number) => `${type}--00000000-0000-4000-8000-${String(at).padStart(12, '0')}`
  const object = (type: string, at: number, more: object) => ({
    type,
    spec_version: '2.1',
    id: number(type, at),
    created,
    modified: created,
    ...more,
  })
  const relation = (at: number, source_ref: string, target_ref: string) =>
    object('relationship', at, { relationship_type: 'uses', source_ref, target_ref })
  const actor = object('intrusion-set', 300, { name: 'Sandworm 100% Team' })
  const host = object('indicator', 301, {
    pattern: "[domain-name:value = 'c2.example.com']",
    pattern_type: 'stix',
    valid_from: created,
  })
  const asset = { ...identity(0, 'Data Historian'), type: 'x-mitre-asset', id: number('x-mitre-asset', 302) }
  const [uses, targets, dangling] = [
    relation(310, actor.id, number('malware', 399)),
    relation(311, host.id, actor.id),
    relation(312, asset.id, number('malware', 398)),
  ]
  const seen = object('sighting', 313, { sighting_of_ref: host.id })
  const report = object('report', 314, { name: 'About it', published: created, object_refs: [actor.id] })
  await world.bring('Joined', [actor, host, asset, uses, targets, dangling, seen, report])
  // Somebody else's of the same name joins nothing here.
  await world.bring('Unjoined', [object('intrusion-set', 320, { name: 'Sandworm 100% Team' })])
  const ownerId = await world.owner('Joined')
  const { rows } = await world.database.pool.query('select id from library_group where owner_id = $1 and xid = $2', [
    ownerId,
    actor.id,
  ])
  const groupId = rows[0]?.id as string
  const all = (await texts.page(world.person, { ownerId }, undefined, 100)).data
  const one = (id: string) => all.find(({ objectId }) => objectId === id) ?? expect.fail(`${id} is not kept`)
  const unknown = { name: null, groupId: null, indicatorId: null }
  const actorEnd = { objectId: actor.id, name: 'Sandworm 100% Team', groupId, indicatorId: null }
  const hostEnd = {
    objectId: host.id,
    name: 'c2.example.com',
    groupId: null,
    indicatorId: indicatorId('Host', 'c2.example.com'),
  }
  expect(one(uses.id)).toMatchObject({
    relationshipType: 'uses',
    ends: [actorEnd, { objectId: number('malware', 399), ...unknown }],
  })
  expect(one(targets.id).ends).toEqual([hostEnd, actorEnd])
  expect(one(dangling.id).ends[0]).toEqual({ objectId: asset.id, ...unknown, name: 'Data Historian' })
  expect(one(seen.id)).toMatchObject({ relationshipType: null, ends: [hostEnd] })
  expect([one(actor.id), one(report.id)]).toMatchObject([{ ends: [] }, { ends: [] }])
  expect(await texts.one(world.person, one(targets.id).id)).toMatchObject({ ends: [hostEnd, actorEnd] })

  const few = new KeptTexts(world.database.db, { lookedAtMax: 2, bytesMax: 1_000_000, searchMs: 0 })
  async function foundBy(text: string, filter: KeptTextFilter = { ownerId }) {
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await few.page(world.person, { ...filter, text }, cursor, 10)
      found.push(...page.data.map(({ objectId }) => objectId))
      cursor = page.next
    } while (cursor !== undefined)
    return found.toSorted()
  }
  const ofActor = [actor.id, uses.id, targets.id].toSorted()
  expect(await foundBy('sandWORM 100%')).toEqual(ofActor)
  expect(await foundBy('sandworm', { ownerId, type: 'relationship' })).toEqual([uses.id, targets.id].toSorted())
  expect(await foundBy('C2[.]example.com')).toEqual([targets.id, seen.id].toSorted())
  expect(await foundBy('sandworm 9')).toEqual([])
  expect(await foundBy('s\u0000n')).toEqual([])
})

test.runIf(existsSync(ics))(
  'LIB-6: an asset of ATT&CK for ICS, which is no group, is found where it is kept (needs ../shared/data)',
  async () => {
    const { kept } = await world.bring('MITRE', readFileSync(ics))
    const ownerId = await world.owner('MITRE')
    const texts = new KeptTexts(world.database.db)
    const asset = { ownerId, type: 'x-mitre-asset', text: 'data historian' }
    const { data } = await texts.page(world.person, asset, undefined, 100)
    expect(data).toContainEqual(
      expect.objectContaining({
        name: 'Data Historian',
        outcome: 'kept',
        reason: expect.stringContaining('custom type'),
      }),
    )
    expect((await walk(texts, { ownerId, outcome: 'kept' }, 500)).names).toHaveLength(kept)
  },
)
