import { installApp, launchApp, startHubDouble } from '@postern/app-sdk/test-kit'
import type { FinishedApp, HubDouble, InstalledApp } from '@postern/app-sdk/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rehearse } from './testing/rehearsal.ts'
import type { Rehearsal } from './testing/rehearsal.ts'

type Pair = readonly [string, string]

const wanted: readonly Pair[] = [
  ['Address', '192.0.2.1'],
  ['Address', '192.0.2.2'],
  ['Host', 'bad.example.com'],
  ['URL', 'https://bad.example.com/x?y=1'],
]
const notForAed: readonly Pair[] = [
  ['Address', '2001:db8::1'],
  ['CIDR', '198.51.100.0/24'],
  ['EmailAddress', 'bad@example.com'],
  ['File', '0'.repeat(32)],
]
const valuesOf = (pairs: readonly Pair[]) => pairs.map(([, value]) => value).toSorted()

let app: InstalledApp
beforeAll(async () => {
  app = await installApp(import.meta.dirname)
})
afterAll(() => app[Symbol.asyncDispose]())

function push(hub: HubDouble, aed: Rehearsal, more: Readonly<Record<string, unknown>> = {}): Promise<FinishedApp> {
  const { identity } = aed
  const parameters = {
    hostname: identity.url,
    fingerprint: identity.fingerprintSha256,
    apiToken: identity.apiToken,
    stixUsername: identity.stixUsername,
    stixPassword: identity.stixPassword,
    dataCollection: 'Block',
    stixCollection: 'Postern',
    ...more,
  }
  return launchApp({ appFolder: app.folder, hubUrl: hub.url, parameters })
}

// Side by side: each has a hub and an appliance of its own, and mostly waits for its app.
test.concurrent('AED-2: a data collection becomes what the titled collection holds; the rest is counted and named', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse()
  hub.plans.setCollection('Block', [...wanted, ...notForAed], { 'TLP:RED': 2 })
  const run = await push(hub, aed)
  expect([run.exitCode, run.stderr]).toEqual([0, ''])
  expect(run.message).toBe('in sync: 4 values held, 4 added, 0 removed, 6 of the collection not taken')
  expect(await aed.held()).toEqual(valuesOf(wanted))
  expect(hub.plans.receipts).toMatchObject([
    {
      state: 'in-sync',
      desired: 4,
      held: 4,
      removedBy: null,
      notTaken: {
        'Address: AED takes no IPv6': 1,
        'CIDR: blocks are not sent unless parameter blocks is on': 1,
        'EmailAddress: AED takes no mail addresses': 1,
        'File: AED takes no hashes': 1,
        'TLP:RED': 2,
      },
      // LIB-8: of the addresses a part is left out, so each one says why.
      values: [
        ['left-out', 'Address', '2001:db8::1', 'Address: AED takes no IPv6'],
        ['left-out', 'CIDR', '198.51.100.0/24', 'CIDR: blocks are not sent unless parameter blocks is on'],
        ['left-out', 'EmailAddress', 'bad@example.com', 'EmailAddress: AED takes no mail addresses'],
        ['left-out', 'File', '0'.repeat(32), 'File: AED takes no hashes'],
      ],
    },
  ])
  expect(hub.complaints).toEqual([])
  for (const secret of [aed.identity.apiToken, aed.identity.stixPassword]) expect(run.stdout).not.toContain(secret)
})

test.concurrent('AED-7: a second run changes nothing and still writes a receipt that says so', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse()
  hub.plans.setCollection('Block', wanted)
  await push(hub, aed)
  const posts = (await aed.requests())['taxii-post']
  const run = await push(hub, aed)
  expect([run.exitCode, run.message]).toEqual([0, 'in sync: 4 values held, unchanged'])
  expect((await aed.requests())['taxii-post']).toEqual(posts)
  expect(hub.plans.plans).toHaveLength(1)
  expect(hub.plans.receipts.map(({ state, planId }) => [state, planId])).toEqual([
    ['in-sync', 'plan-1'],
    ['in-sync', null],
  ])
})

describe('D6: a value that leaves is gone from the appliance, and the receipt names the way', () => {
  for (const removeBy of ['revoke', 'delete', 'rewrite']) {
    for (const readBackVia of ['configuration', 'taxii']) {
      test.concurrent(`D6: by ${removeBy}, read back by ${readBackVia}`, async () => {
        await using hub = await startHubDouble()
        await using aed = await rehearse()
        hub.plans.setCollection('Block', wanted)
        await push(hub, aed, { removeBy, readBackVia })
        hub.plans.setCollection('Block', wanted.slice(1))
        const run = await push(hub, aed, { removeBy, readBackVia })
        expect([run.exitCode, run.message]).toEqual([0, 'in sync: 3 values held, 0 added, 1 removed'])
        expect(await aed.held()).toEqual(valuesOf(wanted.slice(1)))
        expect(hub.plans.receipts.at(-1)).toMatchObject({ state: 'in-sync', removed: 1, removedBy: removeBy })
      })
    }
  }
})

describe('AED-7: each dialect of the appliance is understood', () => {
  const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    quirky: { discoveryPath: '/taxii2/' },
    'slow-status': {},
    'small-bodies': {},
    'revoked-for-good': {},
    'write-only': {},
    'no-delete': {},
    'no-revoke': { removeBy: 'delete' },
    'apiRootUrls=relative': {},
  }
  for (const [dialect, parameters] of Object.entries(settings)) {
    test.concurrent(`AED-7: ${dialect}: values come, go and come again, in sync each time`, async () => {
      await using hub = await startHubDouble()
      await using aed = await rehearse([dialect])
      for (const pairs of [wanted, wanted.slice(2), wanted]) {
        hub.plans.setCollection('Block', pairs)
        const run = await push(hub, aed, parameters)
        expect([run.exitCode, run.message]).toEqual([0, expect.stringMatching(/^in sync/)])
        expect(await aed.held()).toEqual(valuesOf(pairs))
      }
    })
  }
})

test.concurrent('D6: an appliance that acknowledges a removal and shows no effect is unverifiable, never in sync', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse(['no-removal'])
  hub.plans.setCollection('Block', wanted)
  await push(hub, aed)
  hub.plans.setCollection('Block', wanted.slice(1))
  const run = await push(hub, aed)
  expect(run.exitCode).toBe(3)
  expect(hub.plans.receipts.at(-1)).toMatchObject({
    state: 'unverifiable',
    extra: 1,
    removedBy: 'revoke',
    reason: expect.stringContaining('nothing shows an effect'),
    values: [['extra', 'Address', '192.0.2.1', 'held after applying']],
  })
})

test.concurrent('D6: a way to remove that the appliance does not offer is drift, and says to choose another', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse(['no-delete'])
  hub.plans.setCollection('Block', wanted)
  await push(hub, aed)
  hub.plans.setCollection('Block', wanted.slice(1))
  const run = await push(hub, aed, { removeBy: 'delete' })
  expect(run.exitCode).toBe(3)
  expect(hub.plans.receipts.at(-1)).toMatchObject({
    state: 'drift',
    extra: 1,
    reason: expect.stringContaining('choose another way to remove'),
  })
  expect(hub.plans.plans.at(-1)?.state).toBe('failed')
})

test.concurrent('AED-7: an appliance that can be read in no way is unverifiable, and values still come and go', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse(['write-only'])
  for (const pairs of [wanted, wanted.slice(1)]) {
    hub.plans.setCollection('Block', pairs)
    const run = await push(hub, aed, { readBackVia: 'taxii' })
    expect(run.exitCode).toBe(3)
    expect(hub.plans.receipts.at(-1)).toMatchObject({
      state: 'unverifiable',
      reason: expect.stringContaining('may not read'),
    })
    expect(await aed.held()).toEqual(valuesOf(pairs))
  }
})

test.concurrent('AED-7: an appliance that answers ok and stores nothing is drift, with every missing value named', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse()
  await aed.setFaults([{ on: 'taxii-post', fault: 'store-nothing-answer-ok' }])
  hub.plans.setCollection('Block', wanted)
  const run = await push(hub, aed)
  expect(run.exitCode).toBe(3)
  expect(hub.plans.receipts.at(-1)?.values.map(([what, , value]) => [what, value])).toEqual(
    wanted.map(([, value]) => ['missing', value]),
  )
})

test.concurrent('AED-7: answers that are lost and services that stop for a moment change nothing in the end', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse()
  await aed.setFaults([
    { on: 'taxii-post', fault: 'drop-after-storing', times: 2 },
    { on: 'rest-objects', fault: 'error-503', times: 2 },
  ])
  hub.plans.setCollection('Block', wanted)
  const run = await push(hub, aed)
  expect([run.exitCode, run.message]).toEqual([0, 'in sync: 4 values held, 4 added, 0 removed'])
  expect(await aed.held()).toEqual(valuesOf(wanted))
})

test.concurrent('AED-6: a plan says how many of its values there are and how many the appliance takes', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse()
  hub.plans.setCollection('Block', wanted)
  await push(hub, aed)
  const plan = hub.plans.plans[0]
  expect(plan?.guards.find(({ guard }) => guard === 'control-cap')).toEqual({
    guard: 'control-cap',
    tripped: false,
    message: '4 values are desired; the control takes 500000',
  })
})

test.concurrent('AED-2: blocks are sent where the parameter says so, and what the appliance refuses is named with its words', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse(['cidr=refused'])
  hub.plans.setCollection('Block', [...wanted, ['CIDR', '198.51.100.0/24']])
  const run = await push(hub, aed, { blocks: 'true' })
  expect(run.exitCode).toBe(3)
  const receipt = hub.plans.receipts.at(-1)
  expect(receipt).toMatchObject({ state: 'drift', held: 4, missing: 1 })
  expect(receipt?.values.map(([what, type, value]) => [what, type, value])).toEqual([
    ['missing', 'CIDR', '198.51.100.0/24'],
    ['refused', 'CIDR', '198.51.100.0/24'],
  ])
})

test.concurrent('S19: another certificate than the pinned one ends the run before anything is sent', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse()
  hub.plans.setCollection('Block', wanted)
  const run = await push(hub, aed, { fingerprint: 'ab'.repeat(32) })
  expect([run.exitCode, run.message]).toEqual([1, expect.stringContaining('nothing was sent')])
  const unpinned = await push(hub, aed, { fingerprint: '' })
  expect([unpinned.exitCode, unpinned.message]).toEqual([1, expect.stringContaining('is not trusted')])
  expect(await aed.requests()).toEqual({})
})

test.concurrent('AED-7: wrong credentials, a collection that is not there and a wrong path each end with what to mend', async () => {
  await using hub = await startHubDouble()
  await using aed = await rehearse()
  hub.plans.setCollection('Block', wanted)
  const message = async (parameters: Record<string, unknown>) => {
    const run = await push(hub, aed, parameters)
    expect(run.exitCode).toBe(1)
    return run.message
  }
  expect(await message({ stixPassword: 'wrong' })).toContain('the credentials are wrong')
  expect(await message({ apiToken: 'x'.repeat(40) })).toContain('the credentials are wrong')
  expect(await message({ stixCollection: 'Other' })).toBe(
    'the appliance has no STIX collection titled "Other"; it has "Default Indicators Collection", "Postern"',
  )
  expect(await message({ discoveryPath: '/nothing/' })).toContain('404')
  expect(await message({ dataCollection: 'Missing' })).toContain('there is no data collection Missing')
  expect(await message({ hostname: '', removeBy: 'wish' })).toBe(
    'parameter hostname (Hostname) is needed; parameter removeBy (Remove by) must be one of revoke, delete, rewrite',
  )
  expect(await aed.held()).toEqual([])
})
