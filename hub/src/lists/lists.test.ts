import { gunzipSync } from 'node:zlib'
import { indicatorId } from '@postern/intel'
import { paths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isUnchanged, lastModified } from './list-headers.ts'
import { listLimits } from './list-limits.ts'
import { SentParts } from './sent-parts.ts'
import { TextStreams } from './text-streams.ts'
import { createTestLists, names, type TestLists } from './test-lists.ts'

let world: TestLists
beforeAll(async () => {
  world = await createTestLists()
})
afterAll(() => world.close())

describe('LIB-7: what a list says', () => {
  test('LIB-7: TLP above the list’s, inactive and excluded values are left out and counted', async () => {
    await world.at.hosts('Said', names(3, 'said'))
    await world.at.hosts('Said', ['red.said.example.com'], { securityLabel: [{ name: 'TLP:RED' }] })
    await world.at.hosts('Said', ['off.said.example.com'], { active: false })
    await world.at.hosts('Said', ['ours.said.example.com'])
    const { person, exclusions } = world.at.library
    const { id } = await exclusions.create(person, { name: 'Ours', mode: 'block', atImport: false })
    const entries = { entries: [{ entry: 'ours.said.example.com' }] }
    await exclusions.writeEntries(person, id, Buffer.from(JSON.stringify(entries)))
    await exclusions.pass()
    const list = await world.serve('ownerName = "Said"')
    const reply = await world.get(list.name, { authorization: await world.reader(list) })
    expect(reply.status).toBe(200)
    expect(reply.text).toBe(`${names(3, 'said').join('\n')}\n`)
    expect(reply.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-postern-values': '3',
      'x-postern-left-out': expect.stringMatching(/^3; (?=.*tlp=1)(?=.*inactive=1)(?=.*excluded=1)/),
      'cache-control': 'private, no-cache',
    })
    expect(list).toMatchObject({
      servedVersion: 1,
      servedCount: 3,
      leftOut: { tlp: 1, inactive: 1, excluded: 1 },
      held: null,
    })
    const { data, next } = await world.lists.leftOut(person, list.id, 0, 2)
    expect(next).toBe('2')
    expect([...data, ...(await world.lists.leftOut(person, list.id, 2, 2)).data]).toMatchObject([
      { type: 'Host', value: 'off.said.example.com', reason: 'inactive', detail: null },
      { value: 'ours.said.example.com', reason: 'excluded', detail: 'ours.said.example.com of the list Ours' },
      { value: 'red.said.example.com', reason: 'tlp' },
    ])
    // A version whose text is the same says of other values that they are left out.
    await world.at.hosts('Said', ['late.said.example.com'], { active: false })
    const renewed = await world.renew(list)
    expect(renewed.leftOut).toEqual({ tlp: 1, inactive: 2, excluded: 1 })
    const values = (await world.lists.leftOut(person, list.id, 0, 9)).data.map(({ value }) => value.split('.')[0])
    expect(values).toEqual(['late', 'off', 'ours', 'red'])
    const theirs = { ...person, organizationId: '999' }
    await expect(world.lists.leftOut(theirs, list.id, 0, 9)).rejects.toThrow('no such list')
  })

  test('LIB-7: a vendor’s format leaves out and counts what it cannot say, and says twins once', async () => {
    const urls = ['http://a.urls.example.com', 'https://a.urls.example.com/', 'https://b.urls.example.com:8443/x']
    await world.at.library.send('Urls', {
      indicator: [
        ...urls.map((summary) => ({ type: 'URL', summary })),
        { type: 'Host', summary: 'c.urls.example.com' },
        { type: 'EmailAddress', summary: 'x@urls.example.com' },
      ],
    })
    const list = await world.serve('ownerName = "Urls"', { format: 'panos-url' })
    const authorization = await world.reader(list)
    const reply = await world.get(list.name, { authorization })
    expect(reply.text).toBe('a.urls.example.com/\nc.urls.example.com/\n')
    expect(reply.headers['x-postern-left-out']).toBe('2; format=2')
    const { data } = await world.lists.leftOut(world.at.library.person, list.id, 0, 9)
    expect(data.map(({ value, reason }) => [value, reason])).toEqual([
      ['https://b.urls.example.com:8443/x', 'format'],
      ['x@urls.example.com', 'format'],
    ])
    const csv = await world.serve('ownerName = "Urls"', { format: 'csv', indicatorTypes: ['Host'] })
    expect((await world.get(csv.name, { authorization: await world.reader(csv) })).text).toBe(
      'type,value\r\nHost,c.urls.example.com\r\n',
    )
    expect(csv.leftOut).toEqual({})
    const json = await world.serve('ownerName = "Urls"', { format: 'json' })
    const read = await world.get(json.name, { authorization: await world.reader(json) })
    expect(JSON.parse(read.text)).toHaveLength(5)
  })

  test('LIB-7: a list over types that its format cannot say is refused with what it takes', async () => {
    const id = await world.at.refreshed('ownerName = "Urls"')
    const { name: collection } = await world.at.collections.get(world.at.library.person, id)
    const wanted = { name: 'no', collection, format: 'panos-ip' as const, indicatorTypes: ['Host'] }
    await expect(world.lists.create(world.at.library.person, wanted)).rejects.toThrow('it takes Address, CIDR')
  })
})

test('LIB-7: a parameter in a list’s address is refused by name, whether there is such a list or not', async () => {
  const list = await world.serve('ownerName = "Urls"')
  const authorization = await world.reader(list)
  const replies = [
    await world.get(`${list.name}?type=Host`, { authorization }),
    await world.get('no-such-list?type=Host', { authorization }),
  ]
  for (const { status, text } of replies)
    expect([status, JSON.parse(text)]).toEqual([
      400,
      expect.objectContaining({ detail: expect.stringContaining('type') }),
    ])
  expect((await world.get(`${list.name}?`, { authorization })).status).toBe(200)
})

test('LIB-8: explain says which lists serve a value, and why another does not', async () => {
  const [bare, host] = ['https://explained.example.com/', 'explained.example.com']
  const { library, organizationId, person, database, exclusions } = world.at.library
  await world.at.library.send('Explained', {
    indicator: [
      { type: 'URL', summary: bare },
      { type: 'URL', summary: `https://${host}:8443/x` },
      { type: 'Host', summary: host },
      { type: 'Host', summary: `red.${host}`, securityLabel: [{ name: 'TLP:RED' }] },
      { type: 'Host', summary: `off.${host}`, active: false },
      { type: 'Host', summary: `ours.${host}` },
      { type: 'CIDR', summary: '198.0.0.0/8' },
    ],
  })
  const list = await world.serve('ownerName = "Explained"', { format: 'panos-url' })
  const text = await world.serve('ownerName = "Explained"')
  const served = async (type: 'URL' | 'Host' | 'CIDR', value: string, of = text) =>
    (await library.exports(person, indicatorId(type, value))).served.find(({ id }) => id === of.id)
  expect(await served('URL', bare)).toMatchObject({ kind: 'firewall-list', isServed: true, reason: null })
  expect(await served('Host', `red.${host}`)).toMatchObject({ isServed: false, reason: 'tlp' })
  expect(await served('CIDR', '198.0.0.0/8')).toMatchObject({ isServed: false, reason: 'wide' })
  expect(await served('URL', `https://${host}:8443/x`, list)).toMatchObject({ isServed: false, reason: 'format' })
  expect(await served('Host', `off.${host}`)).toMatchObject({ isServed: false, reason: 'inactive', detail: null })
  const hostsOnly = await world.serve('ownerName = "Explained"', { indicatorTypes: ['Host'] })
  expect(await served('URL', bare, hostsOnly)).toMatchObject({ isServed: false, reason: 'type' })
  expect((await served('CIDR', '198.0.0.0/8', hostsOnly))?.obstacles).toMatchObject([
    { reason: 'type' },
    { reason: 'wide' },
  ])
  // A list that never could have it is no place where anything could be mended: only its name is told.
  const files = await world.serve('ownerName = "Explained"', { format: 'fortigate-hash' })
  expect(await served('Host', host, files)).toBeUndefined()
  expect(await served('CIDR', '198.0.0.0/8', list)).toBeUndefined()
  const others = async (type: 'URL' | 'CIDR', value: string) =>
    (await library.exports(person, indicatorId(type, value))).listsOfOtherTypes
  expect(await others('URL', bare)).toContain(files.name)
  expect(await others('URL', bare)).not.toContain(list.name)
  expect(await others('CIDR', '198.0.0.0/8')).toEqual(expect.arrayContaining([files.name, list.name]))
  const ours = await exclusions.create(person, { name: 'Ours, explained', kind: 'protected' })
  await exclusions.writeEntries(person, ours.id, Buffer.from(JSON.stringify({ entries: [{ entry: `ours.${host}` }] })))
  await exclusions.pass()
  // At once, before the list is written without it.
  expect(await served('Host', `ours.${host}`)).toMatchObject({ isServed: false, reason: 'excluded', detail: null })
  const tooLong = await world.serve('ownerName = "Explained"', { valuesMax: 1 })
  const nothing = { reason: 'nothing-served', detail: expect.stringContaining('more than the 1') }
  expect(await served('Host', host, tooLong)).toMatchObject({ isServed: false, ...nothing })
  await sql`
    insert into decision (organization_id, indicator_id, status, reason, decided_by, decided_at)
    values (${organizationId}, ${indicatorId('Host', host)}, 'Whitelisted', 'Ours.', 'ada', now())`.execute(database.db)
  await world.renew(text)
  const detail = `Its host ${host} is Whitelisted by the decision of ada: Ours.`
  expect(await served('URL', bare)).toMatchObject({ isServed: false, reason: 'decided', detail })
})

describe('LIB-7: how a list is sent', () => {
  test('LIB-7: a text is new from when it is served, not from when it began to be written: a fetch in between had the one before', async () => {
    await world.at.hosts('Slow', names(3, 'slow'))
    const list = await world.serve('ownerName = "Slow"')
    await world.at.hosts('Slow', names(4, 'slow'))
    const { clock } = world.at.library
    const { now } = clock
    const start = now().getTime()
    let looks = 0
    clock.now = () => new Date(start + looks++ * 60_000)
    try {
      await world.renew(list)
    } finally {
      clock.now = now
    }
    const { rows } = await world.at.library.database.pool.query<{ begunAt: Date; servedSince: Date }>(
      `select t.made_at as "begunAt", l.served_since as "servedSince" from firewall_list l join list_text t on t.id = l.served_text_id
       where l.id = $1`,
      [list.id],
    )
    const [{ begunAt, servedSince } = { begunAt: new Date(), servedSince: new Date(0) }] = rows
    expect(servedSince.getTime()).toBeGreaterThan(begunAt.getTime())
  })

  test('LIB-7: a fetch that has the newest text is answered with 304, per coding; HEAD tells the length and sends nothing', async () => {
    await world.at.hosts('Sent', names(40, 'sent'))
    const list = await world.serve('ownerName = "Sent"')
    const authorization = await world.reader(list)
    expect((await world.get(list.name, { authorization })).headers['last-modified']).toBeUndefined()
    world.at.library.clock.set(new Date(world.at.library.clock.now().getTime() + 1000))
    const plain = await world.get(list.name, { authorization })
    const packed = await world.get(list.name, { authorization, 'accept-encoding': 'gzip, deflate' })
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(packed.bytes).toString()).toBe(plain.text)
    expect(packed.headers['content-length']).toBe(String(packed.bytes.length))
    expect(plain.headers['content-length']).toBe(String(plain.bytes.length))
    const tag = plain.headers['etag'] ?? ''
    expect(packed.headers['etag']).not.toBe(tag)
    for (const headers of [
      { 'if-none-match': tag },
      { 'if-none-match': `"x", W/${tag}` },
      { 'if-none-match': '*' },
      { 'if-modified-since': plain.headers['last-modified'] ?? '' },
    ]) {
      const reply = await world.get(list.name, { authorization, ...headers })
      expect([reply.status, reply.bytes.length, reply.headers['etag']]).toEqual([304, 0, tag])
    }
    for (const headers of [
      { 'if-none-match': '"x"' },
      { 'if-none-match': packed.headers['etag'] ?? '' },
      { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { 'if-modified-since': 'never' },
    ])
      expect((await world.get(list.name, { authorization, ...headers })).status).toBe(200)
    const head = await world.get(list.name, { authorization }, { method: 'HEAD' })
    expect([head.status, head.bytes.length, head.headers['content-length']]).toEqual([
      200,
      0,
      String(plain.bytes.length),
    ])
    expect(
      (await world.get(list.name, { authorization, 'accept-encoding': 'gzip;q=0' })).headers['content-encoding'],
    ).toBeUndefined()
  })

  test('LIB-7: a list of several parts is whole, plain and packed, and an unchanged text keeps its tag', async () => {
    const count = process.env['POSTERN_SOAK'] === '1' ? 1_000_000 : 30_000
    await world.at.hosts('Large', ['x.large.example.com'])
    const list = await world.serve('ownerName = "Large"')
    await addMembers(list.collectionId, count)
    const written = await world.renewWritten(list)
    expect(written.servedCount).toBe(count + 1)
    const authorization = await world.reader(list)
    const plain = await world.get(list.name, { authorization })
    const lines = plain.text.split('\n').slice(0, -1)
    expect(new Set(lines).size).toBe(count + 1)
    expect(lines.toSorted().join('\n') === lines.join('\n')).toBe(true)
    const packed = await world.get(list.name, { authorization, 'accept-encoding': 'gzip' })
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true)
    const { rows } = await sql<{
      count: string
    }>`select count(*) from list_text_part p join firewall_list l on l.served_text_id = p.text_id where l.id = ${list.id}`.execute(
      world.at.library.database.db,
    )
    expect(Number(rows[0]?.count)).toBeGreaterThan(2)
  })

  test('LIB-7: a list that is replaced while it is read is read to its end, and is gone a while later', async () => {
    await world.at.hosts('Replaced', names(5, 'replaced'))
    const list = await world.serve('ownerName = "Replaced"')
    const caller = {
      kind: 'user',
      userId: '1',
      name: 'pat',
      role: 'administrator',
      organizationId: world.at.library.organizationId,
    } as const
    const { text } = await world.lists.fetch(caller, list.name, '192.0.2.1')
    await world.at.hosts('Replaced', names(7, 'replaced'))
    expect((await world.renew(list)).servedCount).toBe(7)
    const old = await world.lists.streams.open(text.id, 'identity', text.bytes, 'x').toArray()
    expect(Buffer.concat(old).toString().split('\n')).toHaveLength(6)
    world.at.library.clock.set(new Date(Date.now() + (listLimits.replacedMinutesKept + 1) * 60_000))
    await world.lists.tick()
    // Another hub's, which never sent it.
    const fresh = new TextStreams(world.at.library.database.pool)
    await expect(fresh.open(text.id, 'identity', text.bytes, 'x').toArray()).rejects.toThrow('bytes instead of')
  })

  test('LIB-7: two texts of one second have different times of change, and none has one that is to come', () => {
    const [first, second] = [new Date('2026-11-21T10:00:00.200Z'), new Date('2026-11-21T10:00:00.700Z')]
    expect(lastModified(first)).toEqual(new Date('2026-11-21T10:00:01Z'))
    const asked = { 'if-modified-since': 'Sat, 21 Nov 2026 10:00:00 GMT' }
    for (const changedAt of [first, second]) expect(isUnchanged(asked, '"x"', lastModified(changedAt))).toBe(false)
    const later = { 'if-modified-since': 'Sat, 21 Nov 2026 10:00:01 GMT' }
    expect(isUnchanged(later, '"x"', lastModified(second))).toBe(true)
    expect(isUnchanged(later, '"x"', lastModified(new Date('2026-11-21T10:00:01Z')))).toBe(false)
    expect(isUnchanged({ ...later, 'if-none-match': '"y"' }, '"x"', lastModified(second))).toBe(false)
  })

  test('LIB-7: an answer that says to come again says nothing of the text', async () => {
    await world.at.hosts('Again', names(5, 'again'))
    const list = await world.serve('ownerName = "Again"', { isPublic: true })
    const { text } = await world.lists.fetch(world.at.library.person, list.name, '192.0.2.1')
    const held = Array.from({ length: listLimits.streamsOfOneMax }, () =>
      world.lists.streams.open(text.id, 'identity', text.bytes, '192.0.2.1'),
    )
    const { status, headers, bytes } = await world.get(list.name, { 'accept-encoding': 'gzip' })
    expect([status, headers['retry-after'], headers['content-length']]).toEqual([503, '60', String(bytes.length)])
    expect(headers['content-type']).toContain('json')
    for (const name of ['content-encoding', 'etag', 'last-modified', 'x-postern-values'])
      expect([name, headers[name]]).toEqual([name, undefined])
    for (const stream of held) stream.destroy()
  })

  test('LIB-7: no reader takes all places, and a place is given back when the answer ends or is cut', async () => {
    await world.at.hosts('Places', names(5, 'places'))
    const list = await world.serve('ownerName = "Places"')
    const person = world.at.library.person
    const { text } = await world.lists.fetch(person, list.name, '192.0.2.1')
    const open = (reader: string) => world.lists.streams.open(text.id, 'identity', text.bytes, reader)
    const held = Array.from({ length: listLimits.streamsOfOneMax }, () => open('one'))
    expect(() => open('one')).toThrow('Too many lists')
    await open('another').toArray()
    for (const stream of held) stream.destroy()
    await expect
      .poll(() => {
        try {
          open('one').destroy()
          return true
        } catch {
          return false
        }
      })
      .toBe(true)
  })
})

describe('LIB-7: what a person sets', () => {
  test('LIB-7: networks wider than a list may have are left out and counted, until a person permits them', async () => {
    const wide = ['0.0.0.0/0', '10.0.0.0/15', '::/0', '2001:db8::/31', '::ffff:10.0.0.0/111']
    const narrow = ['10.0.0.0/16', '192.0.2.0/24', '2001:db8::/32', '::ffff:10.0.0.0/112']
    const indicator = [...wide, ...narrow].map((summary) => ({ type: 'CIDR', summary }))
    await world.at.library.send('Wide', { indicator })
    const list = await world.serve('ownerName = "Wide"')
    expect(list).toMatchObject({ ipv4PrefixMin: 16, ipv6PrefixMin: 32, leftOut: { wide: wide.length } })
    const authorization = await world.reader(list)
    expect((await world.get(list.name, { authorization })).text.split('\n').toSorted()).toEqual([
      '',
      ...narrow.toSorted(),
    ])
    await world.lists.change(world.at.library.person, list.id, { ipv4PrefixMin: 15 })
    await world.lists.tick()
    expect((await world.get(list.name, { authorization })).text).toContain('10.0.0.0/15')
    expect((await world.lists.get(world.at.library.person, list.id)).leftOut).toEqual({ wide: 3 })
  })

  test('LIB-7: null takes a bound and a choice of types away', async () => {
    await world.at.hosts('Cleared', names(4, 'cleared'))
    const list = await world.serve('ownerName = "Cleared"', { valuesMax: 3, indicatorTypes: ['Host'] })
    expect(list).toMatchObject({ servedCount: 0, held: { version: 1 } })
    const change = (wanted: object) => world.lists.change(world.at.library.person, list.id, wanted)
    expect(await change({ isPublic: false })).toMatchObject({ valuesMax: 3, indicatorTypes: ['Host'] })
    expect(await change({ valuesMax: null, indicatorTypes: null })).toMatchObject({
      valuesMax: null,
      indicatorTypes: null,
    })
    await world.lists.tick()
    expect((await world.lists.get(world.at.library.person, list.id)).servedCount).toBe(4)
  })

  test('S12: another organization is told that a name is taken and nothing else, and holds no row of ours', async () => {
    await world.at.hosts('Mine', names(2, 'mine'))
    const list = await world.serve('ownerName = "Mine"')
    const { db } = world.at.library.database
    const other = await db
      .insertInto('organization')
      .values({ name: 'Other' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const theirs = { ...world.at.library.person, organizationId: other.id }
    const refused = await world.lists.change(theirs, list.id, { isPublic: true }).catch(String)
    // Ours is held by another transaction: to be told that it is not theirs, nobody waits for it.
    await db.transaction().execute(async (trx) => {
      await sql`select id from firewall_list where id = ${list.id} for update`.execute(trx)
      expect(await world.lists.change(theirs, list.id, { isPublic: true }).catch(String)).toBe(refused)
    })
    expect(refused).toContain('There is no such list')
    const { id: mine } = await world.at.collections.get(world.at.library.person, list.collectionId)
    await sql`insert into collection (organization_id, name, tql, freshness_seconds) select ${other.id}, 'theirs', tql, 60 from collection where id = ${mine}`.execute(
      db,
    )
    const wanted = { name: list.name, collection: 'theirs', format: 'text' } as const
    await expect(world.lists.create(theirs, wanted)).rejects.toThrow(
      `The name ${list.name} is taken. Choose another name.`,
    )
    const own = { ...wanted, collection: list.collectionName }
    await expect(world.lists.create(world.at.library.person, own)).rejects.toThrow(`The name ${list.name} is taken.`)
  })

  test('LIB-7: a list with a lower TLP serves nothing of the old text, and the new one within a turn', async () => {
    await world.at.hosts('Lowered', names(4, 'lowered'))
    await world.at.hosts('Lowered', ['amber.lowered.example.com'], { securityLabel: [{ name: 'TLP:AMBER' }] })
    const list = await world.serve('ownerName = "Lowered"')
    const authorization = await world.reader(list)
    expect((await world.get(list.name, { authorization })).text).toContain('amber')
    await world.lists.change(world.at.library.person, list.id, { tlpMax: 'GREEN' })
    const between = await world.get(list.name, { authorization })
    expect([between.status, between.headers['retry-after']]).toEqual([503, '60'])
    expect(JSON.parse(between.text).detail).toMatch(/^Nothing of this list is served yet: it is being written\./)
    await world.lists.tick()
    const reply = await world.get(list.name, { authorization })
    expect(reply.text).not.toContain('amber')
    expect(reply.headers['x-postern-left-out']).toBe('1; tlp=1')
  })
})

describe('S12: who may have a list', () => {
  test('S12: a wrong name and a missing right are answered alike, to strangers and to readers', async () => {
    await world.at.hosts('Closed', names(2, 'closed'))
    const closed = await world.serve('ownerName = "Closed"')
    const other = await world.serve('ownerName = "Closed"')
    const authorization = await world.reader(other)
    const alike = (text: string) => text.replace(/"requestId":"[^"]*"/, '')
    for (const headers of [{}, { authorization }] as Record<string, string>[]) {
      const there = await world.get(closed.name, headers)
      const missing = await world.get('nothing-here', headers)
      expect([there.status, alike(there.text), there.headers['www-authenticate']]).toEqual([
        missing.status,
        alike(missing.text),
        missing.headers['www-authenticate'],
      ])
      expect(there.status).toBe('authorization' in headers ? 404 : 401)
    }
    expect((await world.get(closed.name)).headers['www-authenticate']).toContain('Basic realm=')
    expect((await world.get(other.name, { authorization })).status).toBe(200)
  })

  test('D27: Basic opens the lists that a reader is granted; open networks and public lists need nothing', async () => {
    await world.at.hosts('Opened', names(2, 'opened'))
    const list = await world.serve('ownerName = "Opened"', { openNetworks: ['198.51.100.0/24'] })
    const { username, password } = await world.readers.create(world.at.library.person, {
      name: 'Edge',
      credential: 'basic',
      lists: [list.id],
    })
    const basic = (word: string) => ({
      authorization: `Basic ${Buffer.from(`${username}:${word}`).toString('base64')}`,
    })
    expect((await world.get(list.name, basic(password ?? ''))).status).toBe(200)
    const wrong = await world.get(list.name, basic('wrong'))
    expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([401, expect.stringContaining('Basic')])
    expect((await world.get(list.name, {}, { address: '198.51.100.7' })).status).toBe(200)
    expect((await world.get(list.name, {}, { address: '203.0.113.7' })).status).toBe(401)
    const open = await world.lists.change(world.at.library.person, list.id, { isPublic: true })
    expect(open.isPublic).toBe(true)
    expect((await world.get(list.name, {}, { address: '203.0.113.7' })).status).toBe(200)
    const { rows } =
      await sql`select detail from audit_event where action = 'list.change' and subject = ${`list ${list.id}`}`.execute(
        world.at.library.database.db,
      )
    expect(rows).toEqual([{ detail: { isPublic: true } }])
  })

  test('S12: guessing names is slowed down', async () => {
    const statuses = new Set<number>()
    for (let n = 0; n <= listLimits.requestsPerMinuteMax; n += 1)
      statuses.add((await world.get(`guess-${n}`, {}, { address: '203.0.113.99' })).status)
    expect([...statuses]).toEqual([401, 429])
  })
})

test('LIB-7: the address of a list is where it is served', async () => {
  await world.at.hosts('Address', names(1, 'address'))
  const list = await world.serve('ownerName = "Address"')
  expect(list.url).toBe(`https://hub.example.org${paths.list(list.name)}`)
})

/** Members by SQL: what is looked at is the writing of a list, not how they came. */
async function addMembers(collectionId: string, count: number): Promise<void> {
  const { db } = world.at.library.database
  await sql`insert into indicator (id, type, value, canonical_version)
    select md5('large ' || n)::uuid, 'Host', 'n' || n || '.large.example.com', 1 from generate_series(1, ${count}::int) n`.execute(
    db,
  )
  await sql`insert into collection_member (collection_id, indicator_id, from_version, active, excluded)
    select ${collectionId}::bigint, md5('large ' || n)::uuid, 2, true, false from generate_series(1, ${count}::int) n`.execute(
    db,
  )
  await sql`insert into collection_version (collection_id, version, member_count, entered, departed, changed, made_at)
    values (${collectionId}, 2, ${count + 1}, ${count}, 0, 0, now())`.execute(db)
  await sql`update collection set version = 2 where id = ${collectionId}`.execute(db)
}

test('LIB-7: what was sent lately is kept up to a bound, and what was used least goes first', () => {
  const kept = new SentParts()
  const part = Buffer.alloc(listLimits.keptBytesMax / 4)
  for (const key of ['a', 'b', 'c', 'd']) kept.keep(key, part)
  expect(kept.get('a')).toBe(part)
  kept.keep('e', part)
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => kept.get(key) !== undefined)).toEqual(['a', 'c', 'd', 'e'])
})
