import { randomUUID } from 'node:crypto'

import { expect, test } from 'vitest'

import { addressIndicators, indicator, rehearse } from './testing/rehearsal-client.ts'

const later = '2026-04-01T00:00:00.000Z'
const muchLater = '2026-05-01T00:00:00.000000Z'

test('only one comparison with = of an IPv4 address, a domain name or a URL is taken; each other pattern is named', async () => {
  await using rehearsal = await rehearse()
  const path = await rehearsal.client.objectsPath('Postern')
  const taken = [
    "[ipv4-addr:value = '192.0.2.1']",
    "[domain-name:value = 'a.example']",
    String.raw`[url:value = 'http://a.example/it\'s']`,
  ]
  const refused = [
    "[ipv6-addr:value = '2001:db8::1']",
    "[ipv4-addr:value = '192.0.2.0/24']",
    "[ipv4-addr:value = 'not an address']",
    "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']",
    "[email-addr:value = 'a@example.com']",
    "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']",
    "[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']",
    "[domain-name:value MATCHES 'a']",
    'nonsense',
  ]
  const status = (
    await rehearsal.client.post(
      path,
      [...taken, ...refused].map((pattern) => indicator(pattern)),
    )
  ).json()
  expect([status.success_count, status.failure_count]).toEqual([3, 9])
  expect(status.failures[0].message).toContain('ipv4-addr:value')
  expect(rehearsal.aed.held('Postern')).toEqual({
    'ipv4-addr': ['192.0.2.1'],
    'domain-name': ['a.example'],
    url: ["http://a.example/it's"],
  })
})

test('an object that is not sound STIX 2.0 fails by itself, with what is wrong', async () => {
  await using rehearsal = await rehearse()
  const path = await rehearsal.client.objectsPath('Postern')
  const pattern = "[ipv4-addr:value = '192.0.2.1']"
  const broken: Array<[Record<string, unknown>, string]> = [
    [indicator(pattern, { labels: [] }), 'labels'],
    [indicator(pattern, { modified: 'today' }), 'modified'],
    [indicator(pattern, { modified: '2020-01-01T00:00:00Z' }), 'modified is before created'],
    [indicator(pattern, { created: 7 }), 'created'],
    [indicator(pattern, { valid_from: undefined }), 'valid_from'],
    [indicator(pattern, { id: 'indicator--1' }), 'UUID'],
    [indicator(pattern, { id: 'indicator--67e55044-10b1-526f-9247-bb680e5fe0c8' }), 'version 4 UUID'],
    [indicator(pattern, { spec_version: '2.1' }), 'STIX 2.0'],
    [indicator(pattern, { revoked: 'yes' }), 'revoked'],
    [indicator(''), 'pattern'],
    [{ type: 'malware', id: `malware--${randomUUID()}`, created: later, modified: later, labels: ['bot'] }, 'name'],
    [{ type: 'constructor', id: 'x' }, 'not supported'],
    [{}, 'type'],
  ]
  const status = (await rehearsal.client.post(path, [...broken.map(([object]) => object), indicator(pattern)])).json()
  expect(status.failures.map((failure: { message: string }) => failure.message)).toEqual(
    broken.map(([, words]) => expect.stringContaining(words)),
  )
  expect(status.success_count).toBe(1)
})

test('the other types the appliance knows are kept beside the indicators and are no held values', async () => {
  await using rehearsal = await rehearse()
  const path = await rehearsal.client.objectsPath('Postern')
  const dates = { created: later, modified: later }
  const one = indicator("[domain-name:value = 'a.example']")
  const malware = { type: 'malware', id: `malware--${randomUUID()}`, name: 'Bot', labels: ['bot'], ...dates }
  const status = await rehearsal.client.post(path, [
    one,
    malware,
    { type: 'tool', id: `tool--${randomUUID()}`, name: 'Tool', labels: ['remote-access'], ...dates },
    { type: 'attack-pattern', id: `attack-pattern--${randomUUID()}`, name: 'Phishing', ...dates },
    {
      type: 'relationship',
      id: `relationship--${randomUUID()}`,
      relationship_type: 'indicates',
      source_ref: one.id,
      target_ref: malware.id,
      ...dates,
    },
  ])
  expect(status.json()).toMatchObject({ success_count: 5, failure_count: 0 })
  expect((await rehearsal.client.stix(path)).json().objects).toHaveLength(5)
  expect(rehearsal.aed.held('Postern')).toEqual({ 'ipv4-addr': [], 'domain-name': ['a.example'], url: [] })
})

test('a later version replaces, an earlier or equal one changes nothing, and the place in the order stays', async () => {
  await using rehearsal = await rehearse()
  const path = await rehearsal.client.objectsPath('Postern')
  const first = indicator("[domain-name:value = 'old.example']")
  await rehearsal.client.post(path, [first, ...addressIndicators(2)])
  const version = (value: string, modified: unknown) => ({
    ...first,
    modified,
    pattern: `[domain-name:value = '${value}']`,
  })
  await rehearsal.client.post(path, [version('same-date.example', first['modified'])])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['old.example'])
  await rehearsal.client.post(path, [version('new.example', later)])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['new.example'])
  const late = (await rehearsal.client.post(path, [version('late.example', '2026-03-15T00:00:00Z')])).json()
  expect(late.success_count).toBe(1)
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['new.example'])
  const { objects } = (await rehearsal.client.stix(path)).json()
  expect(objects).toHaveLength(3)
  expect(objects[0].id).toBe(first.id)
})

test('timestamps compare by moment, whatever their precision', async () => {
  await using rehearsal = await rehearse()
  const path = await rehearsal.client.objectsPath('Postern')
  const first = indicator("[domain-name:value = 'a.example']", { modified: '2026-04-01T00:00:00.1Z' })
  await rehearsal.client.post(path, [first])
  await rehearsal.client.post(path, [
    { ...first, modified: '2026-04-01T00:00:00.100Z', pattern: "[domain-name:value = 'b.example']" },
  ])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['a.example'])
  await rehearsal.client.post(path, [
    { ...first, modified: '2026-04-01T00:00:00.100001Z', pattern: "[domain-name:value = 'c.example']" },
  ])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['c.example'])
})

test('D6: a revoked object is not held and not listed, and a later version of it is held again', async () => {
  await using rehearsal = await rehearse()
  const path = await rehearsal.client.objectsPath('Postern')
  const one = indicator("[domain-name:value = 'a.example']")
  await rehearsal.client.post(path, [one])
  await rehearsal.client.post(path, [{ ...one, revoked: true }])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['a.example'])
  await rehearsal.client.post(path, [{ ...one, revoked: true, modified: later }])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual([])
  expect((await rehearsal.client.stix(path)).json()).not.toHaveProperty('objects')
  await rehearsal.client.post(path, [{ ...one, modified: muchLater }])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['a.example'])
})

test('a value two indicators carry stays held until both are revoked', async () => {
  await using rehearsal = await rehearse()
  const path = await rehearsal.client.objectsPath('Postern')
  const twins = [indicator("[domain-name:value = 'a.example']"), indicator("[domain-name:value = 'a.example']")]
  await rehearsal.client.post(path, twins)
  await rehearsal.client.post(path, [{ ...twins[0], revoked: true, modified: later }])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual(['a.example'])
  await rehearsal.client.post(path, [{ ...twins[1], revoked: true, modified: later }])
  expect(rehearsal.aed.held('Postern')['domain-name']).toEqual([])
})

test('AED-6: a full collection and a full appliance name each object they have no room for, and revoking makes room', async () => {
  await using rehearsal = await rehearse({
    collections: ['A', 'B'],
    limits: { indicatorsPerCollection: 5, indicatorsTotal: 8 },
  })
  const [a, b] = [await rehearsal.client.objectsPath('A'), await rehearsal.client.objectsPath('B')]
  const seven = addressIndicators(7)
  const full = (await rehearsal.client.post(a, seven)).json()
  expect([full.success_count, full.failure_count]).toEqual([5, 2])
  expect(full.failures[0]).toEqual({ id: seven[5]?.id, message: 'the collection holds its 5 indicators' })
  const second = (await rehearsal.client.post(b, addressIndicators(4))).json()
  expect([second.success_count, second.failures[0].message]).toEqual([3, 'the appliance holds its 8 indicators'])
  const replaced = (await rehearsal.client.post(a, [{ ...seven[0], modified: later }])).json()
  expect(replaced.failure_count).toBe(0)
  await rehearsal.client.post(a, [{ ...seven[1], modified: later, revoked: true }])
  expect((await rehearsal.client.post(a, [seven[5] ?? {}])).json().success_count).toBe(1)
  expect(rehearsal.aed.held('A')['ipv4-addr']).toHaveLength(5)
})

test('AED-6: a bundle of too many objects is refused whole, and so is a 17th collection', async () => {
  await using rehearsal = await rehearse({ limits: { objectsPerPost: 3 } })
  const path = await rehearsal.client.objectsPath('Postern')
  expect((await rehearsal.client.post(path, addressIndicators(4))).status).toBe(422)
  expect(rehearsal.aed.held('Postern')['ipv4-addr']).toEqual([])
  const sixteen = Array.from({ length: 16 }, (_, index) => `Collection ${index}`)
  await expect(rehearse({ collections: sixteen })).rejects.toThrow('room for 16 collections')
})

test('clients that post at once lose nothing and never pass the limit', async () => {
  await using rehearsal = await rehearse({ limits: { indicatorsPerCollection: 150 } })
  const path = await rehearsal.client.objectsPath('Postern')
  const posts = Array.from({ length: 10 }, (_, client) =>
    Array.from({ length: 20 }, (_, index) => indicator(`[domain-name:value = 'c${client}-${index}.example']`)),
  )
  const statuses = await Promise.all(posts.map(async (objects) => (await rehearsal.client.post(path, objects)).json()))
  const successes = statuses.flatMap((status) => status.successes ?? [])
  expect(new Set(successes).size).toBe(150)
  expect(statuses.reduce((sum, status) => sum + status.failure_count, 0)).toBe(50)
  expect(rehearsal.aed.held('Postern')['domain-name']).toHaveLength(150)
})
