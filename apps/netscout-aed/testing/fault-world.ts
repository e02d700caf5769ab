import { launchApp, startHubDouble } from '@postern/app-sdk/test-kit'
import type { FinishedApp, HubDouble, KeptReceipt } from '@postern/app-sdk/test-kit'
import { expect, vi } from 'vitest'
import type { MetRequest, Rehearsal } from './rehearsal.ts'
import type { Relay } from './relay.ts'

type Plan = HubDouble['plans']['plans'][number]
export type Pair = readonly [type: string, value: string]

/** What one run meets: faults of the appliance, and the moment at which `kill -9` ends the app, if any. */
export interface RunPlan {
  readonly rules: readonly object[]
  /** When so much of the way has passed, from 0 to below 1: pieces between app and appliance, or requests to the hub. */
  readonly kill: { readonly at: 'appliance' | 'hub'; readonly share: number } | undefined
}

/** The moment in figures of one run. */
interface Kill {
  readonly at: 'appliance' | 'hub'
  readonly count: number
}

/** Everything that lives longer than one world. */
export interface Ground {
  readonly appFolder: string
  readonly aed: Rehearsal
  readonly relay: Relay
  /** How many runs ended how, and which faults were met. */
  readonly seen: Map<string, number>
}

const waitMs = 1

/** One hub, one appliance, and the packaged app between them: each run is judged by what the appliance really holds. */
export class FaultWorld implements AsyncDisposable {
  readonly #ground: Ground
  readonly #hub: HubDouble
  readonly #parameters: Readonly<Record<string, unknown>>
  #wanted: readonly Pair[] = []
  #requestsSeen = 0

  private constructor(ground: Ground, hub: HubDouble, parameters: Readonly<Record<string, unknown>>) {
    this.#ground = ground
    this.#hub = hub
    this.#parameters = parameters
  }

  static async open(ground: Ground, parameters: Readonly<Record<string, unknown>>): Promise<FaultWorld> {
    await ground.aed.clear()
    const world = new FaultWorld(ground, await startHubDouble(), parameters)
    world.#requestsSeen = (await ground.aed.requestsAfter(0)).at(-1)?.number ?? 0
    return world
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub[Symbol.asyncDispose]()
  }

  publish(wanted: readonly Pair[]): void {
    this.#wanted = wanted
    this.#hub.plans.setCollection('Block', wanted)
  }

  /**
   * One run under faults, of the plan that waits or of a new one. Where it is to be killed, it first lives through the same, judged like
   * any other: so its way is known, and every moment of it can be the last.
   */
  async push({ rules, kill }: RunPlan, waiting?: Plan): Promise<void> {
    if (kill === undefined) await this.#runUnder(rules, undefined, waiting)
    else {
      const putBack = await this.#keep()
      const way = await this.#runUnder(rules, undefined, waiting)
      await putBack()
      const count = 1 + Math.floor(kill.share * way[kill.at])
      await this.#runUnder(rules, { at: kill.at, count }, waiting)
    }
  }

  /** A run without faults that leaves a plan for a person, if there is a reason to. */
  async waiting(): Promise<Plan | undefined> {
    await this.#ground.aed.setFaults([])
    await this.#run(undefined, undefined)
    return this.#hub.plans.plans.findLast(({ state }) => state === 'waiting')
  }

  /** Keeps what appliance and hub hold, and gives what puts it back. */
  async #keep(): Promise<() => Promise<void>> {
    const { plans, receipts } = this.#hub.plans
    const kept = structuredClone({ plans, receipts })
    await this.#ground.aed.keep()
    return async () => {
      await this.#ground.aed.recall()
      plans.splice(0, plans.length, ...kept.plans)
      receipts.splice(0, receipts.length, ...kept.receipts)
    }
  }

  /** @returns how many pieces passed between app and appliance, and how many requests came to the hub. */
  async #runUnder(
    rules: readonly object[],
    kill: Kill | undefined,
    waiting: Plan | undefined,
  ): Promise<Record<Kill['at'], number>> {
    const { aed, relay, seen } = this.#ground
    await aed.setFaults(rules)
    const requests = this.#hub.requests.length
    const run = await this.#run(kill, waiting)
    const end = run.exitCode === null ? 'killed' : 'lived'
    for (const what of ['run under faults', ...(waiting === undefined ? [] : [`approved plan under faults, ${end}`])])
      seen.set(what, (seen.get(what) ?? 0) + 1)
    return { appliance: relay.pieces(), hub: this.#hub.requests.length - requests }
  }

  /** Without faults, and with a person who approves, it ends in sync. */
  async converge(): Promise<void> {
    await this.#ground.aed.setFaults([])
    let last: FinishedApp | undefined
    for (let attempt = 0; attempt < 3; attempt += 1) {
      last = await this.#run(undefined, undefined)
      const waiting = this.#hub.plans.plans.findLast(({ state }) => state === 'waiting')
      if (waiting !== undefined && last.message?.startsWith('waits') === true)
        last = await this.#run(undefined, waiting)
      if (last.exitCode === 0) break
    }
    expect([last?.exitCode, last?.message]).toEqual([0, expect.stringMatching(/^in sync/)])
    expect(await this.#ground.aed.held()).toEqual(this.#wanted.map(([, value]) => value).toSorted())
    expect(this.#hub.complaints).toEqual([])
  }

  async #run(kill: Kill | undefined, waiting: Plan | undefined): Promise<FinishedApp> {
    const approved = waiting === undefined ? undefined : this.#hub.plans.approve(waiting.id)
    const { aed, relay, seen } = this.#ground
    const { identity } = aed
    const before = { held: await aed.held(), receipts: this.#hub.plans.receipts.length }
    const hubRequests = this.#hub.requests.length
    let pid = 0
    const end = () => {
      if (pid > 0) process.kill(pid, 'SIGKILL')
    }
    relay.afterPieces(kill?.at === 'appliance' ? kill.count : Number.POSITIVE_INFINITY, end)
    this.#hub.intercept = () => {
      if (kill?.at === 'hub' && this.#hub.requests.length - hubRequests === kill.count) end()
      return undefined
    }
    const run = await launchApp({
      appFolder: this.#ground.appFolder,
      hubUrl: this.#hub.url,
      onStart: (started) => (pid = started),
      parameters: {
        hostname: `https://127.0.0.1:${relay.port}`,
        fingerprint: identity.fingerprintSha256,
        apiToken: identity.apiToken,
        stixUsername: identity.stixUsername,
        stixPassword: identity.stixPassword,
        dataCollection: 'Block',
        stixCollection: 'Postern',
        retryWaitMs: waitMs,
        pollSeconds: 1,
        ...(approved === undefined ? {} : { [approvedPlanParameter]: approved }),
        ...this.#parameters,
      },
    })
    // A killed app may leave a request that the appliance is still at work on.
    await relay.settled()
    await vi.waitUntil(async () => (await aed.inFlight()) === 0, { interval: 1 })
    const met = await aed.requestsAfter(this.#requestsSeen)
    this.#requestsSeen = met.at(-1)?.number ?? this.#requestsSeen
    for (const { fault } of met) if (fault !== undefined) seen.set(fault, (seen.get(fault) ?? 0) + 1)
    await this.#judge(run, waiting, met, before)
    this.#settleAbandoned()
    return run
  }

  async #judge(
    run: FinishedApp,
    approved: Plan | undefined,
    met: readonly MetRequest[],
    before: { readonly held: readonly string[]; readonly receipts: number },
  ): Promise<void> {
    const { aed, seen } = this.#ground
    const held = await aed.held()
    const log = run.log.map(({ text }) => text).slice(-10)
    const story = () => JSON.stringify({ exit: run.exitCode, message: run.message, log, met: met.slice(-40) })
    const written = this.#hub.plans.receipts.slice(before.receipts)
    const receipt = written.at(-1)
    const end = receipt?.state ?? (run.exitCode === null ? 'killed' : run.exitCode === 0 ? 'waits' : 'failed')
    for (const what of ['run', end]) seen.set(what, (seen.get(what) ?? 0) + 1)
    expect(written.length, story()).toBeLessThanOrEqual(1)
    if (run.exitCode === 0 && receipt === undefined) expect(run.message, story()).toContain('waits for approval')
    if (run.exitCode !== null) expect([0, 1, 3], story()).toContain(run.exitCode)
    if (receipt !== undefined) this.#judgeReceipt(receipt, held, run, story)
    // Nothing desired: whatever happens, nobody but a person empties the appliance.
    if (this.#wanted.length === 0 && approved === undefined) expect(held, story()).toEqual(before.held)
    if (approved !== undefined) this.#judgeApproved(approved, before.held, held, story)
    const wrote = met.some(({ kind }) => kind === 'taxii-post' || kind === 'rest-objects-delete')
    if (end === 'waits') expect(wrote, story()).toBe(false)
    if (wrote && run.exitCode !== null) expect(receipt?.state, story()).toBeDefined()
  }

  /** Never wrongly in sync, and every missing and extra value named. */
  #judgeReceipt(receipt: KeptReceipt, held: readonly string[], run: FinishedApp, story: () => string): void {
    const wanted = this.#wanted.map(([, value]) => value)
    const missing = wanted.filter((value) => !held.includes(value)).toSorted()
    const extra = held.filter((value) => !wanted.includes(value)).toSorted()
    if (receipt.state === 'in-sync') expect([missing, extra], story()).toEqual([[], []])
    const isNamed = receipt.values.length >= receipt.missing + receipt.extra
    // The receipt comes before its values; a run may be killed between them, and never says less than all otherwise.
    if (run.exitCode !== null) expect(isNamed, story()).toBe(true)
    if (!isNamed || (receipt.state === 'unverifiable' && receipt.values.length === 0)) return
    const named = (what: string) => receipt.values.filter(([kind]) => kind === what).map((line) => line[2])
    expect(named('missing').toSorted(), story()).toEqual(missing)
    expect(
      named('extra')
        .filter((value) => value?.startsWith('invented-') !== true)
        .toSorted(),
      story(),
    ).toEqual(extra)
  }

  /** Whatever happens on the way, nothing changes but what the person was shown; a rewrite takes all out and puts it back. */
  #judgeApproved(plan: Plan, before: readonly string[], held: readonly string[], story: () => string): void {
    const shown = (change: string) => plan.values.filter(([what]) => what === change).map(([, , value]) => value)
    const came = held.filter((value) => !before.includes(value))
    const left = this.#parameters['removeBy'] === 'rewrite' ? [] : before.filter((value) => !held.includes(value))
    expect(came, story()).toEqual(came.filter((value) => shown('add').includes(value)))
    expect(left, story()).toEqual(left.filter((value) => shown('remove').includes(value)))
  }

  /** As the hub does when an execution is over: a plan that it left behind has failed. */
  #settleAbandoned(): void {
    for (const plan of this.#hub.plans.plans)
      if (['draft', 'ready', 'applying'].includes(plan.state)) Object.assign(plan, { state: 'failed' })
  }
}

/** How an execution is told which plan a person approved. */
const approvedPlanParameter = 'postern_approved_plan'
