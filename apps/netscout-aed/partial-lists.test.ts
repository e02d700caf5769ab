import { installApp, launchApp, startHubDouble } from '@postern/app-sdk/test-kit'
import type { FinishedApp, HubDouble, InstalledApp } from '@postern/app-sdk/test-kit'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { rehearse } from './testing/rehearsal.ts'
import type { Rehearsal } from './testing/rehearsal.ts'

/** With it the nonsense is `{}`. */
const emptyObjectSeed = 7

let app: InstalledApp
let aed: Rehearsal
let hub: HubDouble
beforeAll(async () => {
  app = await installApp(import.meta.dirname)
  aed = await rehearse()
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await aed[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await aed.clear()
  hub = await startHubDouble()
})
afterEach(() => hub[Symbol.asyncDispose]())

function push(more: Readonly<Record<string, unknown>> = {}): Promise<FinishedApp> {
  const { identity } = aed
  const parameters = {
    hostname: identity.url,
    fingerprint: identity.fingerprintSha256,
    apiToken: identity.apiToken,
    stixUsername: identity.stixUsername,
    stixPassword: identity.stixPassword,
    dataCollection: 'Block',
    stixCollection: 'Postern',
    retryWaitMs: 1,
    ...more,
  }
  return launchApp({ appFolder: app.folder, hubUrl: hub.url, parameters })
}

function publish(count: number): void {
  hub.plans.setCollection(
    'Block',
    Array.from({ length: count }, (_, index): [string, string] => ['Host', `h${index}.example.com`]),
  )
}

/** Requests that change something, since the appliance was started. */
async function writes(): Promise<number> {
  const counts = await aed.requests()
  return ['taxii-post', 'rest-objects-delete']
    .flatMap((kind) => Object.values(counts[kind] ?? {}))
    .reduce((sum, count) => sum + count, 0)
}

test('AED-7: a list that names everything twice, over several ranges, is read whole', async () => {
  publish(1_100)
  await push()
  await aed.setFaults([{ on: 'taxii-get', fault: 'duplicate' }])
  expect(await push({ readBackVia: 'taxii' })).toMatchObject({
    exitCode: 0,
    message: 'in sync: 1100 values held, unchanged',
  })
})

test('AED-7: a list that holds less than the appliance says it has ends the run before anything is written', async () => {
  publish(4)
  await push()
  publish(3)
  const before = await writes()
  await aed.setFaults([{ on: 'rest-objects', fault: 'truncate' }])
  expect(await push()).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining('holds 4 indicators by the word of the appliance, and it lists 2'),
  })
  expect(await writes()).toBe(before)
  // Seen from the other end after the first range, the same objects come again and others never.
  publish(1_100)
  await aed.setFaults([])
  await push()
  const large = await writes()
  await aed.setFaults([{ on: 'taxii-get', fault: 'reorder', after: 1 }])
  expect(await push({ readBackVia: 'taxii' })).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining('holds 1100 objects by the word of the appliance, and it lists 1000'),
  })
  expect(await writes()).toBe(large)
})

test('AED-7: an appliance whose number means something else is believed by its list where checkCount is off', async () => {
  publish(4)
  await push()
  await aed.setFaults([{ on: 'rest-objects', fault: 'truncate' }])
  const run = await push({ checkCount: 'false' })
  expect([run.exitCode, hub.plans.receipts.at(-1)?.state]).toEqual([3, 'drift'])
})

test('AED-7: JSON that is no answer is never read as a collection that holds nothing', async () => {
  publish(4)
  await push()
  const before = await writes()
  await aed.setFaults([{ on: 'taxii-get', fault: 'nonsense-json', seed: emptyObjectSeed }])
  expect(await push({ readBackVia: 'taxii' })).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining('the objects of a collection is not as TAXII 2.0 has it'),
  })
  expect(await writes()).toBe(before)
})

test('S10: a control that lists ten times what it holds, by its own word too, is not written to', async () => {
  publish(4)
  await push()
  const before = await writes()
  await aed.setFaults([{ on: 'rest-objects', fault: 'ten-fold-answer' }])
  expect(await push()).toMatchObject({ exitCode: 1, message: expect.stringContaining('it lists 40') })
  expect(await push({ checkCount: 'false' })).toMatchObject({
    exitCode: 0,
    message: expect.stringContaining('held-jumped (40 values are held; the last receipt said 4)'),
  })
  expect(await writes()).toBe(before)
})

test('S19: a certificate that changes between two connections ends the run, and nothing is sent over the second', async () => {
  publish(4)
  await aed.setFaults([{ on: 'connection', fault: 'changed-certificate', after: 1 }])
  const before = await writes()
  expect(await push()).toMatchObject({ exitCode: 1, message: expect.stringContaining('nothing was sent') })
  expect(await writes()).toBe(before)
})
