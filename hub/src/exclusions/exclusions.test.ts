import type { ExclusionList, RefusedEntry } from '@postern/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createTestCollections, readWhole, type TestCollections } from '../collections/test-collections.ts'
import { readBlock } from '../batches/ledger/ledger-blocks.ts'
import { Problem } from '../lib/problem.ts'
import { createExclusions, type ExclusionLists } from './exclusions.ts'
import { Audit } from '../audit/audit.ts'
import { indicatorId } from '@postern/intel'
import { createDecisions } from '../lifecycle/decisions.ts'

let world: TestCollections
let exclusions: ExclusionLists

beforeEach(async () => {
  world = await createTestCollections()
  exclusions = world.library.exclusions
})
afterEach(async () => await world.close())

test('LIB-4: the tester reads a value as lists of values are read, and says what is wrong with it', async () => {
  const values = [
    { value: '999.1.1.1' },
    { value: 'gateway.corp' },
    { value: '#' },
    { value: 'x', type: 'Hots' },
    { value: 'a@b.example', type: 'email address' },
  ]
  const { data } = await exclusions.test(world.library.person, { values })
  expect(data.map(({ type, problem }) => problem ?? type)).toEqual([
    expect.stringContaining('octet above 255'),
    'Host',
    'There is no value to read.',
    'There is no indicator type of the name Hots.',
    'EmailAddress',
  ])
})

type Wanted = Parameters<ExclusionLists['create']>[1]

/** A list of one's own with these entries. */
async function listOf(name: string, entries: readonly string[], wanted: Partial<Wanted> = {}): Promise<ExclusionList> {
  const { id } = await exclusions.create(world.library.person, { name, ...wanted })
  return await write(id, entries)
}

async function write(id: string, entries: readonly string[]): Promise<ExclusionList> {
  const json = Buffer.from(JSON.stringify({ entries: entries.map((entry) => ({ entry })), confirm: true }))
  return (await exclusions.writeEntries(world.library.person, id, json)).list
}

/** An export that reads this data collection. */
function executionOn(collectionId: string): Caller {
  const { organizationId } = world.library
  const job = { jobId: '1', executionId: '1', attempt: 1, name: 'an export', ownerId: null, readableOwnerIds: [] }
  return {
    kind: 'execution',
    appKind: 'export',
    organizationId,
    collectionIds: [collectionId],
    controlId: null,
    ...job,
  }
}

/** Brings verdicts and data collections up to date, as the hub's worker does. */
async function settle(): Promise<void> {
  await exclusions.pass()
  await world.collections.refreshTouched()
}

async function verdicts(): Promise<string[]> {
  const { rows } = await world.library.database.pool.query<{ line: string }>(
    `select concat_ws(' ', i.value, l.name, x.entry, x.blocks_export) as line
     from excluded_indicator x join indicator i on i.id = x.indicator_id join exclusion_list l on l.id = x.list_id
     order by i.value collate "C", l.name`,
  )
  return rows.map(({ line }) => line)
}

async function ledgerReasons(batchId: string): Promise<(string | null)[]> {
  const { rows } = await world.library.database.pool.query<{ items: Buffer }>(
    `select items from batch_item_block where batch_id = $1 and outcome = 'refused'`,
    [batchId],
  )
  return (await Promise.all(rows.map(({ items }) => readBlock(items)))).flat().map((item) => item[5])
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Problem)) throw new Error(`no problem but ${String(error)}`)
  return `${error.code}: ${error.message}`
}

test('LIB-4: at import a blocked item is refused with list and entry, and an informed one is written and recorded', async () => {
  await listOf('Our domains', ['.example.com', '10.0.0.0/8'])
  await listOf('Well known', ['*.example.org'], { mode: 'inform' })
  const batch = await world.library.send('Feed', {
    indicator: [
      { type: 'Host', summary: 'WWW.Example.com.' },
      { type: 'CIDR', summary: '10.0.0.0/7' },
      { type: 'Host', summary: 'a.example.org' },
      { type: 'Host', summary: 'a.example.net' },
    ],
  })
  expect([batch.refused, batch.created]).toEqual([2, 2])
  expect(await ledgerReasons(batch.id)).toEqual([
    'Host WWW.Example.com. is excluded here, so its import is not valid. The exclusion list Our domains blocks it, by its entry .example.com.',
    'CIDR 10.0.0.0/7 is excluded here, so its import is not valid. The exclusion list Our domains blocks it, by its entry 10.0.0.0/8.',
  ])
  expect(await verdicts()).toEqual(['a.example.org Well known *.example.org f'])
})

test('LIB-4: a file one of whose hashes is blocked is refused as a whole, and what is blocked may still be deleted', async () => {
  const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
  const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
  await world.library.send('Feed', { indicator: [{ type: 'File', summary: md5 }] })
  await listOf('Empty files', [md5.toUpperCase()])
  const file = { indicator: [{ type: 'File', summary: `${md5} : ${sha1}` }] }
  expect((await world.library.send('Feed', file)).refused).toBe(1)
  const gone = { indicator: [{ type: 'File', summary: md5 }] }
  expect((await world.library.send('Feed', gone, { action: 'Delete' })).deleted).toBe(1)
})

test('LIB-4: the thread that reads large batches judges by the newest lists too', async () => {
  const large = (tail: string) => ({
    indicator: Array.from({ length: 60 }, (_, number) => ({
      type: 'Host',
      summary: `h${number}.${number % 2 === 0 ? 'example.com' : 'example.net'}`,
      attribute: [{ type: 'Description', value: tail.repeat(20_000) }],
    })),
  })
  const list = await listOf('Ours', ['.example.com'])
  expect(Buffer.byteLength(JSON.stringify(large('a')))).toBeGreaterThan(1_000_000)
  expect((await world.library.send('Feed', large('a'))).refused).toBe(30)
  await write(list.id, ['.example.net'])
  const second = await world.library.send('Feed', large('b'))
  expect([second.refused, second.created]).toEqual([30, 30])
  await exclusions.change(world.library.person, list.id, { mode: 'inform' })
  expect((await world.library.send('Feed', large('c'))).refused).toBe(0)
  await settle()
  expect((await verdicts()).length).toBe(30)
})

test('LIB-4: at export an excluded value leaves a collection that held it before, and comes back when the list goes', async () => {
  await world.hosts('Feed', ['a.example.com', 'b.example.com', 'c.example.org'])
  const id = await world.refreshed('typeName = "Host"')
  const before = await world.values(id)
  expect(before.lines.length).toBe(3)

  const list = await listOf('Ours', ['.example.com'], { atImport: false })
  await settle()
  const after = await world.values(id)
  expect(after.lines).toEqual([['Host', 'c.example.org']])
  expect(after.end.leftOut).toEqual({ excluded: 2 })
  expect((await world.changes(id, before.version)).lines).toEqual([
    ['remove', 'Host', 'a.example.com'],
    ['remove', 'Host', 'b.example.com'],
  ])
  // A version means the same values for ever to the export that pushed them; people are handed out none that is excluded since.
  const pushed = await world.collections.values(executionOn(id), id, String(before.version), {
    types: undefined,
    tlpMax: 'AMBER',
  })
  expect(readWhole(Buffer.concat(await pushed.body.toArray()))).toMatchObject({ end: { count: 3, leftOut: {} } })
  const old = await world.values(id, String(before.version))
  expect([old.lines, old.end.leftOut]).toEqual([after.lines, { excluded: 2 }])

  await world.hosts('Feed', ['new.example.com', 'new.example.org'])
  await world.collections.refreshTouched()
  expect((await world.values(id)).lines.map(([, value]) => value)).toEqual(['c.example.org', 'new.example.org'])

  await exclusions.change(world.library.person, list.id, { atExport: false })
  await settle()
  expect((await world.values(id)).lines.length).toBe(5)
  await exclusions.change(world.library.person, list.id, { atExport: true })
  await settle()
  expect((await world.values(id)).lines.length).toBe(2)
  expect((await exclusions.get(world.library.person, list.id)).hitCount).toBe(3)

  await exclusions.remove(world.library.person, list.id)
  await world.collections.refreshTouched()
  expect((await world.values(id)).lines.length).toBe(5)
})

test('D28: a host that is Whitelisted keeps URLs that say no more than it out of collections, and a path on it in', async () => {
  const { library } = world
  const [kept, other] = ['https://w.example.com/malware', 'http://w.example.com.evil.example/']
  const bare = [
    'http://w.example.com',
    'https://w.example.com/',
    'http://[2001:db8::1]/',
    'https://w.example.com:8443/',
    'https://user@w.example.com:8443',
    'http://[2001:db8::1]:8080/',
  ]
  const indicator = [...bare, kept, other].map((summary) => ({ type: 'URL', summary }))
  await library.send('Feed', { indicator })
  await world.hosts('Feed', ['w.example.com'])
  await library.send('Feed', { indicator: [{ type: 'Address', summary: '2001:db8::1' }] })
  const id = await world.refreshed('typeName = "URL"')
  await world.collections.refreshTouched()
  const values = async () => (await world.values(id)).lines.map(([, value]) => value)
  const decisions = createDecisions({ ...library, ...library.database, audit: new Audit(), onTouched: () => {} })
  const hosts = [indicatorId('Host', 'w.example.com'), indicatorId('Address', '2001:db8::1')]
  for (const host of hosts) await decisions.decide(library.person, host, { status: 'Whitelisted', reason: 'Ours.' })
  await world.collections.refreshTouched()
  expect(await values()).toEqual([other, kept])
  for (const host of hosts) await decisions.takeBack(library.person, host)
  await world.collections.refreshTouched()
  expect((await values()).length).toBe(indicator.length)
})

test('LIB-4: what lists said of a value leaves with its last assertion', async () => {
  const list = await listOf('Ours', ['.example.com'], { mode: 'inform' })
  await world.hosts('Feed', ['a.example.com'])
  await world.hosts('Other', ['a.example.com'])
  await world.deleteHosts('Feed', ['a.example.com'])
  expect((await exclusions.get(world.library.person, list.id)).hitCount).toBe(1)
  await world.deleteHosts('Other', ['a.example.com'])
  expect((await exclusions.get(world.library.person, list.id)).hitCount).toBe(0)
})

test('LIB-4: a disabled list says nothing, and one that only informs keeps nothing back', async () => {
  const list = await listOf('Ours', ['.example.com'], { mode: 'inform' })
  await world.hosts('Feed', ['a.example.com'])
  const id = await world.refreshed('typeName = "Host"')
  expect((await world.values(id)).lines.length).toBe(1)
  expect(await verdicts()).toEqual(['a.example.com Ours .example.com f'])
  await exclusions.change(world.library.person, list.id, { isEnabled: false })
  await settle()
  expect(await verdicts()).toEqual([])
})

test('LIB-4: networks exclude both ways, what came before the list and what comes after', async () => {
  const sent = (third: number) => ({
    indicator: [
      { type: 'Address', summary: `192.0.2.${third}` },
      { type: 'CIDR', summary: `192.0.${third}.0/23` },
      { type: 'Address', summary: `::ffff:192.0.2.${third}` },
      { type: 'Address', summary: `198.51.100.${third}` },
    ],
  })
  await world.library.send('Feed', sent(2))
  await listOf('Ours', ['192.0.2.0/24'], { atImport: false })
  await settle()
  await world.library.send('Feed', sent(3))
  const blocked = (value: string) => `${value} Ours 192.0.2.0/24 t`
  const wanted = ['192.0.2.0/23', '192.0.2.2', '192.0.2.3', '::ffff:192.0.2.2', '::ffff:192.0.2.3'].map(blocked)
  expect(await verdicts()).toEqual(wanted)
})

test('LIB-4: a pass goes on where a hub died, and two hubs at once disturb nobody', async () => {
  const count = process.env['POSTERN_SOAK'] === '1' ? 60_000 : 12_000
  const hosts = Array.from(
    { length: count },
    (_, number) => `h${number}.${number % 3 === 0 ? 'example.com' : 'example.org'}`,
  )
  await world.hosts('Feed', hosts)
  const list = await listOf('Ours', ['.example.com'], { atImport: false })
  const { database, clock, organizationId } = world.library
  const pass = async () =>
    await database.db
      .selectFrom('exclusion_pass')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .executeTakeFirstOrThrow()
  await exclusions.pass(1)
  const begun = await pass()
  expect(begun.after_id).not.toBeNull()
  expect(begun.finished_at).toBeNull()
  const silent = () => {}
  const log = { error: silent, warn: silent, info: silent, debug: silent }
  const others = [0, 1].map(() => createExclusions({ ...database, clock, audit: new Audit(), log, onTouched: silent }))
  await others[0]?.pass(1)
  const next = await pass()
  expect(next.started_at).toEqual(begun.started_at)
  expect(String(next.after_id) > String(begun.after_id)).toBe(true)
  for (let turn = 0; (await pass()).finished_at === null && turn < 100; turn++)
    await Promise.all(others.map((other) => other.pass(1)))
  expect((await exclusions.get(world.library.person, list.id)).hitCount).toBe(Math.ceil(count / 3))
})

test('LIB-4: what a batch wrote while the lists changed is judged once more', async () => {
  const { library } = world
  const sender = {
    organizationId: library.organizationId,
    ownerId: await library.owner('Feed'),
    executionId: null,
    attempt: null,
    sentBy: 'test',
    statusDefault: 'Active' as const,
  }
  const content = Buffer.from(JSON.stringify({ indicator: [{ type: 'Host', summary: 'a.example.com' }] }))
  await library.batches.submit(sender, { action: 'Create', owner: 'Feed' }, content, {
    needsTurnAlone: false,
    async write() {
      await listOf('Ours', ['.example.com'])
      // Over everything that is committed: the batch is not.
      await exclusions.pass()
    },
  })
  expect(await verdicts()).toEqual([])
  await exclusions.pass()
  expect(await verdicts()).toEqual(['a.example.com Ours .example.com t'])
})

test('LIB-4: the tester says which lists hit a value, and what is no value', async () => {
  await listOf('Ours', ['example.com'], { kind: 'protected', description: 'what we own' })
  await listOf('Known', ['.com'], { mode: 'inform' })
  const { data } = await exclusions.test(world.library.person, {
    values: [
      { value: 'hxxps://Example[.]com/login' },
      { type: 'host', value: 'example.org' },
      { type: 'Address', value: '10.0.0' },
      { type: 'Colour', value: 'red' },
      { value: 'neither this nor that' },
    ],
  })
  expect(
    data.map(({ type, value, exclusions: hits }) => [
      type,
      value,
      hits.map(({ listName, entry }) => `${listName}: ${entry}`),
    ]),
  ).toEqual([
    ['URL', 'https://example.com/login', ['Ours: example.com', 'Known: .com']],
    ['Host', 'example.org', []],
    ['Address', '10.0.0', []],
    [null, 'red', []],
    [null, 'neither this nor that', []],
  ])
  expect(data.map(({ problem }) => problem?.slice(0, 12) ?? null)).toEqual([
    null,
    null,
    '“10.0.0” has',
    'There is no ',
    '“neither thi',
  ])
})

test("LIB-4: MISP's lists come in as published, name what they do not take, and keep what was decided when they come again", async () => {
  const { person } = world.library
  const published = (list: readonly string[], version = 1) =>
    Buffer.from(
      JSON.stringify({
        name: 'Networks',
        type: 'cidr',
        version,
        description: 'd',
        matching_attributes: ['ip-src'],
        list,
      }),
    )
  const first = await exclusions.importMisp(person, published(['10.0.0.0/8', 'nonsense', '1.1.1.1']))
  expect(first.isNew).toBe(true)
  expect(first.list).toMatchObject({
    kind: 'misp',
    matching: 'cidr',
    indicatorTypes: ['Address', 'CIDR'],
    mode: 'inform',
    entryCount: 2,
    mispVersion: 1,
  })
  const refused: RefusedEntry[] = [
    { position: 1, entry: 'nonsense', reason: '“nonsense” is neither an IP address nor a network.' },
  ]
  expect(first.refused).toEqual(refused)
  await exclusions.change(person, first.list.id, { mode: 'block' })
  const again = await exclusions.importMisp(person, published(['10.0.0.0/8'], 2))
  expect(again).toMatchObject({
    isNew: false,
    refused: [],
    list: { id: first.list.id, mode: 'block', entryCount: 1, mispVersion: 2 },
  })
  expect(await refusal(write(first.list.id, ['x']))).toContain('conflict: The entries of Networks are MISP')
  await listOf('Mine', ['a.example.com'])
  const sameName = Buffer.from(JSON.stringify({ name: 'Mine', type: 'string', version: 1, list: ['x'] }))
  expect(await refusal(exclusions.importMisp(person, sameName))).toContain('conflict: There is a list Mine already')
})

test('LIB-4: lists and entries that make no sense are refused, and change nothing', async () => {
  const { person } = world.library
  const list = await listOf('Ours', ['a.example.com'])
  expect(await refusal(write(list.id, ['good.example.com', '*', 'a\u0000b']))).toMatch(
    /^invalid: Nothing was changed. Entry 2 \(\*\)/,
  )
  expect((await exclusions.entries(person, list.id, 0, 10)).rows.map(({ entry }) => entry)).toEqual(['a.example.com'])
  expect(await refusal(exclusions.writeEntries(person, list.id, Buffer.from('{"entries": 1}')))).toContain(
    'invalid: The entries are not right',
  )
  expect(await refusal(exclusions.writeEntries(person, list.id, Buffer.from('[[['.repeat(100))))).toContain('invalid')
  expect(await refusal(exclusions.create(person, { name: 'Ours' }))).toContain('conflict')
  expect(await refusal(exclusions.create(person, { name: 'Other', kind: 'protected', mode: 'inform' }))).toContain(
    'protected list always blocks',
  )
  expect(await refusal(exclusions.create(person, { name: 'Other', indicatorTypes: ['Colour'] }))).toContain(
    'no indicator type',
  )
  const other = { ...person, organizationId: '999' }
  expect(await refusal(exclusions.get(other, list.id))).toContain('not-found')
  const bombs = Array.from({ length: 10_001 }, (_, number) => `mail${number}*x`)
  expect(await refusal(write(list.id, bombs))).toContain('10000 are permitted')
  expect((await exclusions.get(person, list.id)).entryCount).toBe(1)
})

test('LIB-4: entries as broad as a top-level domain are written only by who confirms what they hit', async () => {
  const { person } = world.library
  const list = await listOf('Ours', ['a.example.com'])
  await world.hosts('Feed', ['b.example.com', 'c.example.com', 'd.example.org'])
  const sent = (confirm?: boolean) =>
    Buffer.from(
      JSON.stringify({ entries: ['*.com', 'a.example.com', '0.0.0.0/0'].map((entry) => ({ entry })), confirm }),
    )
  const told = await refusal(exclusions.writeEntries(person, list.id, sent()))
  expect(told).toContain('unconfirmed: Nothing was changed. *.com, 0.0.0.0/0: so broad, they hit 2 of the library')
  expect(told).toContain("library's 3 indicators")
  expect((await exclusions.entries(person, list.id, 0, 10)).rows.map(({ entry }) => entry)).toEqual(['a.example.com'])
  expect((await exclusions.writeEntries(person, list.id, sent(true))).list.entryCount).toBe(3)
})

test('LIB-4: an entry that is a slip is written only by who confirms it, and one that can hit nothing by nobody', async () => {
  const { person } = world.library
  const list = await listOf('Ours', ['a.example.com'])
  const sent = async (confirm: boolean, ...entries: string[]) => {
    const json = JSON.stringify({ entries: entries.map((entry) => ({ entry })), confirm })
    return (await exclusions.writeEntries(person, list.id, Buffer.from(json))).list
  }
  const told = await refusal(sent(false, 'a.example.com', '192.0.2.0/33', 'exam ple.com'))
  expect(told).toMatch(
    /^unconfirmed: Nothing was changed\. Entry 2 \(192\.0\.2\.0\/33\): .* Entry 3 \(exam ple\.com\): .*Confirm it if/,
  )
  expect(await refusal(sent(false, '*.com', 'exam ple.com'))).toMatch(/\*\.com: so broad.* Entry 2 \(exam ple\.com\)/)
  expect((await exclusions.get(person, list.id)).entryCount).toBe(1)
  expect((await sent(true, 'a.example.com', '192.0.2.0/33', 'exam ple.com')).entryCount).toBe(3)

  await exclusions.change(person, list.id, { indicatorTypes: ['Host'] })
  expect(await refusal(sent(true, 'b.example.com', 'exam ple.com'))).toMatch(
    /^invalid: Nothing was changed. Entry 2 \(exam ple.com\): .*blank/,
  )
})

test('LIB-4: a write that empties a list, or takes most of a protected one away, is done only for who confirms it', async () => {
  const { person } = world.library
  const sent = async (id: string, confirm: boolean, ...entries: string[]) => {
    const json = JSON.stringify({ entries: entries.map((entry) => ({ entry })), confirm })
    return (await exclusions.writeEntries(person, id, Buffer.from(json))).list
  }
  const four = ['a', 'b', 'c', 'd'].map((host) => `${host}.example.com`)
  const own = await listOf('Ours', four)
  expect((await sent(own.id, false, 'a.example.com')).entryCount).toBe(1)
  expect(await refusal(sent(own.id, false))).toBe(
    'unconfirmed: Nothing was changed. Ours would be empty: its one entry goes. Confirm it if that is meant.',
  )
  const nets = await listOf('Nets', four, { kind: 'protected' })
  expect((await sent(nets.id, false, 'a.example.com', 'b.example.com', 'e.example.com')).entryCount).toBe(3)
  // As many as before, and yet most of what was protected is not any more.
  expect(await refusal(sent(nets.id, false, 'a.example.com', 'a.example.com', 'x.example.com'))).toContain(
    'Nets protects: 2 of its 3 entries would go.',
  )
  expect(await refusal(sent(nets.id, false))).toContain('Nets would be empty: all its 3 entries go.')
  expect((await exclusions.entries(person, nets.id, 0, 10)).rows.length).toBe(3)
  expect((await sent(nets.id, true)).entryCount).toBe(0)
  const published = (list: readonly string[]) =>
    exclusions.importMisp(person, Buffer.from(JSON.stringify({ name: 'Misp', type: 'cidr', version: 1, list })))
  await published(['10.0.0.0/8'])
  expect(await refusal(published(['nonsense']))).toContain('conflict: Nothing was changed. The file holds no entry')
})

test('LIB-4: a large list is read in a thread of its own and comes back as it was written', async () => {
  const count = process.env['POSTERN_SOAK'] === '1' ? 1_000_000 : 25_000
  const entries = Array.from({ length: count }, (_, number) => `"h\\${number}",ü.example.com/${number}`)
  const list = await listOf('Large', entries)
  expect(list.entryCount).toBe(count)
  const { rows: page } = await exclusions.entries(world.library.person, list.id, count - 2, 10)
  expect(page.map(({ entry }) => entry)).toEqual(entries.slice(-2))
})
