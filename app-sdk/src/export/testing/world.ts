import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plan } from '@postern/protocol'
import { expect } from 'vitest'
import type { Outcome } from '../../define/app.ts'
import { createLogger } from '../../launch/logger.ts'
import { guardBounds } from '../guards.ts'
import { runExport } from '../run-export.ts'
import { FaultyControl } from './faulty-control.ts'
import type { ControlFault } from './faulty-control.ts'
import { MemoryPlanStore } from './memory-plan-store.ts'
import type { KeptReceipt } from '../../test-kit/kept-plans.ts'
import { Steps } from './steps.ts'

/**
 * What happens in a world of one collection and one control, one after another. A run that dies does so at one of its own steps: the one
 * that `dies` names, counted round and round. Where nothing waits to be approved, a run comes first that may have something wait.
 */
export type Event =
  | { readonly do: 'push' | 'approve'; readonly faults: readonly ControlFault[]; readonly dies: number | undefined }
  | { readonly do: 'publish'; readonly keys: readonly string[] }
  | { readonly do: 'exclude'; readonly index: number }
  | { readonly do: 'meddle'; readonly keys: readonly string[] }

/** One collection and one control. Each run of the engine is judged by what the control really holds, and the judgement throws. */
export class World {
  readonly #folder: string
  readonly #seen: Map<string, number>
  readonly #steps = new Steps()
  store = new MemoryPlanStore(this.#steps)
  readonly control = new FaultyControl('Block', this.#steps)

  /**
   * @param folder where each run gets a folder of its own
   * @param seen counts how runs ended, over many worlds
   */
  constructor(folder: string, seen: Map<string, number> = new Map()) {
    this.#folder = folder
    this.#seen = seen
  }

  async happen(event: Event): Promise<void> {
    if (event.do === 'publish') this.store.publish(event.keys)
    else if (event.do === 'meddle') {
      this.control.really.clear()
      for (const each of event.keys) this.control.really.add(each)
    } else if (event.do === 'exclude') {
      const { newest } = this.store
      const kept = this.store.version(newest)
      const excluded = kept[event.index % Math.max(1, kept.length)]
      if (excluded !== undefined) this.store.leaveOut(newest, excluded)
    } else {
      const isApproved = event.do === 'approve'
      if (isApproved && this.waiting === undefined) await this.push([], undefined)
      const dieAt = event.dies === undefined ? undefined : event.dies % (await this.#stepsOf(event.faults, isApproved))
      await this.push(event.faults, dieAt, isApproved ? this.waiting : undefined)
    }
  }

  /** How many steps a run would take from here, by a run in a copy of this world, which is judged like any other. */
  async #stepsOf(faults: readonly ControlFault[], isApproved: boolean): Promise<number> {
    const copy = new World(this.#folder, this.#seen)
    copy.store = this.store.copy(copy.#steps)
    for (const key of this.control.really) copy.control.really.add(key)
    await copy.push(faults, undefined, isApproved ? copy.waiting : undefined)
    return copy.#steps.taken
  }

  get waiting(): MemoryPlanStore['plans'][number] | undefined {
    return this.store.plans.findLast(({ state }) => state === 'waiting')
  }

  /** One run of the engine, as an execution of its own; afterwards it is judged by what the control really holds. */
  async push(
    misbehaviour: readonly ControlFault[],
    dieAtStep: number | undefined,
    approved?: Plan,
  ): Promise<Outcome | Error | 'killed'> {
    const { store, control } = this
    const steps = this.#steps
    control.faults = [...misbehaviour]
    control.listings = []
    control.writes = 0
    steps.begin(dieAtStep)
    const before = { receipts: store.receipts.length, really: new Set(control.really) }
    const approval = approved === undefined ? undefined : store.approve(approved)
    const tempPath = await mkdtemp(join(this.#folder, 'run-'))
    const running = runExport({
      store,
      control,
      collection: 'Block',
      approved: approval,
      tempPath,
      log: createLogger('error', () => {}),
      signal: new AbortController().signal,
    }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    const result = await Promise.race([running, steps.died])
    control.faults = []
    store.settleAbandoned()
    await rm(tempPath, { recursive: true })
    this.#count('run')
    this.#count(
      store.receipts[before.receipts]?.state ??
        (result instanceof Error ? 'failed' : result === 'killed' ? result : 'waits'),
    )
    if (result instanceof Error && result.message.includes('is refused')) this.#count('refused')
    if (steps.diedAt !== undefined)
      this.#count(`${approved === undefined ? '' : 'approved, '}killed at: ${steps.diedAt}`)
    this.#judge(result, approved, before)
    return result
  }

  #count(what: string): void {
    this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1)
  }

  #judge(
    result: Outcome | Error | 'killed',
    approved: Plan | undefined,
    before: { receipts: number; really: ReadonlySet<string> },
  ): void {
    const { store, control } = this
    const written = store.receipts.slice(before.receipts)
    expect(written.length).toBeLessThanOrEqual(1)
    const [receipt] = written
    if (receipt !== undefined) this.#judgeReceipt(receipt)
    // Whoever wrote something owes a receipt, whatever became of it.
    if (result !== 'killed' && control.writes > 0)
      expect([result, receipt?.state]).toEqual([result, expect.any(String)])
    if (typeof result === 'object' && !(result instanceof Error)) this.#judgeEnd(result, receipt)
    // Whatever was not approved and trips a guard is never written.
    const desired = store.version(store.newest)
    const [listing] = control.listings
    if (approved === undefined && listing?.isWhole === true) {
      if (desired.length === 0) expect([control.writes, [...control.really]]).toEqual([0, [...before.really]])
      const last = store.receipts.slice(0, before.receipts).findLast(({ state }) => state !== 'unverifiable')
      const isJump =
        last !== undefined &&
        last.held > 0 &&
        (listing.keys.size === 0 || listing.keys.size >= last.held * guardBounds.heldJumpMax)
      if (isJump) expect(control.writes).toBe(0)
    }
    if (approved !== undefined && control.writes > 0) this.#judgeApproved(approved, before.really)
  }

  /** Never wrongly in sync; every missing and every extra value is named. */
  #judgeReceipt(receipt: KeptReceipt): void {
    const { store, control } = this
    const desired = store.version(receipt.collectionVersion)
    const missing = desired.filter((each) => !control.really.has(each)).toSorted()
    const extra = [...control.really].filter((each) => !desired.includes(each)).toSorted()
    const isInSync = missing.length === 0 && extra.length === 0
    if (receipt.state === 'in-sync') expect([missing, extra]).toEqual([[], []])
    const readBack = control.listings.at(-1)
    // The receipt was made of the last listing; where there is none, or no whole one, it must not claim anything.
    if (readBack?.isWhole !== true || receipt.state === 'unverifiable') {
      expect(receipt.state).toBe('unverifiable')
      expect(receipt.reason).toMatch(/./)
    }
    if (readBack?.isWhole === true) {
      const named = (what: string) =>
        receipt.values.flatMap(([kind, ...value]) => (kind === what ? [value.slice(0, 2).join('\t')] : [])).toSorted()
      const isInvented = (each: string) => each.includes('-invented-')
      expect(named('missing')).toEqual(missing)
      expect(named('extra').filter((each) => !isInvented(each))).toEqual(extra)
      if (readBack.fault !== 'ten-fold-answer') {
        expect(named('extra')).toEqual(extra)
        expect(receipt.held).toBe(control.really.size)
        if (isInSync) expect(receipt.state).toBe('in-sync')
      }
    }
  }

  #judgeEnd(outcome: Outcome, receipt: KeptReceipt | undefined): void {
    if (receipt === undefined) {
      expect(outcome.message).toContain('waits for approval')
      expect(this.control.writes).toBe(0)
    } else {
      expect(outcome.partial === true).toBe(receipt.state !== 'in-sync')
      expect(outcome.message.startsWith('in sync')).toBe(receipt.state === 'in-sync')
    }
  }

  /** What was written is what was shown: the control stood as it did then, and the collection still wants each of it. */
  #judgeApproved(approved: Plan, really: ReadonlySet<string>): void {
    const plan = this.store.plans.find(({ id }) => id === approved.id)
    const newest = this.store.version(this.store.newest)
    const wasRead = this.control.listings[0]?.isWhole === true
    for (const [change, ...value] of plan?.values ?? []) {
      const each = value.slice(0, 2).join('\t')
      expect([change, each, newest.includes(each)]).toEqual([change, each, change === 'add'])
      // A control that cannot be read is believed to stand as it did; what may have come there is sent again.
      if (wasRead && !each.includes('-invented-'))
        expect([change, each, really.has(each)]).toEqual([change, each, change === 'remove'])
    }
  }

  /** Without faults, and with a person who approves, it ends in sync, whatever was before. */
  async converge(): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await this.push([], undefined)
      const { waiting } = this
      if (waiting !== undefined) await this.push([], undefined, waiting)
      if (this.store.receipts.at(-1)?.state === 'in-sync') break
    }
    const { store, control } = this
    expect(store.receipts.at(-1)?.state).toBe('in-sync')
    expect([...control.really].toSorted()).toEqual(store.version(store.newest).toSorted())
  }
}
