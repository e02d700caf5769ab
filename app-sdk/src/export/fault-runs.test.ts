import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { controlFaults } from './testing/faulty-control.ts'
import { stepNames } from './testing/steps.ts'
import { World } from './testing/world.ts'
import type { Event } from './testing/world.ts'

/** Always so many, soak or not: a run is cheap. */
const runsMin = 10_000
/** Worlds at once: a run mostly waits for its files. */
const lanes = 6
/** Few of them are met by approved plans: 12 to 50 in 10,000 runs. */
const killsOfStepMin = 3
const newPlanSteps = stepNames.filter((step) => step !== 'read plan')
const approvedSteps = stepNames.filter((step) => step !== 'create plan' && step !== 'plan created')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(process.env['POSTERN_TEST_MEMORY'] ?? tmpdir(), 'fault-runs-'))
})
afterAll(() => rm(folder, { recursive: true }))

const key = fc
  .tuple(fc.constantFrom('Host', 'URL'), fc.integer({ min: 0, max: 9 }))
  .map(([type, number]) => `${type}\tvalue-${number}`)
const keys = fc.uniqueArray(key, { maxLength: 12 })
const faults = fc.array(fc.option(fc.constantFrom(...controlFaults), { nil: 'slow' as const, freq: 2 }), {
  maxLength: 6,
})
const dies = fc.option(fc.nat({ max: 0xffff }), { nil: undefined, freq: 2 })
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('push' as const), faults, dies }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('approve' as const), faults, dies }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), keys }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const), keys: fc.constant([]) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('exclude' as const), index: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('meddle' as const), keys }) },
)

test('AED-7 S10 D5: in 10,000 runs with random faults, deaths and changes no receipt is wrongly in sync, every difference is named, no guard is passed, and all converges', async () => {
  const seen = new Map<string, number>()
  const property = fc.asyncProperty(
    keys,
    keys,
    fc.array(event, { minLength: 4, maxLength: 12 }),
    async (wanted, before, events) => {
      const world = new World(folder, seen)
      world.store.publish(wanted)
      for (const each of before) world.control.really.add(each)
      for (const each of events) await world.happen(each)
      await world.converge()
    },
  )
  // Each end is to be met often: what never happens proves nothing. The rarest may want a few runs more than the least number.
  const ends = ['in-sync', 'drift', 'unverifiable', 'failed', 'killed', 'waits', 'refused']
  const often = runsMin / 200
  // And death is to come at every step of either way, that of a new plan and that of one which a person approved.
  const ways = [
    ...newPlanSteps.map((step) => `killed at: ${step}`),
    ...approvedSteps.map((step) => `approved, killed at: ${step}`),
  ]
  const lacks = (least: number) => (what: string) => (seen.get(what) ?? 0) < least
  const goesOn = () => {
    const runs = seen.get('run') ?? 0
    return runs < runsMin || (runs < 2 * runsMin && (ends.some(lacks(often)) || ways.some(lacks(killsOfStepMin))))
  }
  let seed = fc.readConfigureGlobal().seed ?? Date.now()
  async function lane(): Promise<void> {
    // Each time other worlds.
    while (goesOn()) await fc.assert(property, { seed: seed++ })
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  for (const end of ends)
    expect([end, seen.get(end)]).toEqual([end, expect.toSatisfy((count: number) => count >= often)])
  expect(ways.filter(lacks(killsOfStepMin))).toEqual([])
})

const host = (number: number) => `Host\tvalue-${number}`

test('D5: an approved plan is refused when a value that it would take out is wanted again, or one to add has left', async () => {
  const world = new World(folder)
  for (const number of [1, 2]) world.control.really.add(host(number))
  world.store.publish([])
  await world.push([], undefined)
  // The feed recovers; the plan that it caused while it was empty is still there to be approved.
  world.store.publish([host(1)])
  const refused = await world.push([], undefined, world.waiting)
  expect(String(refused)).toContain(
    'the library has changed since the plan was made: 0 of its values to add have left the data collection, 1 to remove are wanted again (value-1); nothing was changed on the control',
  )
  expect([...world.control.really]).toEqual([host(1), host(2)])
  expect(world.store.plans[0]?.state).toBe('failed')
})

test('D5: an approved plan is refused when its version gives less than it did, as after an exclusion', async () => {
  const world = new World(folder)
  world.control.really.add(host(1))
  world.store.publish([host(1)])
  await world.push([], undefined)
  world.control.really.clear()
  await world.push([], undefined)
  world.store.leaveOut(1, host(1))
  expect(String(await world.push([], undefined, world.waiting))).toContain('or an exclusion was made')
  expect(world.control.writes).toBe(0)
})

test('D5: an approved plan is applied when the library only has more than it had', async () => {
  const world = new World(folder)
  world.control.really.add(host(1))
  world.store.publish([])
  await world.push([], undefined)
  world.store.publish([host(2)])
  expect(await world.push([], undefined, world.waiting)).toMatchObject({
    message: 'in sync: 0 values held, 0 added, 1 removed',
  })
})

test('AED-7: a control that was written to and then cannot be read makes the receipt unverifiable', async () => {
  const world = new World(folder)
  world.store.publish([host(1)])
  expect(await world.push(['slow', 'slow', 'drop'], undefined)).toMatchObject({
    partial: true,
    message: expect.stringContaining('could not be read after it was written to: listing broke off: drop'),
  })
  expect(world.store.receipts).toMatchObject([{ state: 'unverifiable', held: 1, missing: 0 }])
})

test('S10: what the newest verified receipt said is what a jump is judged by, whatever came after it', async () => {
  const world = new World(folder)
  world.store.publish([host(1)])
  await world.push([], undefined)
  world.store.publish([host(1), host(2)])
  await world.push(['slow', 'slow', 'drop'], undefined)
  expect(world.store.receipts.at(-1)?.state).toBe('unverifiable')
  world.control.really.clear()
  expect(await world.push([], undefined)).toMatchObject({
    message: expect.stringContaining('held-jumped (0 values are held; the last receipt said 1)'),
  })
})

test('AED-7: a control that can never be read is sent everything again after applying broke off', async () => {
  const world = new World(folder)
  world.store.publish([host(1), host(2)])
  await world.push(['not-readable', 'slow', 'not-readable'], undefined)
  world.store.publish([host(2), host(3)])
  // The first value is taken out; the third never comes.
  await world.push(['not-readable', 'slow', 'drop', 'not-readable'], undefined)
  expect([...world.control.really]).toEqual([host(2)])
  await world.push(['not-readable', 'slow', 'not-readable'], undefined)
  expect([...world.control.really]).toEqual([host(2), host(3)])
  expect(world.store.receipts.map(({ state }) => state)).toEqual(['unverifiable', 'unverifiable', 'unverifiable'])
})

test('D5: an approved plan of a control that cannot be read is applied as it was shown, though it sends again what is held', async () => {
  const world = new World(folder)
  world.store.publish([host(1), host(2)])
  await world.push([], undefined)
  world.store.leaveOut(1, host(1))
  await world.push(['slow', 'drop'], undefined)
  // Applying broke off and nothing can be read: all is sent again, which the jump to nothing held lets nobody do unasked.
  await world.push(['not-readable'], undefined)
  expect(world.waiting?.values).toEqual([['add', 'Host', 'value-2']])
  await world.push(['not-readable'], undefined, world.waiting)
  expect(world.store.plans.at(-1)?.state).toBe('applied')
  expect([...world.control.really]).toEqual([host(1), host(2)])
})
