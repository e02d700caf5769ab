import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { installApp } from '@postern/app-sdk/test-kit'
import { faultNames, isFaultFor } from '@postern/simulators'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FaultWorld } from './testing/fault-world.ts'
import type { Ground, Pair, RunPlan } from './testing/fault-world.ts'
import { rehearse } from './testing/rehearsal.ts'
import { startRelay } from './testing/relay.ts'

/** Runs under faults, at least; those that converge afterwards come on top. */
const runsPerWorld = 7
const isSoak = process.env['POSTERN_SOAK'] === '1'
const worlds = isSoak ? 100 : 8
const approvedEnds = ['approved plan under faults, lived', 'approved plan under faults, killed']

const everyKind = [
  'taxii-discovery',
  'taxii-api-root',
  'taxii-collections',
  'taxii-post',
  'taxii-get',
  'taxii-status',
  'rest-collections',
  'rest-objects',
  'rest-objects-delete',
]
const faultsOfRequests = faultNames.filter((fault) => everyKind.every((kind) => isFaultFor(fault, kind)))

const pool: readonly Pair[] = [
  ...Array.from({ length: 6 }, (_, index): Pair => ['Address', `192.0.2.${index + 1}`]),
  ...Array.from({ length: 4 }, (_, index): Pair => ['Host', `h${index}.example.com`]),
  ...Array.from({ length: 2 }, (_, index): Pair => ['URL', `https://u.example.com/${index}`]),
]
/** More than the appliance gives on one page. */
const many = Array.from({ length: 1_100 }, (_, index): Pair => ['Host', `m${index}.example.net`])

const wanted = fc.uniqueArray(fc.constantFrom(...pool), { maxLength: pool.length })
const draws = {
  rate: fc.constantFrom(0.2, 0.5, 1),
  seed: fc.nat({ max: 0xffff }),
  after: fc.nat({ max: 3 }),
}

function ruleTo(to: string): fc.Arbitrary<object> {
  const on = fc.oneof(
    { weight: 1, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: fc.constantFrom('taxii-post', 'rest-objects', 'taxii-get') },
    { weight: 2, arbitrary: fc.constantFrom(...everyKind) },
  )
  const fault = fc.constantFrom(...faultsOfRequests)
  return fc.oneof(
    { weight: 14, arbitrary: fc.record({ on, fault, ...draws, delayMs: fc.constant(20), to: fc.constant(to) }) },
    { weight: 1, arbitrary: fc.record({ on: fc.constant('taxii-post'), fault: fc.constant('pending-for-ever') }) },
    {
      weight: 1,
      arbitrary: fc.record({ on: fc.constant('connection'), fault: fc.constant('changed-certificate'), ...draws }),
    },
  )
}

interface Run {
  readonly do: 'push' | 'approve'
  readonly wanted: readonly Pair[] | undefined
  readonly plan: RunPlan
}

/** One that lives, one that is killed, one of a plan that a person approved, killed too, and one more. */
function runsTo(to: string): fc.Arbitrary<Run[]> {
  const rules = fc.array(ruleTo(to), { minLength: 1, maxLength: 3 })
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const kill = fc.record({ at: fc.constantFrom('appliance' as const, 'hub' as const), share })
  const push = { do: fc.constant('push' as const), wanted: fc.option(wanted, { nil: undefined }) }
  const living = fc.record({ ...push, plan: fc.record({ rules, kill: fc.constant(undefined) }) })
  const killed = fc.record({ ...push, plan: fc.record({ rules, kill }) })
  const approved = fc.record({
    do: fc.constant('approve' as const),
    wanted: fc.constant([]),
    plan: fc.record({ rules, kill }),
  })
  return fc.tuple(living, killed, approved, killed)
}

test('AED-7 S10: over TLS, whatever the appliance does and whenever the app is killed, no receipt is wrongly in sync, every difference is named, and all converges', async ({
  task,
}) => {
  await using app = await installApp(import.meta.dirname)
  await using aed = await rehearse()
  await using relay = await startRelay(Number(new URL(aed.identity.url).port))
  await using elsewhere = await startElsewhere()
  const seen = new Map<string, number>()
  const ground: Ground = { appFolder: app.folder, aed, relay, seen }
  const parameters = fc.record({
    removeBy: fc.constantFrom('revoke', 'delete', 'rewrite'),
    readBackVia: fc.constantFrom('configuration', 'taxii'),
  })
  const world = fc.record({
    parameters,
    first: wanted,
    strangers: wanted,
    // One in five: it takes long.
    isLarge: fc.nat({ max: 4 }).map((drawn) => drawn === 0),
    runs: runsTo(elsewhere.url),
  })
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      await using faulty = await FaultWorld.open(ground, drawn.parameters)
      const filler = drawn.isLarge ? many : []
      if (drawn.strangers.length > 0) await aed.put(drawn.strangers.map(strangerOf))
      faulty.publish([...filler, ...drawn.first])
      await faulty.converge()
      for (const run of drawn.runs) {
        if (run.wanted !== undefined) faulty.publish(run.wanted.length === 0 ? [] : [...filler, ...run.wanted])
        await faulty.push(run.plan, run.do === 'approve' ? await faulty.waiting() : undefined)
        if (run.plan.kill !== undefined) await faulty.converge()
      }
    }),
    // A run takes as long as a process; what fails is told with its seed and not made smaller.
    { numRuns: worlds, endOnFailure: true },
  )
  const met = faultsOfRequests.filter((fault) => seen.has(fault)).length
  task.meta.soaked = `${seen.get('run under faults')} runs under faults over the wire, ${seen.get('killed')} killed, ${met} of ${faultsOfRequests.length} faults of requests met`
  expect(seen.get('run under faults')).toBeGreaterThanOrEqual(worlds * runsPerWorld)
  // Few runs may miss what is rare; many may not.
  const expected = isSoak
    ? ['in-sync', 'drift', 'failed', 'killed', ...approvedEnds, ...faultsOfRequests]
    : ['in-sync', 'failed', 'killed', ...approvedEnds]
  expect(expected.filter((what) => !seen.has(what))).toEqual([])
  // Credentials never follow a redirect: nobody even knocked.
  expect(elsewhere.connections()).toBe(0)
})

/** A value under an id that another client chose. */
function strangerOf([type, value]: Pair): object {
  const path = { Address: 'ipv4-addr', Host: 'domain-name', URL: 'url' }[type]
  const at = '2026-03-01T00:00:00.000Z'
  return {
    type: 'indicator',
    id: `indicator--${randomUUID()}`,
    created: at,
    modified: at,
    valid_from: at,
    labels: ['malicious-activity'],
    pattern: `[${path}:value = '${value}']`,
  }
}

async function startElsewhere(): Promise<AsyncDisposable & { readonly url: string; connections(): number }> {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    connections: () => connections,
    [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())),
  }
}
