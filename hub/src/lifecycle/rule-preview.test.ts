import { DeprecationRule } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { createTestCollections, type TestCollections } from '../collections/test-collections.ts'
import { createLifecycles, type Lifecycles } from './lifecycle.ts'

let made: TestCollections
let lifecycles: Lifecycles

beforeAll(async () => {
  made = await createTestCollections()
  const { database, clock } = made.library
  lifecycles = createLifecycles({ db: database.db, clock, audit: new Audit(), onTouched: () => {} })
})
afterAll(async () => {
  await made.close()
})

const day = 86_400_000
const rule = DeprecationRule.parse({
  indicatorType: '*',
  intervalHours: 24,
  amount: 10,
  isPercent: false,
  atMinimum: 'inactive',
})
const giving = { ...rule, givesConfidence: true }

const hostsOf = (owner: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${owner.toLowerCase().replaceAll(' ', '-')}${n}.example.org`)
const preview = async (owner: string, ...rules: DeprecationRule[]) =>
  lifecycles.previewRules(made.library.person, await made.library.owner(owner), { rules })

async function later(days: number): Promise<void> {
  made.library.clock.set(new Date(Date.now() + days * day))
  await lifecycles.tick()
}

/** Everything that a preview must leave as it is. */
async function everything() {
  const { rows } = await made.library.database.pool.query(
    'select md5(string_agg(a::text, chr(10) order by id)) as said, (select count(*) from lifecycle_pass) as passes from assertion a',
  )
  return rows[0]
}

describe('FD-9: what rules would do is told before they are saved', () => {
  test('FD-9: how many values get a confidence, fall and end is told, with the data collections that change, and then happens', async () => {
    await made.hosts('Silent', hostsOf('Silent', 3))
    await made.hosts('Silent', ['sure.example.org', 'unsure.example.org'], { confidence: 90 })
    await made.library.send('Silent', { indicator: [{ type: 'Address', summary: '192.0.2.41', confidence: 15 }] })
    await made.hosts('Beside', hostsOf('Silent', 1), { rating: 3 })
    const high = await made.refreshed('confidence >= 80')
    const low = await made.refreshed('confidence < 50 and indicatorActive = true')
    const none = await made.refreshed('ownerName = "Silent"')
    await later(2)
    const before = await everything()

    // By default a rule gives nobody a confidence.
    expect(await preview('Silent', rule)).toEqual({
      total: { count: 6, isExact: true },
      covered: 6,
      given: 0,
      raised: 0,
      lowered: 3,
      inactive: 1,
      deleted: 0,
      collections: [
        { id: high, name: expect.any(String), enter: 0, leave: 2 },
        { id: low, name: expect.any(String), enter: 0, leave: 1 },
      ],
      collectionsNotCompared: 0,
    })
    const given = await preview('Silent', { ...giving, intervalHours: 240, atMinimum: 'delete' })
    expect(given).toMatchObject({ covered: 6, given: 3, lowered: 0, inactive: 0, deleted: 0 })
    expect(given.collections).toEqual([{ id: high, name: expect.any(String), enter: 3, leave: 0 }])
    const deleting = await preview('Silent', { ...rule, indicatorType: 'Address', amount: 50, atMinimum: 'delete' })
    expect(deleting).toMatchObject({ covered: 1, given: 0, lowered: 0, inactive: 0, deleted: 1 })
    expect(new Set(deleting.collections.map(({ id, leave }) => `${id}: ${leave}`))).toEqual(
      new Set([`${low}: 1`, `${none}: 1`]),
    )
    expect(await everything()).toEqual(before)

    const ownerId = await made.library.owner('Silent')
    await lifecycles.rules.replace(made.library.person, ownerId, { rules: [{ ...giving, intervalHours: 240 }] })
    await lifecycles.tick()
    await made.collections.refresh(made.library.person, high)
    expect((await made.values(high)).lines.map(([, value]) => value).sort()).toEqual([
      ...hostsOf('Silent', 3),
      'sure.example.org',
      'unsure.example.org',
    ])
    // What is saved already changes nothing more; without rules the owner's word comes back.
    expect(await preview('Silent', { ...giving, intervalHours: 240 })).toMatchObject({ given: 0, collections: [] })
    const without = await preview('Silent')
    expect(without).toMatchObject({ covered: 0, given: 0, lowered: 3 })
    expect(without.collections).toEqual([{ id: high, name: expect.any(String), enter: 0, leave: 3 }])
  })

  test('FD-9: a query that asks what the same owner says by tags and links is judged as it would be', async () => {
    await made.hosts('Tagged', ['t1.example.org'], { tag: [{ name: 'preview tag' }] })
    await made.hosts('Tagged', ['t2.example.org'], { confidence: 90, tag: [{ name: 'preview tag' }] })
    const byTag = await made.refreshed('hasTag(name = "preview tag") and hasTag(hasIndicator(confidence = 100))')
    const { collections } = await preview('Tagged', { ...giving, intervalHours: 240 })
    // The other one, whose own values stay, is not looked for.
    expect(collections.find(({ id }) => id === byTag)).toMatchObject({ enter: 1, leave: 0 })
  })

  test('FD-9: a data collection whose query is not taken any more keeps nothing from being told, and is counted', async () => {
    const { db } = made.library.database
    const id = await made.refreshed('ownerName = "Unread"')
    await made.hosts('Unread', ['unread.example.org'])
    const { collectionsNotCompared: before } = await preview('Unread', giving)
    await db.updateTable('collection').set({ tql: 'of another release' }).where('id', '=', id).execute()
    expect(await preview('Unread', giving)).toMatchObject({ given: 1, collectionsNotCompared: before + 1 })
    await db.updateTable('collection').set({ tql: 'ownerName = "Unread"' }).where('id', '=', id).execute()
  })

  test('FD-9: of more than 10,000 values what is told is estimated and marked so', async () => {
    const count = 20_000
    const hosts = hostsOf('Many', count)
    for (let from = 0; from < count; from += 10_000) await made.hosts('Many', hosts.slice(from, from + 10_000))
    const { total, given, covered, collections } = await preview('Many', giving)
    expect(total.isExact).toBe(false)
    for (const estimated of [total.count, given, covered, collections[0]?.enter ?? 0]) {
      expect(estimated).toBeGreaterThan(count * 0.8)
      expect(estimated).toBeLessThan(count * 1.2)
    }
  })

  test('FD-9: rules that cannot be saved cannot be previewed, nor can another organization’s owner', async () => {
    await expect(preview('Silent', rule, rule)).rejects.toThrow('there are two for *')
    const { db } = made.library.database
    const { id } = await db
      .insertInto('organization')
      .values({ name: 'Others' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const stranger = { ...made.library.person, organizationId: id }
    const ownerId = await made.library.owner('Silent')
    await expect(lifecycles.previewRules(stranger, ownerId, { rules: [rule] })).rejects.toThrow('no such owner')
  })
})
