import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestStix, type TestStix } from './test-stix.ts'

let world: TestStix
beforeAll(async () => {
  world = await createTestStix()
})
afterAll(() => world.close())

test('LIB-6: an owner goes out as STIX 1.1.1 with its groups and relations, each where the schema has a place for it', async () => {
  const hostile = 'Mealy & <Bug> "x" -- ]]>'
  const group = (type: string, xid: string, more: object = {}) => ({ type, xid, name: `${type} ${xid}`, ...more })
  const joined = (from: string, type: string, kind: string, to: string, other: string) => ({
    ref_1: from,
    type_1: type,
    ref_2: to,
    type_2: other,
    associationType: kind,
  })
  await world.send('Packaged', {
    group: [
      group('Malware', 'm', { name: hostile, attribute: [{ type: 'Description', value: hostile }] }),
      group('Attack Pattern', 'a'),
      group('Tool', 't'),
      group('Incident', 'i', { securityLabel: [{ name: 'TLP:GREEN' }] }),
      group('Course of Action', 'c', { securityLabel: [{ name: 'TLP:AMBER+STRICT' }] }),
      group('Course of Action', 'd'),
      group('Campaign', 'w', { securityLabel: [{ name: 'TLP:CLEAR' }, { name: 'Ours' }] }),
      group('Adversary', 'b', { securityLabel: [{ name: 'TLP:AMBER' }] }),
      group('Adversary', 'secret', { securityLabel: [{ name: 'TLP:RED' }] }),
      group('Malware', 'old', { status: 'Revoked' }),
      group('Vulnerability', 'v'),
    ],
    indicator: [
      {
        type: 'Host',
        summary: 'packaged.example.com',
        confidence: 70,
        securityLabel: [{ name: 'TLP:GREEN' }],
        associatedGroups: ['m', 'c', 'w', 'b'].map((groupXid) => ({ groupXid })),
      },
      { type: 'Hashtag', summary: '#packaged', associatedGroups: [{ groupXid: 'm' }] },
    ],
    association: [
      joined('b', 'Adversary', 'uses', 'm', 'Malware'),
      joined('b', 'Adversary', 'related-to', 'w', 'Campaign'),
      joined('b', 'Adversary', 'related-to', 'secret', 'Adversary'),
      joined('w', 'Campaign', 'uses', 't', 'Tool'),
      joined('w', 'Campaign', 'attributed-to', 'b', 'Adversary'),
      joined('w', 'Campaign', 'caused', 'i', 'Incident'),
      joined('i', 'Incident', 'used', 'a', 'Attack Pattern'),
      joined('i', 'Incident', 'attributed-to', 'b', 'Adversary'),
      joined('m', 'Malware', 'uses', 'a', 'Attack Pattern'),
      joined('c', 'Course of Action', 'related-to', 'd', 'Course of Action'),
      joined('c', 'Course of Action', 'mitigates', 'a', 'Attack Pattern'),
      joined('m', 'Malware', 'targets', 'v', 'Vulnerability'),
    ],
  })
  const options = { tlpMax: 'AMBER+STRICT', format: '1.1.1' } as const
  const xml = await text(await world.stix.exportOwner(world.person, await world.owner('Packaged'), options))
  // In the order of the schema, each list once and closed.
  expect([...xml.matchAll(/^<(\/?stix:[A-Za-z_]+)>$/gm)].map(([, tag]) => tag)).toEqual(
    ['Indicators', 'TTPs', 'Incidents', 'Courses_Of_Action', 'Campaigns', 'Threat_Actors']
      .flatMap((list) => [`stix:${list}`, `/stix:${list}`])
      .concat('/stix:STIX_Package'),
  )
  const lines = xml.split('\n')
  const idOf = (name: string) => {
    const line = lines.find((each) => each.includes(`Title>${name}</`)) ?? ''
    return / id="(postern:[A-Za-z_]+-[0-9a-f-]{36})"/.exec(line)?.[1] ?? 'none'
  }
  const relations = (name: string) =>
    [
      ...(lines.find((each) => each.includes(`Title>${name}</`)) ?? '').matchAll(
        /<(\w+:\w+)>(?:<stixCommon:Relationship>([^<]*)<\/stixCommon:Relationship>)?<stixCommon:\w+ idref="([^"]*)"/g,
      ),
    ].map(([, item, kind, ref]) => [item, kind, ref])
  const malware = 'Mealy &amp; &lt;Bug&gt; &quot;x&quot; -- ]]&gt;'
  const [campaign, actor, action] = ['Campaign w', 'Adversary b', 'Course of Action c']
  expect(relations(actor)).toEqual([
    ['ta:Observed_TTP', 'uses', idOf(malware)],
    ['ta:Associated_Campaign', 'related-to', idOf(campaign)],
  ])
  expect(relations(campaign)).toEqual([
    ['campaign:Related_TTP', 'uses', idOf('Tool t')],
    ['campaign:Related_Incident', 'caused', idOf('Incident i')],
    ['campaign:Attributed_Threat_Actor', 'attributed-to', idOf(actor)],
  ])
  expect(relations('Incident i')).toEqual([
    ['incident:Leveraged_TTP', 'used', idOf('Attack Pattern a')],
    ['incident:Threat_Actor', 'attributed-to', idOf(actor)],
  ])
  expect(relations(malware)).toEqual([['ttp:Related_TTP', 'uses', idOf('Attack Pattern a')]])
  expect(relations(action)).toEqual([['coa:Related_COA', 'related-to', idOf('Course of Action d')]])
  expect(relations('packaged.example.com')).toEqual([
    ['indicator:Indicated_TTP', undefined, idOf(malware)],
    ['indicator:Suggested_COA', undefined, idOf(action)],
    ['indicator:Related_Campaign', undefined, idOf(campaign)],
  ])
  expect(xml).toContain(`<ttp:Description>${malware}</ttp:Description>`)
  const [, account = ''] = /<!-- ([^]*) -->\n<\/stix:STIX_Package>\n$/.exec(xml) ?? []
  expect(JSON.parse(account)).toEqual({
    objects: 9,
    leftOut: {
      'STIX 1.1.1 has no object for the type Hashtag': 1,
      'groups of the type Vulnerability, for which it has no place': 1,
      'groups that are revoked or deprecated': 1,
      'objects above the permitted TLP': 1,
      'relationships that it has no place for, or of what is left out': 5,
      'security labels, which STIX 1.1.1 was not given': 1,
    },
  })
})
