import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mapEvent } from './map-event.ts'
import type { MappingRules } from './map-event.ts'
import { readEvents } from './misp-event.ts'
import type { UnreadPart } from './read-part.ts'

const rules: MappingRules = {
  rating: 0,
  confidence: 0,
  requireToIds: true,
  names: new Set(['example owner', 'misp feed']),
}
const neverUnread = ({ part, reason }: UnreadPart) => {
  throw new Error(`${part}: ${reason}`)
}
const [event] = readEvents(
  JSON.parse(readFileSync(new URL('fixtures/event.json', import.meta.url), 'utf8')),
  'event.json',
  neverUnread,
)
if (event === undefined) throw new Error('the fixture holds no event')
const mapped = mapEvent(event, rules)
const indicator = (summary: string) => mapped.indicators.find((item) => item.summary === summary)

test('every attribute is counted once, as sent or as unmapped', () => {
  expect(mapped.attributes).toEqual({ total: 27, sent: 21, unmapped: 6, describing: 4, pairs: 1 })
  expect(mapped.references).toEqual({ unmapped: 1 })
  expect(
    mapped.unmapped
      .filter(({ what }) => what.startsWith('attribute type'))
      .map(({ what, reason }) => `${what}: ${reason}`),
  ).toEqual([
    'attribute type "domain": not for detection (to_ids is false)',
    'attribute type "port": a port alone is no indicator',
    'attribute type "domain": deleted at the source',
    'attribute type "domain|ip": the value has not the parts that its type promises',
    'attribute type "ssdeep": none of the twelve indicator types takes it',
    'attribute type "text": free text',
  ])
})

test('the twelve types come of MISP types, composites with what they say beside', () => {
  const found = mapped.indicators.map(({ type, summary }) => [type, summary])
  expect(found).toEqual([
    ['Host', 'Bad.Example.com'],
    ['Address', '192.0.2.10'],
    ['CIDR', '198.51.100.0/24'],
    ['Address', '192.0.2.11'],
    ['Host', 'c2.example.net'],
    ['Host', 'pair.example.org'],
    ['Address', '192.0.2.12'],
    ['File', '1111111111111111111111111111111111111111'],
    ['Registry Key', 'HKCU\\Software\\Example'],
    ['ASN', 'AS64500'],
    ['Mutex', 'Global\\ExampleMutex'],
    ['User Agent', 'ExampleBot/1.0'],
    ['EmailAddress', 'Sender@example.com'],
    ['Email Subject', 'Your invoice'],
    ['URL', 'https://bad.example.com/kit'],
    ['File', '22222222222222222222222222222222 : 3333333333333333333333333333333333333333333333333333333333333333'],
    ['URL', 'https://download.example.com/kit.zip'],
  ])
  expect(indicator('192.0.2.11')?.attributes).toEqual([{ type: 'Port', value: '8443' }])
  expect(indicator('Bad.Example.com')).toMatchObject({
    firstSeen: '2026-09-30T10:00:00Z',
    attributes: [{ type: 'Description', value: 'landing page' }],
  })
  expect(mapped.indicators.find(({ summary }) => summary.startsWith('2222'))?.attributes).toEqual([
    { type: 'File Name', value: 'kit.zip' },
    { type: 'Description', value: 'the kit' },
  ])
})

test('LIB-1: an event is a Report that its indicators, actors, techniques, vulnerabilities and signatures hang on', () => {
  const report = mapped.groups.at(-1)
  expect(report).toMatchObject({
    type: 'Report',
    name: 'Phishing kit behind example.com',
    xid: 'misp-event-5f0c3a52-7f43-4a0e-8c6b-0d3f1b6f7a10',
    publishDate: '2026-10-02T00:00:00Z',
    securityLabels: ['TLP:AMBER'],
    groups: [
      'misp-galaxy-threat-actor-example bear',
      'misp-galaxy-mitre-attack-pattern-spearphishing link - t1566.002',
      'vulnerability-cve-2026-0001',
      'misp-attribute-b0000000-0000-4000-8000-000000000031',
    ],
  })
  expect(report?.attributes).toEqual(
    expect.arrayContaining([
      { type: 'External ID', value: '5f0c3a52-7f43-4a0e-8c6b-0d3f1b6f7a10' },
      { type: 'Source', value: 'Example CERT' },
      { type: 'External Reference', value: 'https://example.org/report' },
      { type: 'MISP Tag', value: 'osint:source-type="blog-post"' },
    ]),
  )
  expect(mapped.groups.map(({ type, name }) => [type, name])).toEqual([
    ['Adversary', 'Example Bear'],
    ['Attack Pattern', 'Spearphishing Link - T1566.002'],
    ['Vulnerability', 'CVE-2026-0001'],
    ['Signature', 'example'],
    ['Report', 'Phishing kit behind example.com'],
  ])
  expect(indicator('Bad.Example.com')?.groups).toEqual(['misp-event-5f0c3a52-7f43-4a0e-8c6b-0d3f1b6f7a10'])
})

test('FD-9: every indicator, of an object too, hangs on the report of its event, by which the feed knows its own', () => {
  expect(mapped.indicators.filter(({ groups }) => !groups?.includes(`misp-event-${event.uuid}`))).toEqual([])
  expect(mapped.indicators).toHaveLength(17)
})

test('what was sent adds up: each attribute holds a value, holds two, or describes', () => {
  const { sent, describing, pairs } = mapped.attributes
  const values = mapped.indicators.reduce((sum, { summary }) => sum + summary.split(' : ').length, 0)
  expect(values).toBe(sent - describing + pairs)
})

test('FD-7: tags are bare words; machine tags give their value, and none names the owner', () => {
  expect(indicator('Bad.Example.com')?.tags).toEqual(['phishing', 'blog-post', 'OSINT', 'Finance'])
  expect(mapped.unmapped).toContainEqual({
    what: 'tag',
    reason: 'it names the owner or the app, which every value carries',
    example: 'Example Owner',
  })
})

test('LIB-6: an attribute’s own TLP stands before that of its event', () => {
  expect(indicator('Bad.Example.com')?.securityLabels).toEqual(['TLP:AMBER'])
  expect(indicator('192.0.2.10')).toMatchObject({
    securityLabels: ['TLP:GREEN'],
    tags: ['phishing', 'blog-post', 'OSINT', 'Finance', 'c2'],
  })
})

test('object references and pairs relate indicators; a reference that leads nowhere is counted', () => {
  expect(mapped.associations).toEqual([
    {
      type: 'resolves-to',
      from: { type: 'Host', summary: 'pair.example.org' },
      to: { type: 'Address', summary: '192.0.2.12' },
    },
    {
      type: 'downloaded-from',
      from: { type: 'File', summary: '22222222222222222222222222222222' },
      to: { type: 'URL', summary: 'https://download.example.com/kit.zip' },
    },
  ])
  expect(mapped.unmapped).toContainEqual(expect.objectContaining({ what: 'object reference "detected-as"' }))
})

test('a text that its object calls a hashtag is a Hashtag', () => {
  const [post] = readEvents(
    {
      Event: {
        uuid: '6f1b2c3d-0000-4000-8000-000000000001',
        info: 'A post',
        date: '2026-11-02',
        timestamp: '1793606400',
        Object: [
          {
            uuid: '6f1b2c3d-0000-4000-8000-000000000002',
            name: 'microblog',
            Attribute: [
              {
                uuid: '6f1b2c3d-0000-4000-8000-000000000003',
                type: 'text',
                object_relation: 'hashtag',
                value: '#lantern',
                to_ids: true,
              },
              {
                uuid: '6f1b2c3d-0000-4000-8000-000000000004',
                type: 'text',
                object_relation: 'post',
                value: 'Join us',
                to_ids: true,
              },
            ],
          },
        ],
      },
    },
    'post.json',
    neverUnread,
  )
  if (post === undefined) throw new Error('the event was not read')
  const { indicators, attributes } = mapEvent(post, rules)
  expect(indicators.map(({ type, summary }) => [type, summary])).toEqual([['Hashtag', '#lantern']])
  expect(attributes).toEqual({ total: 2, sent: 1, unmapped: 1, describing: 0, pairs: 0 })
})

test('S10: what is wrong in an event is left out part by part, each with its reason; what stands beside it is read', () => {
  const unread: UnreadPart[] = []
  const good = { uuid: 'a', type: 'domain', value: 'good.example.com', to_ids: true }
  const wrong = [null, 7, 'text', [], [[[]]], {}, { ...good, value: 443 }, { ...good, type: null }]
  const [read] = readEvents(
    [
      { Event: 'none' },
      {
        Event: {
          uuid: 'e',
          info: 'i',
          date: {},
          Orgc: 7,
          Tag: 'no list',
          Galaxy: [{ type: 'x', GalaxyCluster: [{ value: 7 }, { value: 'v', tag_name: 't' }] }],
          Attribute: [...wrong, { ...good, comment: ['no text'], Tag: [{ name: 1 }, { name: 'kept' }] }],
          Object: [
            7,
            { uuid: 'o', name: 'file', Attribute: { no: 'list' } },
            { uuid: 'p', name: 'url', Attribute: [good, 7], ObjectReference: [{}] },
          ],
        },
      },
    ],
    'wrong.json',
    (part) => unread.push(part),
  )
  expect(read?.Attribute).toEqual([{ ...good, Tag: [{ name: 'kept' }], Galaxy: [] }])
  expect(read?.Object.map(({ uuid, Attribute }) => [uuid, Attribute.length])).toEqual([
    ['o', 0],
    ['p', 1],
  ])
  expect(read?.Galaxy).toEqual([{ type: 'x', GalaxyCluster: [{}, { value: 'v', tag_name: 't' }] }])
  const counted = Object.groupBy(unread, ({ part }) => part)
  expect(Object.fromEntries(Object.entries(counted).map(([part, all]) => [part, all?.length]))).toEqual({
    event: 1,
    attribute: wrong.length + 1,
    object: 1,
    'attribute list': 1,
    'tag list': 1,
    tag: 1,
    'object reference': 1,
    'event field "date"': 1,
    'event field "Orgc"': 1,
    'attribute field "comment"': 1,
    'galaxy cluster field "value"': 1,
  })
  for (const { reason } of unread) expect(reason).not.toBe('')
})
