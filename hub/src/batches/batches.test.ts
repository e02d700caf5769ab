import { hostileCorpus, canonicalise, indicatorId } from '@postern/intel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { isPlain } from './content/read-indicator.ts'
import { BatchIndicator } from '@postern/protocol'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
})
afterAll(async () => {
  await library.close()
})

async function detailOf(type: Parameters<typeof indicatorId>[0], value: string) {
  return library.library.detail(library.person, indicatorId(type, value))
}

async function countOf(
  table: 'assertion' | 'indicator' | 'indicator_link' | 'tombstone' | 'assertion_attribute',
  owner?: string,
): Promise<number> {
  const { rows } = await library.database.pool.query<{ count: string }>(
    owner === undefined ? `select count(*) from ${table}` : `select count(*) from ${table} where owner_id = $1`,
    owner === undefined ? [] : [owner],
  )
  return Number(rows[0]?.count)
}

test('LIB-1: a batch brings indicators of all twelve types and groups of all seventeen', async () => {
  const indicator = [
    { type: 'Address', summary: '192.0.2.1' },
    { type: 'EmailAddress', summary: 'a@example.com' },
    { type: 'File', summary: 'a'.repeat(64) },
    { type: 'host', summary: 'Twelve.Example.COM' },
    { type: 'URL', summary: 'hxxp://twelve.example.com/x' },
    { type: 'ASN', summary: 'ASN64496' },
    { type: 'CIDR', summary: '198.51.100.0/24' },
    { type: 'Email Subject', summary: 'You have won' },
    { type: 'Hashtag', summary: '#twelve' },
    { type: 'Mutex', summary: 'Global\\twelve' },
    {
      type: 'Registry Key',
      'Key Name': 'HKEY_LOCAL_MACHINE\\Software\\Twelve',
      'Value Name': 'x',
      'Value Type': 'REG_SZ',
    },
    { type: 'User Agent', summary: 'Twelve/1.0' },
  ]
  const names = [
    'Adversary',
    'Attack Pattern',
    'Campaign',
    'Course of Action',
    'Document',
    'Email',
    'Event',
    'Incident',
    'Intrusion Set',
    'Malware',
    'Report',
    'Signature',
    'Tactic',
    'Task',
    'Threat',
    'Tool',
    'Vulnerability',
  ]
  const group = names.map((type) => ({ type, name: `a ${type}`, xid: `xid ${type}` }))
  const batch = await library.send('Twelve', { indicator, group })
  expect(batch).toMatchObject({ created: 12, groups_created: 17, refused: 0, groups_refused: 0 })
  const { data } = await library.library.search(library.person, { tql: 'ownerName = "Twelve"', limit: 100 })
  expect(new Set(data.map((each) => each.type)).size).toBe(12)
  expect(data.map((each) => each.value)).toContain('twelve.example.com')
})

test('FD-2: a bad item is refused by name with its reason and stops no other', async () => {
  const batch = await library.send('Bad items', {
    indicator: [
      { type: 'Host', summary: 'good-one.example.com' },
      { type: 'Address', summary: '999.0.2.1' },
      { type: 'Hostname', summary: 'x.example.com' },
      'not an object',
      { type: 'Host', summary: 'rated.example.com', rating: 7 },
      { type: 'Host', summary: 'typed.example.com', tag: 'no list' },
      {
        type: 'Host',
        summary: 'good-two.example.com',
        attribute: [
          { type: 'Port', value: 443 },
          { type: 'Live', value: true },
        ],
      },
    ],
    association: [{ ref_1: 'nobody', type_1: 'Report', ref_2: 'nothing', type_2: 'Report' }],
  })
  expect(batch).toMatchObject({ created: 2, refused: 5, associations_refused: 1 })
  const errors = await library.batches.errors(batch.id)
  expect(errors.map((each) => each.reason)).toEqual([
    expect.stringMatching(/^Address 999\.0\.2\.1 is not valid\. ./),
    expect.stringMatching(/^Hostname x\.example\.com is not valid\. There is no indicator type/),
    expect.stringMatching(/^Indicator {2}is not valid\. ./),
    expect.stringMatching(/^Host rated\.example\.com is not valid\. The rating is 7/),
    expect.stringMatching(/^Host typed\.example\.com is not valid\. The field tag/),
    expect.stringMatching(/^Association nobody - nothing is not valid\. /),
  ])
  expect((await detailOf('Host', 'good-two.example.com')).value).toBe('good-two.example.com')
})

test('a batch that halts on errors stops at the first and says what it did not process', async () => {
  const content = {
    indicator: [
      { type: 'Host', summary: 'h1.example.com' },
      { type: 'Host', summary: 'bad host' },
      { type: 'Host', summary: 'h2.example.com' },
    ],
  }
  expect(await library.send('Halting', content, { haltOnError: 'true' })).toMatchObject({
    created: 1,
    refused: 1,
    unprocessed: 1,
  })
  expect(await library.send('Halting', content, { haltOnError: 'false' })).toMatchObject({
    created: 1,
    unchanged: 1,
    refused: 1,
    unprocessed: 0,
  })
})

test('D1: what says the same as before is not rewritten, row by row', async () => {
  const content = {
    indicator: Array.from({ length: 300 }, (_, n) => ({
      type: 'Address',
      summary: `203.0.113.${n % 250}`,
      rating: n % 5,
      xid: `run ${n}`,
      tag: [{ name: 'b' }, { name: 'a' }],
    })),
  }
  await library.send('Same', content)
  const owner = await library.owner('Same')
  const versions = async () =>
    (
      await library.database.pool.query(
        'select indicator_id, xmin, ctid from assertion where owner_id = $1 order by 1',
        [owner],
      )
    ).rows
  const before = await versions()
  const again = { indicator: content.indicator.map((each, n) => ({ ...each, xid: `other run ${n}` })) }
  expect(await library.send('Same', again)).toMatchObject({ created: 0, updated: 0, unchanged: 300 })
  expect(await versions()).toEqual(before)
})

test('LIB-1: D21: a label with a slip in its level of TLP stays as it was written, and the value is handled as RED', async () => {
  const securityLabel = [{ name: 'TLP:AMBR' }, { name: 'Internal' }]
  await library.send('Slips', { indicator: [{ type: 'Host', summary: 'slip.example.com', securityLabel }] })
  const seen = await detailOf('Host', 'slip.example.com')
  expect(seen).toMatchObject({ tlp: 'RED', assertions: [{ securityLabels: ['Internal', 'TLP:AMBR'] }] })
})

test('D1: two owners assert the same indicator; each keeps its say and readers see what is computed from both', async () => {
  await library.send('North', {
    indicator: [
      {
        type: 'Host',
        summary: 'both.example.com',
        rating: 2,
        confidence: 80,
        tag: [{ name: 'north' }],
        securityLabel: [{ name: 'TLP: GREEN' }],
      },
    ],
  })
  await library.send('South', {
    indicator: [
      {
        type: 'Host',
        summary: 'BOTH.example.com.',
        rating: 4,
        confidence: 10,
        tag: [{ name: 'south' }],
        securityLabel: [{ name: 'tlp:red' }],
      },
    ],
  })
  const seen = await detailOf('Host', 'both.example.com')
  expect(seen).toMatchObject({
    rating: 4,
    confidence: 80,
    tlp: 'RED',
    owners: ['North', 'South'],
    tags: ['north', 'south'],
  })
  expect(seen.assertions.map((each) => [each.ownerName, each.rating, each.securityLabels])).toEqual([
    ['North', 2, ['TLP:GREEN']],
    ['South', 4, ['TLP:RED']],
  ])
  await library.send('South', { indicator: [{ type: 'Host', summary: 'both.example.com' }] }, { action: 'Delete' })
  expect(await detailOf('Host', 'both.example.com')).toMatchObject({
    rating: 2,
    confidence: 80,
    tlp: 'GREEN',
    owners: ['North'],
    tags: ['north'],
  })
})

test('D1: an identity that collides with another stored value is refused', async () => {
  const id = indicatorId('Host', 'collision.example.com')
  await library.database.pool.query(`insert into indicator values ($1, 'Host', 'somebody-else.example.com', 1)`, [id])
  const batch = await library.send('Colliding', {
    indicator: [
      { type: 'Host', summary: 'collision.example.com', attribute: [{ type: 'x', value: 'y' }] },
      { type: 'Host', summary: 'no-collision.example.com' },
    ],
  })
  expect(batch).toMatchObject({ created: 1, refused: 1 })
  expect((await library.batches.errors(batch.id))[0]?.reason).toContain('identity-collision')
  expect(await countOf('assertion_attribute', await library.owner('Colliding'))).toBe(0)
})

test('D2: a File with several hashes is one indicator a hash, joined by links that the owner asserts', async () => {
  const [md5, sha1, sha256] = ['b'.repeat(32), 'c'.repeat(40), 'd'.repeat(64)]
  const whole = await library.send('Files', {
    indicator: [{ type: 'File', summary: `${md5} : ${sha256}`, sha1, md5, sha256 }],
  })
  expect(whole.created).toBe(1)
  const owner = await library.owner('Files')
  expect(await countOf('assertion', owner)).toBe(3)
  expect(await countOf('indicator_link', owner)).toBe(3)
  expect(
    await library.send('Files', { indicator: [{ type: 'file', summary: `${md5} : ${sha1} : ${sha256}` }] }),
  ).toMatchObject({ unchanged: 1, updated: 0 })
  await library.send('Files', { indicator: [{ type: 'File', summary: sha1 }] }, { action: 'Delete' })
  expect(await countOf('assertion', owner)).toBe(2)
  expect(await countOf('indicator_link', owner)).toBe(1)
  expect(
    await library.send('Files', { indicator: [{ type: 'File', summary: `${md5} : ${sha1} : ${sha256}` }] }),
  ).toMatchObject({ updated: 1 })
  expect(await countOf('indicator_link', owner)).toBe(3)
})

test('write modes: tags, labels and attributes are replaced, appended, replaced by type, or left', async () => {
  const say = (tags: string[], attributes: [string, string][], config = {}) =>
    library.send(
      'Modes',
      {
        indicator: [
          {
            type: 'Host',
            summary: 'modes.example.com',
            tag: tags.map((name) => ({ name })),
            attribute: attributes.map(([type, value]) => ({ type, value })),
          },
        ],
      },
      config,
    )
  const attributes = async () =>
    (
      await library.database.pool.query<{ type: string; value: string }>(
        'select type, value from assertion_attribute where owner_id = $1 order by id',
        [await library.owner('Modes')],
      )
    ).rows.map((row) => `${row.type}=${row.value}`)
  const tags = async () => (await detailOf('Host', 'modes.example.com')).tags
  await say(
    ['one'],
    [
      ['A', '1'],
      ['B', '1'],
    ],
  )
  await say(['two'], [['A', '2']], { tagWriteType: 'Append', attributeWriteType: 'Append' })
  expect(await tags()).toEqual(['one', 'two'])
  expect(await attributes()).toEqual(['A=1', 'B=1', 'A=2'])
  await say(['three'], [['A', '3']], { attributeWriteType: 'Singleton' })
  expect(await tags()).toEqual(['three'])
  expect(await attributes()).toEqual(['B=1', 'A=3'])
  await say([], [['C', '4']], { attributeWriteType: 'Static' })
  expect(await tags()).toEqual([])
  expect(await attributes()).toEqual(['B=1', 'A=3'])
  await say(['four'], [['D', '5']])
  expect(await attributes()).toEqual(['D=5'])
  await library.send('Modes', { indicator: [{ type: 'Host', summary: 'modes.example.com', rating: 1 }] })
  expect(await tags()).toEqual(['four'])
})

test('groups resolve by xid within the batch and from earlier ones; what is missing is told and tried again', async () => {
  const indicator = [
    { type: 'Host', summary: 'grouped.example.com', associatedGroups: [{ groupXid: 'early' }, { groupXid: 'late' }] },
  ]
  await library.send('Groups', { group: [{ type: 'Report', name: 'Early', xid: 'early' }] })
  const first = await library.send('Groups', { indicator })
  expect(first).toMatchObject({ created: 1, partial: 1, associations: 1 })
  expect((await library.batches.errors(first.id))[0]).toMatchObject({
    code: '0x2001',
    reason: expect.stringContaining('late'),
  })
  const second = await library.send('Groups', {
    group: [{ type: 'Report', name: 'Late', xid: 'late', associatedGroupXid: ['early'] }],
    indicator,
  })
  expect(second).toMatchObject({ updated: 1, partial: 0, associations: 2 })
  expect((await detailOf('Host', 'grouped.example.com')).groups.map((group) => group.name)).toEqual(['Early', 'Late'])
  await library.send('Groups', { group: [{ type: 'Report', name: 'Late', xid: 'late' }] }, { action: 'Delete' })
  expect((await detailOf('Host', 'grouped.example.com')).groups.map((group) => group.name)).toEqual(['Early'])
})

test('LIB-1: an alert is an Event group linked to its indicators, and associations name items by xid', async () => {
  const batch = await library.send('Alerts', {
    group: [
      {
        type: 'Event',
        name: 'Blocked outbound',
        xid: 'alert-1',
        eventDate: '2026-11-20T10:00:00+02:00',
        eventType: 'Sighting',
        associatedIndicators: [{ indicatorType: 'Address', summary: '192.0.2.77' }],
      },
    ],
    indicator: [
      { type: 'Address', summary: '192.0.2.77', xid: 'random-1' },
      { type: 'Host', summary: 'seen.example.com', xid: 'random-2' },
    ],
    association: [{ ref_1: 'alert-1', type_1: 'Event', ref_2: 'random-2', type_2: 'Host' }],
  })
  expect(batch).toMatchObject({ created: 2, groups_created: 1, associations: 2, associations_refused: 0, partial: 0 })
  expect((await detailOf('Address', '192.0.2.77')).groups[0]).toMatchObject({ type: 'Event', name: 'Blocked outbound' })
  const { rows } = await library.database.pool.query(`select event_date from library_group where xid = 'alert-1'`)
  expect(rows[0].event_date.toISOString()).toBe('2026-11-20T08:00:00.000Z')
})

test('a delete leaves a tombstone, and deleting what is not there is unchanged', async () => {
  await library.send('Deleting', { indicator: [{ type: 'Host', summary: 'gone.example.com' }] })
  const before = await countOf('tombstone')
  const content = { indicator: [{ type: 'Host', summary: 'gone.example.com' }] }
  expect(await library.send('Deleting', content, { action: 'Delete' })).toMatchObject({ deleted: 1 })
  expect(await library.send('Deleting', content, { action: 'Delete' })).toMatchObject({
    deleted: 0,
    unchanged: 1,
    refused: 0,
  })
  expect(await countOf('tombstone')).toBe(before + 1)
  await expect(detailOf('Host', 'gone.example.com')).rejects.toMatchObject({ code: 'not-found' })
})

test('S6: hostile texts pass through COPY as values, tags, attributes and names unharmed, or are refused', async () => {
  const item = (text: string) => ({
    type: 'Mutex',
    summary: `m ${text}`,
    tag: [{ name: `t ${text}`.slice(0, 128) }],
    attribute: [{ type: 'Note', value: text, source: text }],
    fileOccurrence: [{ fileName: text }],
  })
  for (const { name, text } of hostileCorpus) {
    const batch = await library.send('Hostile', {
      indicator: [item(text)],
      group: [{ type: 'Report', name: `g ${text}`.slice(0, 400), xid: `x ${text}`.slice(0, 400) }],
    })
    const canonical = canonicalise('Mutex', `m ${text}`)
    expect(batch.created + batch.updated + batch.unchanged, name).toBe(canonical.ok ? 1 : 0)
    expect(batch.refused, name).toBe(canonical.ok ? 0 : 1)
    if (!canonical.ok) continue
    const seen = await detailOf('Mutex', canonical.value)
    expect(seen.value, name).toBe(canonical.value)
    const { rows } = await library.database.pool.query(
      'select value, source from assertion_attribute where indicator_id = $1 order by id desc limit 1',
      [seen.id],
    )
    const stored = text.toWellFormed().replaceAll('\0', '\ufffd')
    expect(rows[0], name).toEqual({ value: stored, source: stored })
    expect(seen.tags, name).toContain(`t ${text}`.slice(0, 128).trim().toWellFormed())
  }
})

test('S14: content that is nested too deep or is not JSON is refused whole', async () => {
  const deep = `{"indicator":[${'['.repeat(70)}${']'.repeat(70)}]}`
  const sender = {
    organizationId: library.organizationId,
    ownerId: await library.owner('Deep'),
    executionId: null,
    attempt: null,
    sentBy: 'test',
    statusDefault: 'Active' as const,
  }
  const config = { action: 'Create', owner: 'Deep' } as const
  await expect(library.batches.submit(sender, config, Buffer.from(deep))).rejects.toThrow(/nested more than 64/)
  await expect(library.batches.submit(sender, config, Buffer.from('{"indicator":'))).rejects.toMatchObject({
    code: 'invalid',
  })
  const quoted = JSON.stringify({ indicator: [{ type: 'Mutex', summary: `a${'\\"['.repeat(90)}` }] })
  expect(await library.batches.submit(sender, config, Buffer.from(quoted))).toMatchObject({ created: 1 })
})

test('the plain items that skip the schema are items that it accepts', () => {
  const attribute = { type: 'a', value: 'b', displayed: true, source: 'c' }
  const attributes = [
    {},
    { type: 1 },
    { value: 1 },
    { value: {} },
    { displayed: 1 },
    { source: null },
    { more: [] },
  ].map((change) => [{ ...attribute, ...change }])
  const values = [
    'x',
    1,
    true,
    null,
    {},
    [],
    [{ name: 'a' }],
    [{ name: 1 }],
    ['a'],
    [{ type: 'a' }],
    [null],
    ...attributes,
  ]
  for (const field of [
    'type',
    'summary',
    'xid',
    'rating',
    'confidence',
    'active',
    'privateFlag',
    'firstSeen',
    'tag',
    'attribute',
    'securityLabel',
    'associatedGroups',
    '__proto__',
    'toString',
  ]) {
    for (const value of values) {
      const item = JSON.parse(`{"type":"Host",${JSON.stringify(field)}:${JSON.stringify(value)}}`) as unknown
      if (isPlain(item)) expect(BatchIndicator.safeParse(item).success, `${field} ${JSON.stringify(value)}`).toBe(true)
    }
  }
  const asTheSdkSends = {
    type: 'Host',
    summary: 'a.example',
    rating: 1,
    attribute: [],
    tag: [{ name: 'a' }],
    securityLabel: [],
  }
  for (const item of [asTheSdkSends, { ...asTheSdkSends, attribute: [{ type: 'a', value: 'b', displayed: true }] }])
    expect(isPlain(item)).toBe(true)
})
