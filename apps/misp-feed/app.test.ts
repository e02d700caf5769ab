import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { installApp, launchApp, startHubDouble, startSourceDouble } from '@postern/app-sdk/test-kit'
import type { FinishedApp, HubDouble, InstalledApp, SourceDouble } from '@postern/app-sdk/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'

let app: InstalledApp
beforeAll(async () => {
  app = await installApp(import.meta.dirname)
})
afterAll(() => app[Symbol.asyncDispose]())

const owner = 'Example Owner'
const fixture = readFileSync(new URL('fixtures/event.json', import.meta.url), 'utf8')
const uuids = ['5f0c3a52-7f43-4a0e-8c6b-0d3f1b6f7a10', '5f0c3a52-7f43-4a0e-8c6b-0d3f1b6f7a11'] as const

/** An event with its own uuid and these hosts. */
function eventOf(uuid: string, hosts: readonly string[]): string {
  const attributes = hosts.map((value, index) => ({
    uuid: `a0000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    type: 'domain',
    value,
    to_ids: true,
  }))
  return JSON.stringify({ Event: { uuid, info: `event ${uuid}`, date: '2026-10-02', Attribute: attributes } })
}

function collect(hub: HubDouble, parameters: Readonly<Record<string, unknown>>): Promise<FinishedApp> {
  return launchApp({ appFolder: app.folder, hubUrl: hub.url, parameters: { tc_owner: owner, ...parameters } })
}

/** A feed whose files a test may change. */
async function startFeed(files: Record<string, string | ((response: ServerResponse) => void)>): Promise<SourceDouble> {
  return await startSourceDouble((request, response) => {
    const name = (request.url ?? '').replace('/feed/', '')
    const file = name === 'manifest.json' ? (files[name] ?? manifestOf(files)) : files[name]
    if (file === undefined) response.writeHead(404).end()
    else if (typeof file === 'function') file(response)
    else response.end(file)
  })
}

function manifestOf(files: object): string {
  return JSON.stringify(
    Object.fromEntries(Object.keys(files).map((name) => [name.replace('.json', ''), { info: name }])),
  )
}

const hosts = (hub: HubDouble) => [...hub.library.owner(owner).keys()].toSorted()

test('FD-15: a MISP feed over https becomes indicators and groups of the owner, and what is left is counted', async () => {
  await using hub = await startHubDouble()
  await using feed = await startFeed({ [`${uuids[0]}.json`]: fixture })
  const run = await collect(hub, { events: `${feed.url}/feed/`, fingerprint: feed.fingerprint })
  expect([run.exitCode, run.stderr, hub.complaints, hub.library.refused]).toEqual([0, '', [], []])
  expect(run.message).toBe(
    '1 events, 27 attributes: 21 sent as 17 indicators (5 repeat a value, or add to a file or report; 1 hold two), 6 not mapped; 1 object references not mapped; 0 values gone',
  )
  expect(run.log.map(({ text }) => text)).toContain(
    'of 21 attributes sent, 4 describe a file or their event; the other 17 hold 18 values (1 hold two), which are 17 indicators: 1 times the same value again or a hash joined to its file',
  )
  expect(hosts(hub)).toContain('Host\tbad.example.com')
  expect(hub.library.unmapped.reduce((sum, { count }) => sum + count, 0)).toBe(8)
  expect(run.parameterFileIsGone).toBe(true)
})

test('FD-4: requests outside name the app and its version; the hub is told who asks', async () => {
  await using hub = await startHubDouble()
  await using feed = await startFeed({ [`${uuids[0]}.json`]: fixture })
  await collect(hub, { events: `${feed.url}/feed/`, fingerprint: feed.fingerprint, authKey: 'a-key-of-the-feed' })
  expect(feed.requests.map(({ headers }) => [headers['user-agent'], headers.authorization])).toEqual([
    ['MISP feed/1.0.0 (Postern)', 'a-key-of-the-feed'],
    ['MISP feed/1.0.0 (Postern)', 'a-key-of-the-feed'],
  ])
  expect(hub.requests[0]).toMatchObject({
    userAgent: 'Postern/1, MISP feed/1.0.0',
    authorization: expect.stringContaining('TC-Token '),
  })
})

test('FD-9: a value that no event holds any more is deleted from the owner on the next run', async () => {
  await using hub = await startHubDouble()
  const files: Record<string, string> = {
    [`${uuids[0]}.json`]: eventOf(uuids[0], ['one.example.com', 'two.example.com']),
    [`${uuids[1]}.json`]: eventOf(uuids[1], ['three.example.com']),
  }
  await using feed = await startFeed(files)
  const parameters = { events: `${feed.url}/feed`, fingerprint: feed.fingerprint }
  await collect(hub, parameters)
  expect(hosts(hub)).toEqual(['Host\tone.example.com', 'Host\tthree.example.com', 'Host\ttwo.example.com'])
  files[`${uuids[0]}.json`] = eventOf(uuids[0], ['two.example.com'])
  const kept = await collect(hub, { ...parameters, removeGone: 'false' })
  expect([kept.exitCode, hosts(hub).length]).toEqual([0, 3])
  const run = await collect(hub, parameters)
  expect([run.exitCode, run.message]).toEqual([0, expect.stringContaining('1 values gone')])
  expect(hosts(hub)).toEqual(['Host\tthree.example.com', 'Host\ttwo.example.com'])
})

test('FD-9: what others put into the owner stays, on the first run and after', async () => {
  await using hub = await startHubDouble()
  const byHand = hub.library.owner(owner)
  byHand.set('Host\thand.example.com', { type: 'Host', summary: 'hand.example.com' })
  hub.library.groups.set(owner, new Map([['theirs', { type: 'Report', name: 'A report by hand', xid: 'theirs' }]]))
  byHand.set('Host\treported.example.com', {
    type: 'Host',
    summary: 'reported.example.com',
    associatedGroups: [{ groupXid: 'theirs' }],
  })
  const files = { [`${uuids[0]}.json`]: eventOf(uuids[0], ['one.example.com', 'two.example.com']) }
  await using feed = await startFeed(files)
  const parameters = { events: `${feed.url}/feed`, fingerprint: feed.fingerprint }
  expect((await collect(hub, parameters)).message).toContain('; 0 values gone')
  files[`${uuids[0]}.json`] = eventOf(uuids[0], ['two.example.com'])
  expect((await collect(hub, parameters)).message).toContain('; 1 values gone')
  expect(hosts(hub)).toEqual(['Host\thand.example.com', 'Host\treported.example.com', 'Host\ttwo.example.com'])
  expect(hub.complaints).toEqual([])
})

test('FD-9: when more than half of the known values would go, none does, until a person allows it', async () => {
  await using hub = await startHubDouble()
  const named = (count: number) => Array.from({ length: count }, (_, index) => `h${index}.example.com`)
  const files = { [`${uuids[0]}.json`]: eventOf(uuids[0], named(41)) }
  await using feed = await startFeed(files)
  const parameters = { events: `${feed.url}/feed`, fingerprint: feed.fingerprint }
  await collect(hub, parameters)
  files[`${uuids[0]}.json`] = eventOf(uuids[0], named(20))
  const guarded = await collect(hub, parameters)
  expect([guarded.exitCode, guarded.message]).toEqual([
    3,
    'nothing deleted: 21 of 41 values would go (removeGoneShareMax is 50; 100 once allows it); 1 events, 20 attributes: 20 sent as 20 indicators, 0 not mapped',
  ])
  expect(hosts(hub)).toHaveLength(41)
  const allowed = await collect(hub, { ...parameters, removeGoneShareMax: '100' })
  expect([allowed.exitCode, allowed.message]).toEqual([0, expect.stringContaining('; 21 values gone')])
  expect(hosts(hub)).toHaveLength(20)
  // Less than twenty are too few to judge a share by.
  files[`${uuids[0]}.json`] = eventOf(uuids[0], named(1))
  expect((await collect(hub, parameters)).message).toContain('; 19 values gone')
  expect(hosts(hub)).toEqual(['Host\th0.example.com'])
})

test('how many items the hub refused is in the log; the message leaves it to the hub, which says it too', async () => {
  await using hub = await startHubDouble()
  await using feed = await startFeed({ [`${uuids[0]}.json`]: eventOf(uuids[0], ['one.example.com', 'not a host']) })
  const run = await collect(hub, { events: `${feed.url}/feed`, fingerprint: feed.fingerprint })
  expect(run.message).toBe('1 events, 2 attributes: 2 sent as 2 indicators, 0 not mapped; 0 values gone')
  expect(run.log.map(({ text }) => text)).toContain('the hub refused 1 items; the ledger of this run names each')
})

test('FD-11: an event that cannot be read ends partly done with 3, and nothing is deleted', async () => {
  await using hub = await startHubDouble()
  const files: Record<string, string | ((response: ServerResponse) => void)> = {
    [`${uuids[0]}.json`]: eventOf(uuids[0], ['one.example.com']),
    [`${uuids[1]}.json`]: eventOf(uuids[1], ['two.example.com']),
  }
  await using feed = await startFeed(files)
  const parameters = { events: `${feed.url}/feed/`, fingerprint: feed.fingerprint }
  await collect(hub, parameters)
  const broken: readonly (string | ((response: ServerResponse) => void))[] = [
    '{"Event": {',
    '{"Event": {"uuid": 1}}',
    `${'['.repeat(100)}${']'.repeat(100)}`,
    (response) => response.writeHead(404).end(),
  ]
  for (const file of broken) {
    files[`${uuids[1]}.json`] = file
    const run = await collect(hub, parameters)
    expect([run.exitCode, run.message]).toEqual([
      3,
      expect.stringContaining('nothing deleted: 1 files could not be read; 1 events, '),
    ])
    expect(hosts(hub)).toEqual(['Host\tone.example.com', 'Host\ttwo.example.com'])
  }
})

/** Bytes of an event that make up its file as they come. */
type Stream = (response: ServerResponse) => void

const good = '{"uuid":"a0000000-0000-4000-8000-000000000001","type":"domain","value":"good.example.com","to_ids":true}'
const before = '{"Event":{"uuid":"b0000000-0000-4000-8000-000000000001","info":"i","Attribute":['
const raw =
  (...parts: (string | number[])[]): Stream =>
  (response) =>
    response.end(Buffer.concat(parts.map((part) => Buffer.from(part as string))))

/** More than any file of events may have; generated as it is sent, a part at a time. */
const endless: Stream = (response) => {
  const part = `${good},`.repeat(10_000)
  let left = Math.ceil(200_000_000 / part.length)
  response.write(before)
  const more = () => {
    while (left > 0) {
      left -= 1
      if (!response.write(part)) return void response.once('drain', more)
    }
    response.end(`${good}]}}`)
  }
  more()
}

const hostileFiles: readonly [name: string, file: Stream, reason: string][] = [
  ['is truncated', raw(before, good, ',{"uuid":"a'), 'is not JSON'],
  ['is empty', raw(''), 'is not JSON'],
  ['has 200 MB', endless, 'answers with more than 75000000 bytes'],
  [
    'is nested deeply',
    raw(before, good, ',', '['.repeat(200_000), ']'.repeat(200_000), ']}}'),
    'is nested deeper than 64',
  ],
  ['is nested deeply, in objects', raw('{"Event":'.repeat(100_000)), 'is nested deeper than 64'],
  ['holds a lone continuation byte', raw(before, good, ',"', [0x80], '"]}}'), 'is not UTF-8'],
  ['holds overlong UTF-8', raw(before, good, ',"', [0xc0, 0xaf], '"]}}'), 'is not UTF-8'],
  ['holds a surrogate in UTF-8', raw(before, good, ',"', [0xed, 0xa0, 0x80], '"]}}'), 'is not UTF-8'],
  ['holds a character beyond Unicode', raw(before, good, ',"', [0xf5, 0x80, 0x80, 0x80], '"]}}'), 'is not UTF-8'],
  ['is UTF-16', raw([0xff, 0xfe, 0x7b, 0, 0x7d, 0]), 'is not UTF-8'],
  ['is a number', raw('7'), 'is no MISP event'],
  ['is a list of numbers', raw(`[${'1,'.repeat(500)}1]`), 'is no MISP event'],
  ['holds little else than wrong parts', raw(before, '7,'.repeat(20_000), good, ']}}'), 'holds more than 10000 parts'],
  ['is an event of wrong types', raw('{"Event":{"uuid":{},"info":[]}}'), 'is no MISP event'],
  [
    'is compressed as a bomb',
    (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(60_000_000, 32))),
    'grows more than 100 times',
  ],
]

test.each(hostileFiles)(
  'S10: an event file that %s is named with its reason, and the event beside it arrives',
  async (_what, file, reason) => {
    await using hub = await startHubDouble()
    await using feed = await startFeed({
      [`${uuids[0]}.json`]: file,
      [`${uuids[1]}.json`]: eventOf(uuids[1], ['beside.example.com']),
    })
    const run = await collect(hub, { events: `${feed.url}/feed/`, fingerprint: feed.fingerprint })
    expect([run.exitCode, run.message]).toEqual([
      3,
      expect.stringContaining('nothing deleted: 1 files could not be read; 1 events'),
    ])
    expect(hosts(hub)).toEqual(['Host\tbeside.example.com'])
    const said = run.log.filter(({ text }) => text.includes('was not read')).map(({ text }) => text)
    expect(said).toEqual([expect.stringContaining(reason)])
    expect(said[0]).toContain(uuids[0])
  },
)

test('S10: parts of an event that are wrong are counted as not mapped, with their reasons; nothing is deleted, and the rest arrives', async () => {
  await using hub = await startHubDouble()
  const files: Record<string, string> = {
    [`${uuids[0]}.json`]: eventOf(uuids[0], ['one.example.com', 'two.example.com']),
  }
  await using feed = await startFeed(files)
  const parameters = { events: `${feed.url}/feed/`, fingerprint: feed.fingerprint }
  await collect(hub, parameters)
  files[`${uuids[0]}.json`] = eventOf(uuids[0], ['one.example.com']).replace(
    '"Attribute":[',
    '"Attribute":[7,{"uuid":"x","type":"domain","value":{}},',
  )
  const run = await collect(hub, parameters)
  expect([run.exitCode, run.message]).toEqual([
    3,
    'nothing deleted: 2 parts of events could not be read; 1 events, 3 attributes: 1 sent as 1 indicators, 2 not mapped',
  ])
  expect(hosts(hub)).toEqual(['Host\tone.example.com', 'Host\ttwo.example.com'])
  expect(hub.library.unmapped.map(({ what, reason }) => `${what}: ${reason}`).toSorted()).toEqual([
    'attribute that cannot be read: it is no object',
    expect.stringMatching(/^attribute that cannot be read: value: /),
  ])
})

test('FD-11: a feed that holds no event, refuses us or is no feed fails with 1, changes and deletes nothing', async () => {
  await using hub = await startHubDouble()
  const files: Record<string, string | ((response: ServerResponse) => void)> = {
    [`${uuids[0]}.json`]: eventOf(uuids[0], ['one.example.com']),
  }
  await using feed = await startFeed(files)
  const parameters = { events: `${feed.url}/feed/`, fingerprint: feed.fingerprint }
  await collect(hub, parameters)
  const manifests: readonly [string | ((response: ServerResponse) => void), string][] = [
    ['{}', 'the feed names no event; nothing was changed and nothing deleted'],
    ['[]', 'is no manifest of a MISP feed'],
    ['<html>', 'is not JSON'],
    [(response) => response.writeHead(401).end(), 'the credentials are wrong'],
    [(response) => response.writeHead(302, { location: 'https://192.0.2.1/' }).end(), 'redirects to another host'],
  ]
  for (const [manifest, message] of manifests) {
    files['manifest.json'] = manifest
    const run = await collect(hub, parameters)
    expect([run.exitCode, run.message]).toEqual([1, expect.stringContaining(message)])
  }
  expect(hosts(hub)).toEqual(['Host\tone.example.com'])
  expect(hub.library.batches).toHaveLength(1)
})

test('LIB-1: one indicator in two events is sent once, with the groups and tags of both', async () => {
  await using hub = await startHubDouble()
  await using feed = await startFeed({
    [`${uuids[0]}.json`]: eventOf(uuids[0], ['both.example.com']),
    [`${uuids[1]}.json`]: eventOf(uuids[1], ['both.example.com']),
  })
  await collect(hub, { events: `${feed.url}/feed/`, fingerprint: feed.fingerprint })
  const [batch] = hub.library.batches
  expect(batch?.content.indicator).toEqual([
    expect.objectContaining({
      summary: 'both.example.com',
      rating: 0,
      confidence: 0,
      associatedGroups: uuids.map((uuid) => ({ groupXid: `misp-event-${uuid}` })),
    }),
  ])
})

test('D23: neither an address nor a folder, or a wrong number, ends the run before anything is asked', async () => {
  await using hub = await startHubDouble()
  expect((await collect(hub, {})).message).toBe('parameter events (Feed address) is needed')
  const run = await collect(hub, { events: 'http://feed.example.com/', rating: '6' })
  expect([run.exitCode, run.message]).toEqual([
    1,
    'parameter events (Feed address) must be reached by https; nothing is sent in the clear; parameter rating (Threat rating) must be 5 or less',
  ])
  expect(hub.requests).toEqual([])
})

test('a folder is read for runs on the command line: its manifest, or all files of events', async () => {
  await using hub = await startHubDouble()
  const folder = await mkdtemp(join(tmpdir(), 'misp-'))
  await writeFile(
    join(folder, 'any name.json'),
    JSON.stringify({ response: [JSON.parse(eventOf(uuids[0], ['one.example.com'])) as unknown] }),
  )
  expect((await collect(hub, { folder })).exitCode).toBe(0)
  await rm(folder, { recursive: true })
  expect(hosts(hub)).toEqual(['Host\tone.example.com'])
})

/** Real events, where the machine has them beside the checkout or names their folder; they are no part of this repository. */
const realEvents =
  process.env['POSTERN_MISP_DIR'] ?? fileURLToPath(new URL('../../../shared/data/misp-events', import.meta.url))
test.skipIf(!existsSync(realEvents))(
  'every attribute of real events is sent or named as unmapped (needs ../shared/data)',
  async () => {
    await using hub = await startHubDouble()
    const run = await collect(hub, { folder: realEvents, requireToIds: 'false' })
    expect([run.exitCode, run.stderr, hub.complaints]).toEqual([0, '', []])
    const counts = /^(\d+) events, (\d+) attributes: (\d+) sent as \d+ indicators(?: \(.*?\))?, (\d+) not mapped/
      .exec(run.message ?? '')
      ?.slice(1)
      .map(Number)
    const [events = 0, attributes = 0, sent = 0, unmapped = 0] = counts ?? []
    expect(events).toBeGreaterThan(0)
    expect(sent + unmapped).toBe(attributes)
    expect(run.message?.length).toBeLessThanOrEqual(200)
    const references = hub.library.unmapped
      .filter(({ what }) => what.startsWith('object reference'))
      .reduce((sum, { count }) => sum + count, 0)
    expect(run.message).toContain(`; ${references} object references not mapped`)
    const named = hub.library.unmapped
      .filter(({ what }) => what.startsWith('attribute type'))
      .reduce((sum, { count }) => sum + count, 0)
    expect(named).toBe(unmapped)
    expect(hub.library.refused).toEqual([])
  },
)
