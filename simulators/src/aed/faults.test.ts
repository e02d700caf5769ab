import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { faultNames } from '../faults/fault-rule.ts'
import type { GivenFaultRule } from '../faults/fault-rule.ts'
import { readFaultRule } from '../faults/read-fault-rule.ts'
import { AedIdentity } from './identity.ts'
import { addressIndicators, askOracle, RehearsalClient } from './testing/rehearsal-client.ts'

let stateDir: string
let child: ChildProcess
let identity: AedIdentity
let client: RehearsalClient
let objectsPath: string
let rowsPath: string
beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'aed-faults-'))
  const main = join(import.meta.dirname, 'main.ts')
  child = spawn(process.execPath, [main, '--state', stateDir, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('the simulator has no output')
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break
  identity = AedIdentity.parse(JSON.parse(readFileSync(join(stateDir, 'aed.json'), 'utf8')))
  client = new RehearsalClient({ ...identity, certificatePem: readFileSync(identity.certificatePath, 'utf8') })
  objectsPath = await client.objectsPath('Postern')
  rowsPath = await client.configurationPath('Postern')
})
afterAll(async () => {
  child.kill('SIGTERM')
  await once(child, 'exit')
  rmSync(stateDir, { recursive: true, force: true })
})
beforeEach(async () => {
  await askOracle(identity.oracleSocket, '/clear', { method: 'POST' })
})

const tested = new Set<string>()

async function setFaults(...rules: GivenFaultRule[]): Promise<void> {
  for (const { fault } of rules) tested.add(fault)
  const set = await askOracle(identity.oracleSocket, '/faults', { method: 'POST', body: JSON.stringify(rules) })
  expect([set.status, set.text]).toEqual([200, expect.any(String)])
}

async function held(): Promise<string[]> {
  return (await askOracle(identity.oracleSocket, '/state')).json().collections[1].held['ipv4-addr']
}

async function indicators(): Promise<number> {
  return (await askOracle(identity.oracleSocket, '/state?values=no')).json().collections[1].indicators
}

/** Kind, status and fault of the last requests, by the oracle's word. */
async function met(count: number): Promise<unknown[]> {
  const { requests } = (await askOracle(identity.oracleSocket, '/requests')).json()
  return requests
    .slice(-count)
    .map((request: Record<string, unknown>) => [request['kind'], request['status'], request['fault']])
}

const four = addressIndicators(4)
const values = ['198.51.100.0', '198.51.100.1', '198.51.100.2', '198.51.100.3']
const post = () => client.post(objectsPath, four)
const read = (from = 0, to = 9) => client.stix(objectsPath, { range: `items ${from}-${to}` })
const idsOf = (reply: { json(): { objects?: { id: string }[] } }) => (reply.json().objects ?? []).map(({ id }) => id)
const ids = four.map(({ id }) => id)

test('drop: the connection closes and nothing was done', async () => {
  await setFaults({ on: 'taxii-post', fault: 'drop' })
  await expect(post()).rejects.toThrow(/hang up|ECONNRESET/)
  expect([await held(), await met(1)]).toEqual([[], [['taxii-post', 0, 'drop']]])
})

test('drop-after-storing: the connection closes and everything was done', async () => {
  await setFaults({ on: 'taxii-post', fault: 'drop-after-storing' })
  await expect(post()).rejects.toThrow(/hang up|ECONNRESET/)
  expect([await held(), await met(1)]).toEqual([values, [['taxii-post', 0, 'drop-after-storing']]])
})

test('cut-body: head and half of the body come, then the connection closes; what was asked was done', async () => {
  await setFaults({ on: 'taxii-post', fault: 'cut-body' })
  await expect(post()).rejects.toThrow('aborted')
  expect([await held(), await met(1)]).toEqual([values, [['taxii-post', 202, 'cut-body']]])
})

test('error-503: nothing was done', async () => {
  await setFaults({ on: 'taxii-post', fault: 'error-503' })
  expect((await post()).status).toBe(503)
  expect([await held(), await met(1)]).toEqual([[], [['taxii-post', 503, 'error-503']]])
})

test('store-answer-error: the answer is 500 and everything was done', async () => {
  await setFaults({ on: '*', fault: 'store-answer-error' })
  expect((await post()).status).toBe(500)
  expect([await held(), await met(1)]).toEqual([values, [['taxii-post', 500, 'store-answer-error']]])
  expect((await client.rest(rowsPath, { method: 'DELETE' })).status).toBe(500)
  expect(await held()).toEqual([])
})

test('store-nothing-answer-ok: posts and deletes are acknowledged and change nothing', async () => {
  await setFaults({ on: 'taxii-post', fault: 'store-nothing-answer-ok' })
  expect((await post()).json()).toMatchObject({ status: 'complete', success_count: 4, successes: ids })
  expect([await held(), await met(1)]).toEqual([[], [['taxii-post', 202, 'store-nothing-answer-ok']]])
  await setFaults({ on: 'rest-objects-delete', fault: 'store-nothing-answer-ok' })
  await post()
  expect((await client.rest(rowsPath, { method: 'DELETE' })).status).toBe(204)
  expect(await held()).toEqual(values)
})

test('slow: the answer is right and waits', async () => {
  await setFaults({ on: 'rest-summary', fault: 'slow', delayMs: 200 })
  const before = performance.now()
  expect((await client.rest('/summary/')).status).toBe(200)
  expect(performance.now() - before).toBeGreaterThanOrEqual(190)
  expect(await met(1)).toEqual([['rest-summary', 200, 'slow']])
})

test('duplicate: a post stores each object twice, under two ids; a list names everything twice', async () => {
  await setFaults({ on: 'taxii-post', fault: 'duplicate' })
  expect((await post()).json()).toMatchObject({ success_count: 4 })
  expect([await held(), await indicators()]).toEqual([values, 8])
  await setFaults({ on: 'rest-objects', fault: 'duplicate' })
  const rows = idsOf(await client.rest(`${rowsPath}?perPage=100`))
  expect([rows.length, new Set(rows).size]).toEqual([16, 8])
})

test('truncate: a post, a delete and a list do half and claim all', async () => {
  await setFaults({ on: 'taxii-post', fault: 'truncate' })
  expect((await post()).json()).toMatchObject({ status: 'complete', success_count: 4 })
  expect(await held()).toEqual(values.slice(0, 2))
  await setFaults({ on: 'rest-objects-delete', fault: 'truncate' }, { on: 'taxii-get', fault: 'truncate' })
  await post()
  const page = await read()
  expect([page.headers['content-range'], idsOf(page)]).toEqual(['items 0-3/4', ids.slice(0, 2)])
  expect((await client.rest(rowsPath, { method: 'DELETE' })).status).toBe(204)
  expect(await held()).toEqual(values.slice(2))
  expect(await met(2)).toEqual([
    ['taxii-get', 206, 'truncate'],
    ['rest-objects-delete', 204, 'truncate'],
  ])
})

test('reorder: a post is stored from its end; lists and their pages come from the other end', async () => {
  await setFaults({ on: 'taxii-post', fault: 'reorder' })
  expect((await post()).json().successes).toEqual(ids.toReversed())
  expect(idsOf(await read())).toEqual(ids.toReversed())
  await setFaults({ on: '*', fault: 'reorder', times: 2 })
  expect(idsOf(await read(0, 1))).toEqual(ids.slice(0, 2))
  expect(idsOf(await client.rest(`${rowsPath}?perPage=2&page=2`))).toEqual(ids.slice(2))
  // Without the fault the second page comes from the usual end again: over both pages things are missing.
  expect(idsOf(await read(2, 3))).toEqual(ids.slice(0, 2).toReversed())
})

test('ten-fold-answer: nine invented things stand beside each real one; other answers are padded', async () => {
  await post()
  await setFaults({ on: '*', fault: 'ten-fold-answer' })
  for (const reply of [await read(), await client.rest(`${rowsPath}?perPage=4`)]) {
    const listed = idsOf(reply)
    expect([listed.length, new Set(listed).size, ids.every((id) => listed.includes(id))]).toEqual([40, 40, true])
  }
  const { padding, ...rest } = (await client.rest('/summary/')).json()
  expect(padding.length).toBe(JSON.stringify(rest).length * 9)
  expect(await held()).toEqual(values)
})

test('nonsense-json: what was asked was done, and no answer of any seed can be taken for one', async () => {
  for (let seed = 0; seed < 12; seed += 1) {
    await setFaults({ on: '*', fault: 'nonsense-json', seed })
    const answers = [await post(), await client.rest('/taxii/configuration/collections/')]
    for (const { text } of answers) expect(text).not.toMatch(/"(complete|pending|uuid|title)"/)
    expect(await held()).toEqual(values)
  }
})

test('redirect-elsewhere: the answer leads to another host with path, query and method kept; nothing was done', async () => {
  const seen: IncomingHttpHeaders[] = []
  const listener = createServer((request, response) => {
    seen.push(request.headers)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const to = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  await setFaults({ on: '*', fault: 'redirect-elsewhere', to })
  const reply = await post()
  expect([reply.status, reply.headers.location]).toEqual([307, `${to}${objectsPath}`])
  const page = await client.rest('/alerts/?page=2')
  expect([page.status, page.headers.location]).toEqual([302, `${to}/api/aed/v3/alerts/?page=2`])
  expect([await held(), seen]).toEqual([[], []])
  listener.close()
  await once(listener, 'close')
})

test('pending-for-ever: a post waits for ever and is never stored; a status says pending whatever is true', async () => {
  await setFaults({ on: 'taxii-post', fault: 'pending-for-ever' })
  const status = (await post()).json()
  const poll = async (id: string) => (await client.taxii(`/taxii/api/status/${id}/`)).json()
  expect(status).toMatchObject({ status: 'pending', pending_count: 4 })
  await setFaults()
  for (let polls = 0; polls < 5; polls += 1) expect(await poll(status.id)).toMatchObject({ status: 'pending' })
  expect(await held()).toEqual([])
  const { id } = (await post()).json()
  await setFaults({ on: '*', fault: 'pending-for-ever', times: 2 })
  expect([(await poll(id)).status, (await poll(id)).status, (await poll(id)).status]).toEqual([
    'pending',
    'pending',
    'complete',
  ])
  expect(await held()).toEqual(values)
})

test('changed-certificate: chosen connections are shown another certificate, and a client that pins the first refuses them', async () => {
  const summary = async () => {
    try {
      return (await client.rest('/summary/')).status
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
  }
  await setFaults({ on: 'connection', fault: 'changed-certificate', after: 1, times: 2 })
  const other = 'DEPTH_ZERO_SELF_SIGNED_CERT'
  // Each request of this client makes a connection of its own.
  expect([await summary(), await summary(), await summary(), await summary()]).toEqual([200, other, other, 200])
  await setFaults({ on: 'connection', fault: 'changed-certificate' })
  expect([await summary(), await summary()]).toEqual([other, other])
  await setFaults()
  expect(await summary()).toBe(200)
})

test('every fault there is was met above', () => {
  expect([...tested].toSorted()).toEqual(faultNames.toSorted())
})

test('rate and seed: the same seed meets the same requests, another seed others, about as many as the rate says', async () => {
  const pattern = async (seed: number) => {
    await setFaults({ on: 'rest-summary', fault: 'error-503', rate: 0.3, seed })
    const statuses: number[] = []
    for (let request = 0; request < 60; request += 1) statuses.push((await client.rest('/summary/')).status)
    return statuses
  }
  const [first, again, other] = [await pattern(7), await pattern(7), await pattern(8)]
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
  for (const statuses of [first, other]) {
    const failed = statuses.filter((status) => status === 503).length
    expect(failed).toBeGreaterThan(6)
    expect(failed).toBeLessThan(30)
  }
})

test('a rule that does not strike lets the next one try', async () => {
  await setFaults(
    { on: 'rest-summary', fault: 'drop', after: 2 },
    { on: '*', fault: 'error-503', times: 1 },
    { on: 'rest-summary', fault: 'store-answer-error', times: 1 },
  )
  expect([(await client.rest('/summary/')).status, (await client.rest('/summary/')).status]).toEqual([503, 500])
  await expect(client.rest('/summary/')).rejects.toThrow(/hang up|ECONNRESET/)
})

test('a fault for a kind that it has no meaning for is refused with the kinds it is for', async () => {
  const refused = async (rule: object) => {
    const body = JSON.stringify([rule])
    const reply = await askOracle(identity.oracleSocket, '/faults', { method: 'POST', body })
    return [reply.status, reply.json().message]
  }
  expect(await refused({ on: 'taxii-get', fault: 'pending-for-ever' })).toEqual([
    400,
    expect.stringContaining('it is for taxii-status taxii-post'),
  ])
  expect(await refused({ on: '*', fault: 'changed-certificate' })).toEqual([
    400,
    expect.stringContaining('it is for connection'),
  ])
  expect(await refused({ on: 'connection', fault: 'drop' })).toEqual([400, expect.stringContaining('taxii-post')])
})

test('the command line writes faults with their settings, and a mistake shows how', () => {
  expect(readFaultRule('*=slow:rate=0.25,seed=7,delayMs=50')).toMatchObject({
    on: '*',
    fault: 'slow',
    rate: 0.25,
    seed: 7,
    delayMs: 50,
  })
  expect(readFaultRule('taxii-get=redirect-elsewhere:times=2,to=https://127.0.0.1:9/x')).toMatchObject({
    times: 2,
    to: 'https://127.0.0.1:9/x',
  })
  for (const wrong of ['*=drop:rate=2', '*=drop:rate=', '*=vanish', '*=drop:colour=red'])
    expect(() => readFaultRule(wrong)).toThrow('write KIND=FAULT')
})

test('another client’s objects are put in by the back door', async () => {
  const body = JSON.stringify({ collection: 'Postern', objects: four })
  const put = await askOracle(identity.oracleSocket, '/objects', { method: 'POST', body })
  expect([put.status, put.json().successes]).toEqual([201, ids])
  expect(await held()).toEqual(values)
  const unknown = JSON.stringify({ collection: 'None', objects: four })
  expect((await askOracle(identity.oracleSocket, '/objects', { method: 'POST', body: unknown })).status).toBe(404)
})
