import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { oneOwnerRule } from '@postern/intel'
import { paths } from '@postern/protocol'
import { expect, test, vi } from 'vitest'
import { ensureOwner } from './commands/import.ts'
import { sendToHub } from './hub-api.ts'
import { runJob } from './local/jobs.ts'

/** Stands for a hub where only the shape of its answers counts. */
async function answering(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-cli-'))
  const socketPath = join(folder, 'hub.sock')
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer(request, response)))
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    folder,
    target: { kind: 'socket', socketPath } as const,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}

test('an import finds its owner on whatever page of the list it stands, and makes no second one', async () => {
  const owner = (id: string) => ({
    id,
    name: `Owner ${id}`,
    kind: 'Source',
    statusDefault: 'Active',
    removalStartedAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
  })
  await using hub = await answering(({ url = '' }) => {
    const after = Number(new URLSearchParams(url.split('?')[1]).get('cursor') ?? 0)
    const data = [owner(String(after + 1)), owner(String(after + 2))]
    return after < 4 ? { data, next: String(after + 2) } : { data }
  })
  expect(await ensureOwner(hub.target, 'Owner 6')).toMatchObject({ id: '6' })
  expect(hub.asked).toEqual([`GET ${paths.owners}`, `GET ${paths.owners}?cursor=2`, `GET ${paths.owners}?cursor=4`])
})

test('what the hub puts off is sent again with all that was in it, until it is taken; what it refuses is not', async () => {
  let putOff = 3
  const refusal = { status: 'Invalid', description: 'Others are written.' }
  await using hub = await answering((request, response) => {
    if (request.url === '/refused') response.statusCode = 400
    else if (putOff-- > 0) response.writeHead(503, { 'retry-after': '0' })
    return response.statusCode === 200 ? { length: request.headers['content-length'] } : refusal
  })
  using said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const body = Buffer.from('a batch')
  const { bytes } = await sendToHub(hub.target, '/later', { body })
  expect(JSON.parse(bytes.toString())).toEqual({ length: String(body.length) })
  expect(hub.asked).toEqual(Array.from({ length: 4 }, () => 'POST /later'))
  const waited = 'Others are written. Trying again in 0 s.\n'
  expect(said.mock.calls).toEqual([[waited], [waited], [waited]])
  await expect(sendToHub(hub.target, '/refused', { body })).rejects.toThrow('Others are written.')
  expect(hub.asked).toHaveLength(5)
  putOff = Infinity
  await expect(sendToHub(hub.target, '/never', { body })).rejects.toThrow('Others are written.')
})

test('ES-26: who runs a job from the shell hears what it waits for, once each', async () => {
  const away = 'Waiting for environment server one, last heard of at 2026-11-21T08:00:00.000Z.'
  const job = { jobId: '1', jobName: 'Feed', appName: 'Feed', appKind: 'feed', environmentName: 'Plant' }
  const times = { createdAt: '2026-11-21T08:00:00.000Z', startedAt: null, finishedAt: null, retryAt: null }
  const made = { attempts: [], planIds: [], receiptIds: [] }
  const execution = { id: '7', ...job, trigger: 'run-now', state: 'dispatched', message: '', ...times, ...made }
  const counts = { batches: 0, created: 0, updated: 0, unchanged: 0, deleted: 0, refused: 0 }
  const ledger = { ...counts, groupsCreated: 0, groupsUpdated: 0, groupsUnchanged: 0, unmapped: [] }
  const messages = ['', away, away, `${away} More.`]
  await using hub = await answering(({ method, url = '' }) => {
    if (method === 'POST') return execution
    if (url.startsWith(paths.executionLog('7'))) return { data: [], cursor: null }
    if (url === paths.executionLedger('7')) return ledger
    const message = messages.shift()
    return message === undefined ? { ...execution, state: 'succeeded' } : { ...execution, message }
  })
  const heard: string[] = []
  await runJob(hub.target, '1', undefined, (message) => heard.push(message))
  expect(heard).toEqual([away, `${away} More.`])
})

test('FD-5: who runs a job from the shell reads its log to the last line that was written, however late it comes', async () => {
  const job = { jobId: '1', jobName: 'Feed', appName: 'Feed', appKind: 'feed', environmentName: 'Plant' }
  const times = { createdAt: '2026-11-21T08:00:00.000Z', startedAt: null, finishedAt: null, retryAt: null }
  const made = { planIds: [], receiptIds: [] }
  const execution = { id: '7', ...job, trigger: 'run-now', state: 'succeeded', message: '', ...times, ...made }
  const counts = { batches: 0, created: 0, updated: 0, unchanged: 0, deleted: 0, refused: 0 }
  const ledger = { ...counts, groupsCreated: 0, groupsUpdated: 0, groupsUnchanged: 0, unmapped: [] }
  const line = { seq: 1, at: '2026-11-21T08:00:00.000Z', stream: 'stdout', level: 'info', text: 'late', attempt: 1 }
  const server = { serverXid: '1000', serverName: 'North 1', state: 'finished', tier: null }
  const ended = { dispatchedAt: line.at, startedAt: null, finishedAt: null, exitCode: 0, reason: null, usage: null }
  const attempt = { number: 1, ...server, ...ended }
  let looks = 0
  let logSeqLast: number | null = 1
  await using hub = await answering(({ url = '' }) => {
    if (url === paths.executionLedger('7')) return ledger
    if (!url.startsWith(paths.executionLog('7'))) return { ...execution, attempts: [{ ...attempt, logSeqLast }] }
    looks += 1
    // Longer after the end than anybody would wait who had to guess.
    return looks === 25 ? { data: [line], cursor: '1.1' } : { data: [], cursor: null }
  })
  const read: string[] = []
  const run = async () => void (await runJob(hub.target, '1', (lines) => read.push(...lines.map(({ text }) => text))))
  await run()
  expect(read).toEqual(['late'])
  // Nothing is waited for where nothing was written, or nobody ever said how much.
  for (logSeqLast of [0, null]) {
    looks = 100
    await run()
    expect(looks).toBe(101)
  }
})

/** Runs the command line against a hub that answers so. */
async function run(hub: { folder: string }, ...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, POSTERN_DATA_DIR: hub.folder, POSTERN_URL: undefined }
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  return await promisify(execFile)(process.execPath, [main, ...words], { env }).catch(
    (failed: { stdout: string; stderr: string }) => failed,
  )
}

test('LIB-3: the command line shows what a query says by mistake, beside what it finds', async () => {
  const message = 'There is no owner “OSNIT”. Did you mean OSINT?'
  await using hub = await answering(() => ({ data: [], hints: [{ message, position: 12 }] }))
  const { stdout, stderr } = await run(hub, 'search', 'ownerName = "OSNIT"')
  expect(stdout).toBe('')
  expect(stderr.split('\n').slice(0, 2)).toEqual([message, '0 indicators found'])
})

test('LIB-3: the command line tells the rule of owners where a query finds nothing, as the console does', async () => {
  await using hub = await answering(() => ({ data: [] }))
  const { stdout, stderr } = await run(hub, 'search', 'hasTag(name = "apt") and hasTag(name = "botnet")')
  expect([stdout, stderr]).toEqual(['', `0 indicators found\n${oneOwnerRule}\n`])
})

test('LIB-3: the command line tells the rule of owners only where it can be the reason, and no better one was told', async () => {
  await using hub = await answering(() => ({ data: [] }))
  expect((await run(hub, 'search', 'typeName = "Host" and rating > 3')).stderr).toBe('0 indicators found\n')
  const message = 'No rating is above 9: it goes from 0 to 5.'
  await using told = await answering(() => ({ data: [], hints: [{ message, position: 9 }] }))
  expect((await run(told, 'search', 'rating > 9 and confidence > 50')).stderr).toBe(`${message}\n0 indicators found\n`)
})

test('LIB-8: the command line says how each indicator stands, in the last column', async () => {
  const at = '2026-11-21T08:00:00.000Z'
  const seen = { sightingCount: 0, lastSighted: null, falsePositiveCount: 0, addedAt: at, modifiedAt: at }
  const row = (value: string, active: boolean, statuses: string[]) => {
    const id = '0b3f0c1e-5b0a-3c86-9d3c-2f9d3f6a1c11'
    return {
      id,
      type: 'Host',
      value,
      rating: null,
      confidence: null,
      active,
      statuses,
      tlp: null,
      owners: ['Feed'],
      tags: [],
      ...seen,
    }
  }
  const data = [
    row('a.example.com', true, ['Active', 'Expired']),
    row('b.example.com', false, ['Expired', 'Review']),
    row('c.example.com', false, ['Active']),
  ]
  await using hub = await answering(() => ({ data }))
  const { stdout } = await run(hub, 'search', 'typeName = "Host"')
  expect(stdout.trimEnd().split('\n')).toEqual([
    'Host\ta.example.com\tFeed\t\tActive',
    'Host\tb.example.com\tFeed\t\tExpired, Review',
    'Host\tc.example.com\tFeed\t\tInactive',
  ])
})

test('LIB-3: the command line says of a data collection, and of a query, how many no reader is given, and why', async () => {
  const leftOut = { excluded: 16, inactive: 1 }
  const preview = { sample: [], changes: null, total: { count: 34_000, isExact: false }, types: { Host: 10_001 } }
  await using hub = await answering(({ method, url = '' }) => {
    if (method === 'POST') return { ...preview, typesStoppedAt: 10_001, leftOut }
    return url === paths.collection('6') ? { ...namedCollection, leftOut } : { data: [namedCollection] }
  })
  expect((await run(hub, 'collections')).stdout).toBe('Blocked\t1,234 members in version 2\trating > 3\n')
  expect((await run(hub, 'collections', 'show', 'Blocked')).stdout.trimEnd().split('\n')).toEqual([
    'Blocked: rating > 3',
    '1,234 members in version 2, fully refreshed at 2026-11-21T08:00:00.000Z',
    'leaves out 16 (excluded), 1 (inactive)',
    'to see which: postern collections left-out 6',
  ])
  expect((await run(hub, 'collections', 'preview', 'rating > 3')).stdout.trimEnd().split('\n')).toEqual([
    'about 34,000 indicators',
    'of the first 10,001: 10,001 Host',
    'of the first 10,001: leaves out 16 (excluded), 1 (inactive)',
    'to see which: the same with --left-out',
  ])
})

test('LIB-3, LIB-4, LIB-7: the command line names the values behind counts, page by page', async () => {
  const value = (name: string) => ({ indicatorId: randomUUID(), type: 'Host', value: `${name}.example.com` })
  const excluded = { ...value('a'), reason: 'excluded', detail: '.example.com of the list Ours' }
  const inactive = { ...value('b'), reason: 'inactive', detail: null }
  const hit = { ...value('c'), entry: '.example.com', isKeptBack: false, collections: [{ id: '6', name: 'Blocked' }] }
  const cursor = randomUUID()
  const asked: string[] = []
  await using hub = await answering(({ method, url = '' }) => {
    const { pathname, searchParams } = new URL(url, 'http://hub')
    asked.push(url)
    if (pathname === paths.exclusionLists) return { data: [exclusionList] }
    if (pathname === paths.exclusionHits('9'))
      return { data: [hit, { ...hit, ...value('d'), isKeptBack: true }, { ...hit, ...value('e'), collections: [] }] }
    if (pathname === paths.collections) return { data: [{ ...namedCollection, leftOut: null }] }
    if (method === 'GET' && !searchParams.has('cursor')) return { data: [excluded], next: cursor }
    return { data: [inactive] }
  })
  const rows = ['Host\ta.example.com\texcluded\t.example.com of the list Ours', 'Host\tb.example.com\tinactive\t']
  const lines = async (...words: string[]) => (await run(hub, ...words)).stdout.trimEnd().split('\n')
  expect(await lines('collections', 'left-out', 'Blocked', '--tlp', 'GREEN')).toEqual([rows[0], rows[1]?.trimEnd()])
  expect(asked.slice(1)).toEqual([
    `${paths.collectionLeftOut('6')}?limit=1000&tlpMax=GREEN`,
    `${paths.collectionLeftOut('6')}?limit=1000&tlpMax=GREEN&cursor=${cursor}`,
  ])
  expect(await lines('collections', 'preview', 'rating > 3', '--left-out')).toEqual([rows[1]?.trimEnd()])
  expect(await lines('exclusions', 'hits', 'Well known')).toEqual([
    'Host\tc.example.com\t.example.com\tBlocked',
    'Host\td.example.com\t.example.com\tkept from exports',
    'Host\te.example.com\t.example.com\tin no data collection',
  ])
  expect(await lines('exclusions', 'list')).toEqual(['Well known\town\tinforms at import and export\t1 entry\t1 hit'])
  expect((await run(hub, 'exclusions', 'hits', '10')).stderr).toBe('There is no exclusion list 10.\n')
})

const namedCollection = {
  id: '6',
  name: 'Blocked',
  tql: 'rating > 3',
  version: 2,
  count: 1234,
  refreshedAt: '2026-11-21T08:00:00.000Z',
  freshnessSeconds: 300,
  description: null,
  madeBy: null,
  isShared: true,
}

const exclusionList = {
  id: '9',
  name: 'Well known',
  description: null,
  kind: 'own',
  matching: 'value',
  indicatorTypes: null,
  mode: 'inform',
  atImport: true,
  atExport: true,
  isEnabled: true,
  mispVersion: null,
  entryCount: 1,
  hitCount: 1,
  changedAt: '2026-11-21T08:00:00.000Z',
}

test('LIB-6: an import says what its counts are of, and that a folder is none', async () => {
  const counts = { created: 6, updated: 0, unchanged: 0, refused: 0 }
  const answer = {
    owner: 'Feed',
    specVersion: '2.1',
    objects: 9,
    mapped: 8,
    kept: 1,
    unchanged: 0,
    refused: 0,
    indicators: counts,
    groups: { ...counts, created: 2 },
    associations: 1,
    batchId: '7',
    notMapped: [],
    notMappedCut: 0,
    types: {},
    kinds: [
      { type: 'indicator', mapped: 8, kept: 0, unchanged: 0, refused: 0, reasons: [] },
      {
        type: 'sighting',
        mapped: 0,
        kept: 1,
        unchanged: 0,
        refused: 0,
        reasons: [{ outcome: 'kept', reason: 'It sums up other sightings.', count: 1 }],
      },
    ],
  }
  const feed = { id: '1', name: 'Feed', kind: 'Source', statusDefault: 'Active', removalStartedAt: null }
  const owners = { data: [{ ...feed, createdAt: '2026-01-01T00:00:00.000Z' }] }
  await using hub = await answering(({ method }) => (method === 'POST' ? answer : owners))
  const file = join(hub.folder, 'bundle.json')
  writeFileSync(file, '{}')
  expect((await run(hub, 'import', file, '--owner', 'Feed')).stdout.split('\n').slice(1, 5)).toEqual([
    'indicators: 6 created, 0 updated (a file counts once, however many hashes it has)',
    'groups: 2 created, 0 updated; associations: 1',
    '  sighting: 1 kept as text',
    '    1 kept × It sums up other sightings.',
  ])
  const folder = await run(hub, 'import', hub.folder, '--owner', 'Feed')
  expect(folder.stderr).toBe(`${hub.folder} is a folder; name a file in it.\n`)

  const lines = '530hr.com/data/common.php\n'
  writeFileSync(file.replace('.json', '.txt'), lines)
  const unread = await run(hub, 'import', file.replace('.json', '.txt'), '--owner', 'Feed')
  expect(unread.stderr).toContain('write http:// or https:// in front of it')
  expect(unread.stdout).not.toContain('--type')
})

test('LIB-7: a list that serves one version and holds another back says which is which', async () => {
  const list = {
    id: '1',
    name: 'edge',
    collectionId: '3',
    collectionName: 'Border',
    format: 'text',
    indicatorTypes: null,
    tlpMax: 'AMBER',
    valuesMax: 10,
    shrinkPercentMax: 50,
    ipv4PrefixMin: 16,
    ipv6PrefixMin: 32,
    isPublic: false,
    openNetworks: [],
    url: 'https://hub.example.org/lists/edge',
    servedVersion: 7,
    servedCount: 4479,
    servedSince: '2026-01-01T00:00:00.000Z',
    leftOut: {},
    held: { version: 7, reason: 'It has 4479 values.' },
  }
  await using hub = await answering(() => ({ data: [list] }))
  expect((await run(hub, 'lists', 'show', 'edge')).stdout.split('\n').slice(2)).toEqual([
    'serves version 7 with 4479 values since 2026-01-01T00:00:00.000Z, as it was written before',
    'holds version 7 back as it was written since: It has 4479 values.',
    'to serve it: postern lists release edge',
    '',
  ])
  expect((await run(hub, 'lists')).stdout).toContain('\tserves version 7, HOLDS BACK version 7: It has 4479 values.\t')
})
