import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { versionDaysKept } from '../collections/collection-versions.ts'
import { createTestLists, names, type TestLists } from './test-lists.ts'

let world: TestLists
beforeAll(async () => {
  world = await createTestLists()
})
afterAll(() => world.close())

test('LIB-7: a version that shrinks too far is held back until a person lets it go, and the last good one is served on', async () => {
  await world.at.hosts('Shrinks', names(10, 'shrinks'))
  const list = await world.serve('ownerName = "Shrinks"')
  const authorization = await world.reader(list)
  await world.at.deleteHosts('Shrinks', names(6, 'shrinks'))
  const held = await world.renew(list)
  expect(held).toMatchObject({ servedVersion: 1, servedCount: 10, held: { version: 2 } })
  expect(held.held?.reason).toContain('more than 50 percent')
  expect((await world.get(list.name, { authorization })).text.split('\n')).toHaveLength(11)
  await expect(world.lists.release(world.at.library.person, list.id, 1)).rejects.toThrow('version 2 back by now')
  const released = await world.lists.release(world.at.library.person, list.id, 2)
  expect(released).toMatchObject({ servedVersion: 2, servedCount: 4, held: null })
  expect((await world.get(list.name, { authorization })).text.split('\n')).toHaveLength(5)
  await expect(world.lists.release(world.at.library.person, list.id, 2)).rejects.toThrow('holds no version back')
  const { rows } =
    await sql`select detail from audit_event where action = 'list.release' and subject = ${`list ${list.id}`}`.execute(
      world.at.library.database.db,
    )
  expect(rows).toMatchObject([{ detail: { version: 2, count: 4 } }])
})

test('LIB-7, S1: while a version is held back, what must never be exported by now leaves the one that is served', async () => {
  await world.at.hosts('Protected', names(10, 'protected'))
  const list = await world.serve('ownerName = "Protected"')
  const authorization = await world.reader(list)
  const kept = names(10, 'protected')[9]
  await world.at.deleteHosts('Protected', names(6, 'protected'))
  await whitelist(kept ?? '')
  const reason = expect.stringContaining('9 are served')
  expect(await world.renew(list)).toMatchObject({ servedVersion: 1, servedCount: 9, held: { version: 2, reason } })
  const served = (await world.get(list.name, { authorization })).text.split('\n')
  expect(served).toHaveLength(10)
  expect(served).not.toContain(kept)
})

test('LIB-7, D28: while a version is held back, URLs that say no more than a host that is Whitelisted leave the one that is served', async () => {
  const urls = Array.from({ length: 9 }, (_, n) => `http://h${n}.bare.example.com/`)
  const others = ['http://h0.bare.example.com/x', 'https://user@h0.bare.example.com:8443/']
  const sent = { indicator: [...urls, ...others].map((summary) => ({ type: 'URL', summary })) }
  await world.at.library.send('Bare', sent)
  await world.at.hosts('Elsewhere', ['h0.bare.example.com'])
  const list = await world.serve('ownerName = "Bare"')
  await world.at.library.send('Bare', { indicator: sent.indicator.slice(1, 7) }, { action: 'Delete' })
  await whitelist('h0.bare.example.com')
  expect(await world.renew(list)).toMatchObject({ servedVersion: 1, servedCount: 9, held: { version: 2 } })
  const { text } = await world.get(list.name, { authorization: await world.reader(list) })
  expect(text).not.toContain('h0.bare.example.com/\n')
  expect(text).not.toContain(':8443')
  expect(text).toContain('h0.bare.example.com/x\n')
})

test('LIB-7: values that exclusions take out count on neither side of the guard, which takes them out of what is served anyway', async () => {
  await world.at.hosts('Excluded', names(10, 'excluded'))
  const list = await world.serve('ownerName = "Excluded"')
  for (const host of names(7, 'excluded')) await whitelist(host)
  expect(await world.renew(list)).toMatchObject({ servedVersion: 2, servedCount: 3, held: null })
  await world.at.deleteHosts('Excluded', names(9, 'excluded'))
  expect((await world.renew(list)).held?.reason).toContain('It has 1 values, 3 are served')
})

test('LIB-7, S1: what must never be exported by now is in no text, whatever the version says, nor in one that a person lets go', async () => {
  await world.at.hosts('Judged', names(10, 'judged'))
  const collection = await world.at.refreshed('ownerName = "Judged"')
  await whitelist(`h9.judged.example.com`)
  const { name } = await world.at.collections.get(world.at.library.person, collection)
  const wanted = { name: 'judged', collection: name, format: 'text' } as const
  const { id } = await world.lists.create(world.at.library.person, wanted)
  await world.lists.tick()
  const list = await world.lists.get(world.at.library.person, id)
  expect(list).toMatchObject({ servedVersion: 1, servedCount: 9, leftOut: { excluded: 1 } })
  await world.at.deleteHosts('Judged', names(6, 'judged'))
  expect(await world.renew(list)).toMatchObject({ held: { version: 2 } })
  // After it was held back, and before its data collection knows.
  await whitelist('h8.judged.example.com')
  const released = await world.lists.release(world.at.library.person, id, 2)
  expect(released).toMatchObject({ servedVersion: 2, servedCount: 2, held: null })
  const { text } = await world.get('judged', { authorization: await world.reader(list) })
  expect(text).toBe('h6.judged.example.com\nh7.judged.example.com\n')
})

test('LIB-7, S1: an entry that one of its values may not be in the list for is in it for none', async () => {
  const urls = ['http://a.twins.example.com/', 'https://a.twins.example.com/', 'https://b.twins.example.com/x']
  await world.at.library.send('Twins', { indicator: urls.map((summary) => ({ type: 'URL', summary })) })
  await whitelist('https://a.twins.example.com/')
  const list = await world.serve('ownerName = "Twins"', { format: 'panos-url' })
  const { text } = await world.get(list.name, { authorization: await world.reader(list) })
  expect(text).toBe('b.twins.example.com/x\n')
  expect(list).toMatchObject({ servedCount: 1, leftOut: { excluded: 2 } })
})

test('LIB-7: a list that loses everything is held back; a later version that passes takes its place', async () => {
  await world.at.hosts('Emptied', names(4, 'emptied'))
  const list = await world.serve('ownerName = "Emptied"', { shrinkPercentMax: 100 })
  await world.at.deleteHosts('Emptied', names(4, 'emptied'))
  expect((await world.renew(list)).held?.reason).toContain('no values left')
  await world.at.hosts('Emptied', names(3, 'emptied'))
  expect(await world.renew(list)).toMatchObject({ servedVersion: 3, servedCount: 3, held: null })
})

test('LIB-7: a list beyond what the firewall takes is held back, until it shrinks or the bound grows', async () => {
  await world.at.hosts('Grows', names(4, 'grows'))
  const list = await world.serve('ownerName = "Grows"', { valuesMax: 5 })
  await world.at.hosts('Grows', names(6, 'grows'))
  expect(await world.renew(list)).toMatchObject({
    servedCount: 4,
    held: { version: 2, reason: expect.stringContaining('more than the 5') },
  })
  await world.lists.change(world.at.library.person, list.id, { valuesMax: 6 })
  await world.lists.tick()
  expect(await world.lists.get(world.at.library.person, list.id)).toMatchObject({ servedCount: 6, held: null })
})

test('LIB-7: a list whose first version is held back says so to who fetches it, and how it is let go', async () => {
  await world.at.hosts('First', names(4, 'first'))
  const list = await world.serve('ownerName = "First"', { valuesMax: 3 })
  expect(list).toMatchObject({ servedVersion: 0, held: { version: 1 } })
  const { status, text } = await world.get(list.name, { authorization: await world.reader(list) })
  expect([status, JSON.parse(text).detail]).toEqual([
    503,
    `Nothing of this list is served yet: the guard holds its version 1 back until a person lets it go, with postern lists release ${list.name} or in the console; postern lists show ${list.name} says why.`,
  ])
})

test('LIB-7: what is served outlives the versions that its data collection keeps', async () => {
  await world.at.hosts('Old', names(10, 'old'))
  const list = await world.serve('ownerName = "Old"')
  await world.at.deleteHosts('Old', names(9, 'old'))
  expect((await world.renew(list)).held?.version).toBe(2)
  const later = new Date(Date.now() + (versionDaysKept + 1) * 86_400_000)
  world.at.library.clock.set(later)
  expect(await world.at.collections.prune()).toBeGreaterThan(0)
  await world.lists.tick()
  const { text } = await world.get(list.name, { authorization: await world.reader(list) })
  expect(text.split('\n')).toHaveLength(11)
})

async function whitelist(value: string): Promise<void> {
  const { database, person } = world.at.library
  await sql`
    insert into decision (organization_id, indicator_id, status, reason, decided_by, decided_at)
    select ${person.organizationId}, id, 'Whitelisted', 'Our own.', 'test', now() from indicator where value = ${value}`.execute(
    database.db,
  )
}
