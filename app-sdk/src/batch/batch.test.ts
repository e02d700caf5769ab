import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLogger } from '../launch/logger.ts'
import { HubSession } from '../net/hub-session.ts'
import { problem, startHubDouble } from '../test-kit/hub-double.ts'
import type { HubDouble } from '../test-kit/hub-double.ts'
import { Batch } from './batch.ts'

const token = 'API:1:test:4102444800000:signature'
let hub: HubDouble
let session: HubSession
let tempPath: string
const logged: string[] = []
const log = createLogger('info', (line) => logged.push(line))
const { signal } = new AbortController()

beforeEach(async () => {
  hub = await startHubDouble(token)
  session = new HubSession(
    { route: { by: 'direct' }, userAgent: 'test', log, signal },
    `${hub.url}/api`,
    token,
    undefined,
  )
  tempPath = await mkdtemp(join(tmpdir(), 'batch-test-'))
  logged.length = 0
})
afterEach(async () => {
  session.close()
  await hub[Symbol.asyncDispose]()
  await rm(tempPath, { recursive: true })
})

function open(bounds?: { items: number; bytes: number }): Batch {
  return new Batch({
    hub: session,
    owner: 'Sample',
    tempPath,
    log,
    signal,
    executionId: 'execution-1',
    ...(bounds === undefined ? {} : { bounds }),
  })
}

const contents = () => hub.library.batches.map(({ content }) => content)

test('FD-2: items go in chunks within both bounds, groups first, and every one is counted', async () => {
  const batch = open({ items: 4, bytes: 100_000 })
  for (let index = 0; index < 9; index += 1)
    await batch.addIndicator({ type: 'Host', summary: `h${index}.example.com`, groups: ['group-1'] })
  await batch.addGroup({ type: 'Report', name: 'A report', xid: 'group-1', groups: ['group-2'] })
  await batch.addGroup({ type: 'Adversary', name: 'An adversary', xid: 'group-2' })
  await batch.associate({
    type: 'resolves-to',
    from: { type: 'Host', summary: 'h0.example.com' },
    to: { type: 'Host', summary: 'h1.example.com' },
  })
  const totals = await batch.submit()
  expect(totals).toEqual({
    chunks: 3,
    indicators: 9,
    groups: 2,
    associations: 1,
    deletions: 0,
    refused: 0,
    unmapped: 0,
  })
  expect(
    contents().map(({ group = [], indicator = [], association = [] }) => [
      group.length,
      indicator.length,
      association.length,
    ]),
  ).toEqual([
    [2, 2, 0],
    [0, 4, 0],
    [0, 3, 1],
  ])
  expect(contents()[0]?.group).toMatchObject([{ xid: 'group-2' }, { xid: 'group-1', associatedGroupXid: ['group-2'] }])
  expect(hub.library.batches[0]?.config).toMatchObject({ action: 'Create', owner: 'Sample', haltOnError: 'false' })
  expect([hub.complaints, hub.library.refused, await readdir(tempPath)]).toEqual([[], [], []])
})

test('FD-2: a chunk stays below its bytes', async () => {
  const batch = open({ items: 1_000, bytes: 2_000 })
  for (let index = 0; index < 20; index += 1)
    await batch.addIndicator({
      type: 'Host',
      summary: `h${index}.example.com`,
      attributes: [{ type: 'Description', value: 'x'.repeat(500) }],
    })
  expect((await batch.submit()).chunks).toBe(7)
  for (const { bytes } of hub.requests.filter(({ path }) => path.includes('batch'))) expect(bytes).toBeLessThan(3_500)
})

test('FD-2: memory stays flat: 100,000 items are spilled to disk before they are sent', async () => {
  const batch = open()
  for (let index = 0; index < 100_000; index += 1)
    await batch.addIndicator({ type: 'Host', summary: `h${index}.example.com`, tags: ['a', 'b'] })
  expect((await readdir(tempPath, { recursive: true })).length).toBeGreaterThan(1)
  const totals = await batch.submit()
  expect([totals.indicators, totals.chunks]).toEqual([100_000, 20])
  expect(hub.library.owner('Sample').size).toBe(100_000)
})

test('what several places say of one indicator becomes one item', async () => {
  const batch = open()
  await batch.addIndicator({
    type: 'Host',
    summary: 'a.example.com',
    tags: ['x'],
    groups: ['g1'],
    rating: 1,
    firstSeen: '2026-02-01T00:00:00Z',
    attributes: [{ type: 'Description', value: 'one' }],
  })
  await batch.addIndicator({
    type: 'Host',
    summary: 'a.example.com',
    tags: ['y', 'x'],
    groups: ['g2'],
    rating: 3,
    firstSeen: '2026-01-01T00:00:00Z',
    attributes: [{ type: 'Description', value: 'two' }],
  })
  await batch.submit()
  expect(contents()[0]?.indicator).toEqual([
    expect.objectContaining({
      rating: 3,
      firstSeen: '2026-01-01T00:00:00Z',
      tag: [{ name: 'x' }, { name: 'y' }],
      associatedGroups: [{ groupXid: 'g1' }, { groupXid: 'g2' }],
      attribute: [expect.objectContaining({ value: 'one' }), expect.objectContaining({ value: 'two' })],
    }),
  ])
})

test('FD-2: an item always speaks of its tags, labels and attributes, so that what has gone at the source goes from the hub', async () => {
  const batch = open()
  await batch.addIndicator({ type: 'Host', summary: 'a.example.com' })
  await batch.addIndicator({ type: 'File', summary: `${'1'.repeat(32)} : ${'2'.repeat(40)}` })
  await batch.addGroup({ type: 'Report', name: 'A report', xid: 'group-1' })
  await batch.delete('Host', 'b.example.com')
  await batch.submit()
  const empty = { attribute: [], tag: [], securityLabel: [] }
  const [created, deleted] = contents()
  expect(created).toMatchObject({ group: [empty], indicator: [empty, empty] })
  expect(deleted?.indicator).toEqual([{ type: 'Host', summary: 'b.example.com' }])
})

test('D2: hashes of one file go as one item, wherever and in whatever order they were named', async () => {
  const [md5, sha1, sha256, other] = ['1'.repeat(32), '2'.repeat(40), '3'.repeat(64), '4'.repeat(32)]
  const batch = open()
  await batch.addIndicator({ type: 'File', summary: sha1, tags: ['alone'] })
  await batch.addIndicator({ type: 'File', summary: `${md5} : ${sha256}`, tags: ['pair'] })
  await batch.addIndicator({ type: 'File', summary: `${sha256.toUpperCase()} : ${sha1}`, tags: ['link'] })
  await batch.addIndicator({ type: 'File', summary: other })
  await batch.submit()
  expect(contents()[0]?.indicator).toMatchObject([
    { md5, sha1, sha256, tag: [{ name: 'alone' }, { name: 'pair' }, { name: 'link' }] },
    { summary: other },
  ])
})

test('FD-2: a batch that is not done at once is monitored, and what it refused is told', async () => {
  hub.library.polls = 2
  const batch = open()
  await batch.addIndicator({ type: 'Host', summary: 'not a host' })
  await batch.addIndicator({ type: 'Host', summary: 'good.example.com' })
  expect((await batch.submit()).refused).toBe(1)
  expect(logged.join('\n')).toContain('the hub refused an item: Host not a host is not valid.')
})

test('FD-2: an error that ends a batch ends the run', async () => {
  hub.library.polls = 1
  hub.library.refused.push('Encountered an unexpected Exception while processing batch job')
  const batch = open()
  await batch.addIndicator({ type: 'Host', summary: 'good.example.com' })
  await expect(batch.submit()).rejects.toThrow('batch 1 failed: Encountered an unexpected Exception')
})

test('FD-2: a hub that does not take a batch ends the run with its words; one that is down for a moment does not', async () => {
  let answers = 0
  hub.intercept = ({ path }) =>
    path.includes('createAndUpload') && (answers += 1) <= 2 ? (answers === 1 ? { status: 503 } : 'cut') : undefined
  const batch = open()
  await batch.addIndicator({ type: 'Host', summary: 'good.example.com' })
  await batch.submit()
  expect([answers, hub.library.owner('Sample').size]).toEqual([3, 1])
  hub.intercept = () => ({ status: 403, json: problem(403, 'forbidden', 'this run may not write to Sample') })
  const refused = open()
  await refused.addIndicator({ type: 'Host', summary: 'good.example.com' })
  await expect(refused.submit()).rejects.toThrow(
    'the hub says: this run may not write to Sample (forbidden, request request-1)',
  )
})

test('FD-9: what is deleted goes after what is created, as a Delete of the same owner', async () => {
  const batch = open()
  await batch.delete('Host', 'old.example.com')
  await batch.addIndicator({ type: 'Host', summary: 'new.example.com' })
  hub.library.owner('Sample').set('Host\told.example.com', { type: 'Host', summary: 'old.example.com' })
  expect(await batch.submit()).toMatchObject({ indicators: 1, deletions: 1 })
  expect(hub.library.batches.map(({ config }) => config.action)).toEqual(['Create', 'Delete'])
  expect([...hub.library.owner('Sample').keys()]).toEqual(['Host\tnew.example.com'])
})

test('what has no place is counted by kind and reason with five examples, and kinds without end are folded', async () => {
  const batch = open()
  for (let index = 0; index < 10; index += 1)
    batch.unmapped('attribute type "port"', 'a port alone is no indicator', `${index}\u0007`)
  for (let index = 0; index < 2_000; index += 1) batch.unmapped(`kind ${index}`, 'unknown')
  await batch.submit()
  const [folded, ports] = hub.library.unmapped
  expect([folded?.what, hub.library.unmapped.length]).toEqual(['other kinds', 1_000])
  expect(ports).toEqual({
    what: 'attribute type "port"',
    reason: 'a port alone is no indicator',
    count: 10,
    examples: ['0 ', '1 ', '2 ', '3 ', '4 '],
  })
  expect(hub.library.unmapped.reduce((sum, { count }) => sum + count, 0)).toBe(2_010)
})

test('S4: a token that is about to end is renewed once, and the new one is used', async () => {
  const soon = new HubSession(
    { route: { by: 'direct' }, userAgent: 'test', log, signal },
    `${hub.url}/api`,
    'old-token',
    Math.floor(Date.now() / 1000) + 60,
  )
  hub.intercept = ({ path }) =>
    path.endsWith('/appAuth') ? { status: 200, json: { apiToken: token, apiTokenExpires: 4_102_444_800 } } : undefined
  const batch = new Batch({ hub: soon, owner: 'Sample', tempPath, log, signal, executionId: 'execution-1' })
  await batch.addIndicator({ type: 'Host', summary: 'good.example.com' })
  await batch.submit()
  expect(hub.requests.filter(({ path }) => path.endsWith('/appAuth'))).toMatchObject([{ authorization: undefined }])
  soon.close()
})
