import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { installHeaders, paths, ProblemDocument, tcexPaths } from '@postern/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodEntries, zipOf } from '../apps/test-packages.ts'
import { archiveOf, runtimeEntries } from '../environments/runtimes/test-archive.ts'
import { serverFileName } from '../environments/server-files.ts'
import { type ApiDocument, operationsOf } from './api-breaks.ts'
import { batchForm, type FuzzedRequest, type FuzzSample, requestsFor } from './test-requests.ts'
import { taxiiMediaType } from '../taxii/media-type.ts'
import { type MemoryGrowth, measureMemory } from './test-memory.ts'
import { createTestApi, type Route, type TestApi, testHost, testOrigin } from './test-api.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'
const casesPerRoute = isSoak ? 400 : 12
/** A request that takes longer has hung; generous, since a machine may be busy. */
const answerMsMax = 120_000
/** Held when all is over; a hub that kept a few KB of every request would pass it in a soak, one that kept bodies at once. */
const heldBytesMax = 48 * 1024 * 1024
/** On top of what the process held before, with what a request leaves behind; the largest body is a megabyte. */
const peakBytesMax = 256 * 1024 * 1024

/** What may be answered 503, and why that is no defect in this hub: nothing else here is ever away, full, or not ready. */
const unavailable: Readonly<Record<string, { detail: string; isSo(): boolean | Promise<boolean> }>> = {
  [`POST ${paths.environmentDownloads(':environmentId')}`]: {
    detail: 'This hub has no environment server file to hand out.',
    // The test's hub has no folder of them: a bundle with its runtime has 100 MB.
    isSo: () => !existsSync(join('dist', serverFileName)),
  },
  'GET /lists/:name': {
    detail: 'Nothing of this list is served yet: ',
    isSo: async () => {
      const lists = api.db.selectFrom('firewall_list').where('served_text_id', 'is', null)
      return (await lists.select('id').execute()).length > 0
    },
  },
}

let api: TestApi
let consoleFolder: string
let memory: MemoryGrowth
let port: number
let cookie: string
// A connection of its own for each: who is refused early may find its connection closed for the next request.
const agent = new Agent({ keepAlive: false })
const tokens: Record<string, string> = {}
/** Routes whose own code ran, past credential and rule. */
const reached = new Set<string>()

beforeAll(async () => {
  consoleFolder = await mkdtemp(join(tmpdir(), 'fuzzed-console-'))
  await mkdir(join(consoleFolder, 'assets'))
  for (const [name, text] of [
    ['index.html', '<!doctype html><title>Postern</title>'],
    ['assets/index.css', 'body {}'],
  ] as const)
    await writeFile(join(consoleFolder, name), text)
  api = await createTestApi(consoleFolder)
  cookie = await api.cookieOf('administrator')
  tokens['token'] = await api.tokenOf('administrator')
  tokens['environment-server'] = await api.deliveryToken()
  tokens['reader'] = await api.readerToken()
  tokens['exports:write'] = await api.executionToken('export')
  tokens['library:write'] = await api.executionToken('feed')
  for (const server of [api.https, api.door]) {
    await server.listen({ host: '127.0.0.1', port: 0 })
  }
  port = (api.https.server.address() as AddressInfo).port
})
afterAll(async () => {
  agent.destroy()
  await api.close()
  await rm(consoleFolder, { recursive: true })
})

test('S14: no request to any route crashes the hub, hangs, fills its memory, or is answered with a defect', async () => {
  const document = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as ApiDocument
  const operations = new Map(
    operationsOf(document).map(([name, , , operation]) => [name.replaceAll(/\{(\w+)\}/g, ':$1'), operation]),
  )
  const samples = await samplesOf(api)
  const failures: string[] = []
  memory = measureMemory()
  for (const route of api.routes) {
    const name = `${route.method} ${route.path}`
    const operation = operations.get(name)
    // A download may enrol a server anew, which ends what it has until then.
    const destroys = /DELETE|cancellation|revocation|downloads/.test(name)
    const known = { ...(destroys ? api.spare : api.ours).ids, owner: api.ours.ownerName, ...placeOf(name) }
    const checked = await fc.check(
      fc.asyncProperty(requestsFor({ ...route, operation }, known, samples.get(name) ?? []), async (fuzzed) => {
        const answer = await send(route, fuzzed)
        await judge(name, answer)
        if (operation !== undefined) expect(Object.keys(operation.responses ?? {})).toContain(String(answer.status))
      }),
      { numRuns: casesPerRoute },
    )
    if (checked.failed) failures.push(`${name}: ${describe(checked)}`)
  }
  expect(failures.join('\n\n')).toBe('')
  expect(api.errors).toEqual([])
  expect(memory.heldBytes()).toBeLessThan(heldBytesMax)
  expect(memory.peakBytes()).toBeLessThan(peakBytesMax)
  expect(api.routes.map(({ method, path }) => `${method} ${path}`).filter((name) => !reached.has(name))).toEqual([])
})

/** Requests that the routes take whose bodies the description does not describe. */
async function samplesOf({ ours, spare }: TestApi): Promise<Map<string, FuzzSample[]>> {
  const bytes = await zipOf(goodEntries())
  const archive = archiveOf(runtimeEntries('linux-arm64'))
  const octets = { 'content-type': 'application/octet-stream' }
  const digestOf = (content: Buffer) => createHash('sha256').update(content).digest('hex')
  const packageHeaders = { ...octets, [installHeaders.confirmSha256]: digestOf(bytes) }
  const batch = JSON.stringify({
    indicator: [{ type: 'Host', summary: 'fuzz.example.com', attribute: [{ type: 'Description', value: 'x' }] }],
    group: [{ type: 'Campaign', name: 'A', xid: 'a' }],
    association: [],
  })
  const json = (text: string) => ({ headers: { 'content-type': 'application/json' }, bytes: Buffer.from(text) })
  const lines = (...all: unknown[]) => ({
    headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    bytes: gzipSync(all.map((line) => `${JSON.stringify(line)}\n`).join('')),
  })
  const batches = `${tcexPaths.base}/v2/batch`
  const token = encodeURIComponent(await api.executionToken('feed', spare))
  const line = { seq: 1, at: '2026-11-21T08:00:00Z', stream: 'stdout', level: 'info', text: 'x\0y' }
  return new Map<string, FuzzSample[]>([
    [`POST ${paths.apps}`, [{ headers: packageHeaders, bytes }]],
    [`POST ${paths.runtimes}`, [{ query: `?sha256=${digestOf(archive)}`, headers: octets, bytes: archive }]],
    [`POST ${batches}/createAndUpload`, [batchForm(ours.ownerName, batch)]],
    [`POST ${batches}`, [json(JSON.stringify({ owner: ours.ownerName, action: 'Create' }))]],
    [
      `POST ${batches}/:batchId`,
      [json(batch), { ...json(batch), headers: { 'content-type': 'application/octet-stream' } }],
    ],
    [`GET ${tcexPaths.base}${tcexPaths.tokenRenewal}`, [{ query: `?expiredToken=${token}` }]],
    [`PUT ${paths.planValues(':planId')}`, [lines(['add', 'Host', 'a.example.com'])]],
    [`PUT ${paths.receiptValues(':receiptId')}`, [lines(['missing', 'Host', 'a.example.com', null])]],
    [`POST ${paths.attemptLog(':executionId', ':attempt')}`, [lines(line)]],
  ])
}

/** Short: a body may have a megabyte. */
function describe({ seed, counterexample, errorInstance }: fc.RunDetails<[FuzzedRequest]>): string {
  const { url, headers, body } = counterexample?.[0] ?? { url: '', headers: {}, body: undefined }
  const sent = `${url.slice(0, 300)} ${JSON.stringify(headers)} ${body?.toString('latin1').slice(0, 500) ?? ''}`
  return `${errorInstance instanceof Error ? errorInstance.message : String(errorInstance)}\nsent: ${sent}\nseed: ${seed}`
}

/** The server ends its own attempts alone, and only once; other routes want the execution to live. */
function placeOf(name: string): { executionId?: string } {
  return name === `PUT ${paths.attemptResult(':executionId', ':attempt')}`
    ? { executionId: api.ours.executions.action }
    : {}
}

type Answer = { status: number; type: string; text: string }

async function judge(name: string, { status, type, text }: Answer): Promise<void> {
  memory.look()
  if (status !== 401 && status !== 403 && status !== 429) reached.add(name)
  if (status < 400) return
  if (status === 503) {
    const known = unavailable[name]
    expect([name, text]).toEqual([name, expect.stringContaining(known?.detail ?? 'no route that may be unavailable')])
    expect(await known?.isSo()).toBe(true)
  } else expect(status, `${status} ${text.slice(0, 500)}`).toBeLessThan(500)
  // The handshake itself is refused by RFC 6455, in text.
  if (name === 'GET /live' && type === 'text/html') return
  // TcEx reads missing rights as text, and all else as JSON.
  if (name.includes(' /api/')) {
    if (type.startsWith('application/')) expect(JSON.parse(text)).toHaveProperty('status')
    else expect(status).toBe(401)
    return
  }
  // TAXII has errors of its own; what is no address at all never comes so far.
  if (name.includes(' /taxii2/') && type === taxiiMediaType) {
    expect(JSON.parse(text)).toMatchObject({ title: expect.any(String), http_status: String(status) })
    return
  }
  expect([type, ProblemDocument.safeParse(JSON.parse(text)).success]).toEqual(['application/problem+json', true])
}

async function send(route: Route, { url, headers, body }: FuzzedRequest): Promise<Answer> {
  const door = !route.callers.includes('token') && route.callers.includes('machine')
  const sent = { ...credentialFor(route), ...headers, host: testHost }
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = request({
    host: '127.0.0.1',
    port: door ? (api.door.server.address() as AddressInfo).port : port,
    method: route.method,
    path: url,
    agent,
    headers: { ...sent, ...(body === undefined ? {} : { 'content-length': body.length }) },
    timeout: answerMsMax,
  })
  asked.once('response', (response) => {
    const { statusCode: status = 0, headers: told } = response
    const answerOf = (chunks: Buffer[]) => ({
      status,
      type: told['content-type'] ?? '',
      text: Buffer.concat(chunks).toString(),
    })
    response.toArray().then((chunks) => resolve(answerOf(chunks)), reject)
  })
  asked.once('upgrade', (_response, socket) => {
    socket.destroy()
    resolve({ status: 101, type: '', text: '' })
  })
  asked.once('timeout', () => asked.destroy(new Error(`no answer in ${answerMsMax} ms`)))
  asked.once('error', reject)
  asked.end(body)
  return await promise
}

/** The credential that comes furthest on a route. */
function credentialFor(route: Route): Record<string, string> {
  if (route.permission === 'public') return {}
  if (route.callers.includes('token')) return { authorization: `Bearer ${tokens['token']}` }
  if (route.callers.includes('environment-server')) return { authorization: `Bearer ${tokens['environment-server']}` }
  if (route.callers.includes('reader')) return { authorization: `Bearer ${tokens['reader']}` }
  if (route.callers.includes('execution')) return { authorization: `TC-Token ${tokens[route.permission]}` }
  return { cookie, origin: testOrigin }
}
