import { indicatorId } from '@postern/intel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestTaxii, type TestTaxii, walk } from './test-taxii.ts'

let taxii: TestTaxii
beforeAll(async () => {
  taxii = await createTestTaxii()
})
afterAll(async () => await taxii.close())

const named = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => `${prefix}${n}.example.com`)
type Said = { id: string; name: string; revoked?: true; modified: string; created: string; confidence?: number }
const objectsOf = (pages: { json: { objects?: Said[] } }[]) => pages.flatMap(({ json }) => json.objects ?? [])

test('LIB-5: what enters a data collection is an object, what changes a new version, what leaves is revoked, and what comes back is another', async () => {
  await taxii.at.hosts('Life', named(3, 'life'), { confidence: 30 })
  const { url, id, collectionId } = await taxii.serve('ownerName = "Life"')
  const reader = await taxii.reader({ id })
  const objects = `${url}objects/`
  const [first] = await walk(taxii, objects, reader, [100])
  expect(
    objectsOf([first!])
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(named(3, 'life'))
  const { id: objectId, created, modified } = objectsOf([first!]).find(({ name }) => name === 'life1.example.com')!
  const since = first!.headers['x-taxii-date-added-last']!

  await taxii.at.deleteHosts('Life', ['life1.example.com'])
  await taxii.refresh(collectionId)
  // No background has run: the read brings the collection up.
  const left = await taxii.get(`${objects}?added_after=${since}`, reader)
  expect(left.json.objects).toEqual([
    {
      type: 'indicator',
      spec_version: '2.1',
      id: objectId,
      created,
      modified: expect.any(String),
      revoked: true,
      // STIX demands these; nothing of them says what it was.
      pattern: "[x-postern:value = 'revoked']",
      pattern_type: 'stix',
      valid_from: created,
    },
  ])
  expect(left.json.objects[0].modified > modified).toBe(true)
  const all = await taxii.get(`${objects}?match[version]=all&match[id]=${objectId}`, reader)
  expect(all.json.objects).toHaveLength(2)

  await taxii.at.hosts('Life', ['life1.example.com'], { confidence: 80 })
  await taxii.refresh(collectionId)
  const back = await taxii.get(`${objects}?added_after=${left.headers['x-taxii-date-added-last']}`, reader)
  expect(back.json.objects).toHaveLength(1)
  expect(back.json.objects[0]).toMatchObject({ name: 'life1.example.com', confidence: 80 })
  expect(back.json.objects[0].id).not.toBe(objectId)
  expect(back.json.objects[0].revoked).toBeUndefined()
  // Gone and back once more is a third.
  await taxii.at.deleteHosts('Life', ['life1.example.com'])
  await taxii.refresh(collectionId)
  await taxii.taxii.tick()
  await taxii.at.hosts('Life', ['life1.example.com'])
  await taxii.refresh(collectionId)
  const everything = objectsOf(await walk(taxii, `${objects}?match[version]=all`, reader, [2]))
  const itsIds = everything.filter(({ name }) => name === 'life1.example.com').map((each) => each.id)
  const ofIt = everything.filter((each) => itsIds.includes(each.id))
  expect(ofIt.map(({ revoked }) => revoked === true)).toEqual([false, true, false, true, false])
  expect(new Set(ofIt.map((each) => each.id)).size).toBe(3)
})

test('LIB-5: a rating or a confidence that changes alone is a new version of a data collection’s object, once', async () => {
  await taxii.at.hosts('Rated', named(2, 'rated'), { rating: 1, confidence: 30 })
  const { url, id, collectionId } = await taxii.serve('ownerName = "Rated"')
  const reader = await taxii.reader({ id })
  const [first] = await walk(taxii, `${url}objects/`, reader, [100])
  const since = first!.headers['x-taxii-date-added-last']!
  const before = objectsOf([first!]).find(({ name }) => name === 'rated1.example.com')!
  await taxii.at.hosts('Rated', ['rated1.example.com'], { rating: 4, confidence: 80 })
  // No version of the data collection, since its members are the same.
  await taxii.refresh(collectionId)
  await taxii.taxii.tick()
  const later = await taxii.get(`${url}objects/?added_after=${since}`, reader)
  expect(later.json.objects).toMatchObject([
    { ...before, modified: expect.any(String), confidence: 80, x_postern_rating: 4 },
  ])
  expect(later.json.objects[0].modified > before.modified).toBe(true)
  // What says nothing new, and what is no member, is no version.
  await taxii.at.hosts('Rated', ['rated1.example.com'], { rating: 4, confidence: 80 })
  await taxii.at.hosts('Elsewhere rated', ['rated2.example.com'], { confidence: 10 })
  await taxii.taxii.tick()
  const all = await walk(taxii, `${url}objects/?match[version]=all`, reader, [100])
  expect(objectsOf(all)).toHaveLength(3)
})

test('LIB-5: D21: what is marked above the collection is left out, and what is marked later leaves', async () => {
  await taxii.at.hosts('Marked', ['clear.example.com'])
  await taxii.at.hosts('Marked', ['red.example.com'], { securityLabel: [{ name: 'TLP:RED' }] })
  await taxii.at.hosts('Marked', ['amber.example.com'], { securityLabel: [{ name: 'TLP:AMBER' }] })
  const { url, id, collectionId } = await taxii.serve('ownerName = "Marked"')
  const reader = await taxii.reader({ id })
  const names = async () =>
    objectsOf(await walk(taxii, `${url}objects/`, reader))
      .filter(({ revoked }) => revoked !== true)
      .map(({ name }) => name)
      .toSorted()
  expect(await names()).toEqual(['amber.example.com', 'clear.example.com'])
  await taxii.at.hosts('Marked', ['clear.example.com'], { securityLabel: [{ name: 'TLP:RED' }] })
  await taxii.refresh(collectionId)
  expect(await names()).toEqual(['amber.example.com'])
  const red = await taxii.serve('ownerName = "Marked"', { tlpMax: 'RED' })
  const all = objectsOf(await walk(taxii, `${red.url}objects/`, await taxii.reader({ id: red.id })))
  expect(all).toHaveLength(3)
})

test('LIB-8: explain says which TAXII collections serve a value, and why another does not', async () => {
  const { library, person } = taxii.at.library
  await taxii.at.hosts('Given', ['given.example.com'])
  await taxii.at.hosts('Given', ['narrow.example.com'], { securityLabel: [{ name: 'TLP:RED' }] })
  await taxii.at.hosts('Given', ['off.example.com'], { active: false })
  const { id } = await taxii.serve('ownerName = "Given"')
  const owned = await taxii.serveOwner('Given')
  await taxii.taxii.tick()
  const served = async (value: string) =>
    (await library.exports(person, indicatorId('Host', value))).served
      .filter((each) => each.id === id || each.id === owned.id)
      .map(({ isServed, reason }) => [isServed, reason])
  expect(await served('given.example.com')).toEqual([
    [true, null],
    [true, null],
  ])
  for (const [value, reason] of [
    ['narrow.example.com', 'tlp'],
    ['off.example.com', 'inactive'],
  ] as const)
    expect(await served(value)).toEqual([
      [false, reason],
      [false, reason],
    ])
})

test('LIB-5: pages neither skip nor repeat while others write, however the limit changes', async () => {
  await taxii.at.hosts('Busy', named(40, 'busy'))
  const { url, id, collectionId } = await taxii.serve('ownerName = "Busy"')
  const reader = await taxii.reader({ id })
  const seen: string[] = []
  let written = 0
  let next: string | undefined = ''
  for (const limit of [3, 1, 7, 2, 5, 11, 4, 3, 8, 9, 20, 50]) {
    if (next === undefined) break
    const page = await taxii.get(`${url}objects/?limit=${limit}${next === '' ? '' : `&next=${next}`}`, reader)
    seen.push(...(page.json.objects as Said[]).map(({ id: object, modified }) => `${object} ${modified}`))
    next = page.json.more === true ? page.json.next : undefined
    if (written < 12) {
      await taxii.at.hosts('Busy', [`new${written++}.example.com`])
      await taxii.refresh(collectionId)
    }
  }
  expect(next).toBeUndefined()
  expect(new Set(seen).size).toBe(seen.length)
  const whole = objectsOf(await walk(taxii, `${url}objects/`, reader, [1000]))
  const missed = whole.filter((object) => !seen.includes(`${object.id} ${object.modified}`))
  // What was written after the last page was read comes with the next poll, and nothing else is missing.
  expect(missed.every(({ name }) => name.startsWith('new'))).toBe(true)
  expect(whole).toHaveLength(40 + written)
})

test('LIB-5: clients that page by time alone, or by time and next at once, miss nothing either', async () => {
  await taxii.at.hosts('Clocks', named(25, 'clock'))
  const { url, id } = await taxii.serve('ownerName = "Clocks"')
  const reader = await taxii.reader({ id })
  const ways: ((last: string, next: string) => string)[] = [
    (last) => `added_after=${last}`,
    (last, next) => `added_after=${last}&next=${next}`,
    (_, next) => `added_after=2020-01-01T00:00:00Z&next=${next}`,
  ]
  for (const way of ways) {
    const seen: string[] = []
    let query = ''
    for (let turn = 0; turn < 20; turn++) {
      const page = await taxii.get(`${url}objects/?limit=3&${query}`, reader)
      if (page.json.objects === undefined) break
      seen.push(...(page.json.objects as Said[]).map(({ name }) => name))
      if (page.json.more !== true) break
      query = way(page.headers['x-taxii-date-added-last']!, page.json.next as string)
    }
    expect(seen.toSorted()).toEqual(named(25, 'clock').toSorted())
  }
  // Every object of one transaction has a time of its own.
  const { json } = await taxii.get(`${url}manifest/`, reader)
  const times = (json.objects as { date_added: string }[]).map(({ date_added: added }) => added)
  expect(new Set(times).size).toBe(25)
  expect(times).toEqual(times.toSorted())
})

test('LIB-5: a collection that was behind for longer than its changes are kept is compared as a whole', async () => {
  await taxii.at.hosts('Late', named(5, 'late'))
  const { url, id, collectionId } = await taxii.serve('ownerName = "Late"')
  const reader = await taxii.reader({ id })
  const before = objectsOf(await walk(taxii, `${url}objects/`, reader))
  const left = before.find(({ name }) => name === 'late2.example.com')
  await taxii.at.deleteHosts('Late', ['late2.example.com'])
  await taxii.at.hosts('Late', ['late9.example.com'])
  await taxii.refresh(collectionId)
  const { db } = taxii.at.library.database
  await db.deleteFrom('collection_change').where('collection_id', '=', collectionId).execute()
  await db.deleteFrom('collection_version').where('collection_id', '=', collectionId).where('version', '=', 1).execute()
  await taxii.taxii.tick()
  const live = objectsOf(await walk(taxii, `${url}objects/`, reader))
  expect(live.filter(({ revoked }) => revoked).map((each) => each.id)).toEqual([left?.id])
  expect(live.filter(({ revoked }) => !revoked)).toHaveLength(5)
})

test('LIB-5: two writers at once number a collection once', async () => {
  await taxii.at.hosts('Twice', named(50, 'twice'))
  const { url, id, collectionId } = await taxii.serve('ownerName = "Twice"')
  const reader = await taxii.reader({ id })
  await taxii.at.hosts('Twice', named(50, 'again'))
  await taxii.refresh(collectionId)
  await Promise.all([
    taxii.taxii.tick(),
    taxii.taxii.tick(),
    ...[1, 2, 3].map(() => taxii.get(`${url}objects/`, reader)),
  ])
  const { json } = await taxii.get(`${url}manifest/?match[version]=all`, reader)
  expect(json.objects).toHaveLength(100)
  const { number_last: last } = await taxii.at.library.database.db
    .selectFrom('taxii_collection')
    .select('number_last')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  expect(last).toBe('100')
})

test('LIB-5: a page of large objects is cut at its bytes and goes on there, and one that is larger comes alone', async () => {
  const { id, url } = await taxii.serve('ownerName = "Nobody"')
  const reader = await taxii.reader({ id })
  const sizes = [7_000_000, 7_000_000, 7_000_000, 17_000_000, 100, 100]
  await taxii.at.library.database.pool.query(
    `insert into taxii_object (taxii_collection_id, number, object_id, type, spec_version, version, added_at, is_last, body)
     select $1, n, 'note--' || n, 'note', '2.1', now(), now() + n * interval '1 microsecond', true,
       '{"type":"note","id":"' || n || '","content":"' || repeat('x', size) || '"}'
     from unnest($2::int[]) with ordinality s (size, n)`,
    [id, sizes],
  )
  await taxii.at.library.database.pool.query(
    'update taxii_collection set body_bytes_max = 17000100, live_count = live_count + 6 where id = $1',
    [id],
  )
  const pages = await walk(taxii, `${url}objects/`, reader, [1000])
  expect(pages.map(({ json }) => (json.objects as { id: string }[]).map((each) => Number(each.id)))).toEqual([
    [1, 2],
    [3],
    [4],
    [5, 6],
  ])
})

test('LIB-5: hostile queries are refused or answered, and none takes the server down', async () => {
  await taxii.at.hosts('Hostile', named(3, 'hostile'))
  const { id, url } = await taxii.serve('ownerName = "Hostile"')
  const reader = await taxii.reader({ id })
  const many = Array.from({ length: 1000 }, (_, n) => `t${n}`).join(',')
  expect((await taxii.get(`${url}objects/?match[type]=${many}`, reader)).status).toBe(200)
  expect((await taxii.get(`${url}objects/?match[type]=${many},more`, reader)).status).toBe(400)
  const versions = Array.from({ length: 500 }, () => '2026-01-01T00:00:00Z').join(',')
  expect((await taxii.get(`${url}objects/?match[version]=first,last,${versions}`, reader)).status).toBe(200)
  const odd = [
    `match[id]=${'x'.repeat(14_000)}`,
    'match[id]=%27%3B%20drop%20table%20taxii_object',
    'match[version]=infinity',
    'match[version]=99999-01-01T00:00:00Z',
    'added_after=-infinity',
    'added_after=0000-01-01T00:00:00Z',
    `next=${'9'.repeat(18)}`,
    'limit=99999999999999999999',
    'match[type]=%ff%fe',
    'match%5Bid%5D=%00',
    '__proto__=1&constructor=1',
  ]
  for (const query of odd) {
    const { status, text } = await taxii.get(`${url}objects/?${query}`, reader)
    expect([query, status < 500, text.includes('error_id') || status === 200]).toEqual([query, true, true])
  }
  expect((await taxii.get(`${url}objects/`, reader)).json.objects).toHaveLength(3)
})
