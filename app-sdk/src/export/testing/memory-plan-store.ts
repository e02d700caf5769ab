import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { CreatePlan, CreateReceipt, Plan, Receipt, UpdatePlanState } from '@postern/protocol'
import { HubProblem } from '../../net/hub-session.ts'
import { type KeptPlan, KeptPlans, type KeptReceipt } from '../../test-kit/kept-plans.ts'
import type { CollectionVersion, PlanStore, ValuesFile, VersionValues } from '../plan-store.ts'
import { valueOf } from '../value-key.ts'
import type { Steps } from './steps.ts'

/** The hub's side of an export in memory: one collection with versions, and what a hub keeps of plans and receipts. */
export class MemoryPlanStore implements PlanStore {
  readonly #kept: KeptPlans
  readonly #versions: (readonly string[])[] = []
  readonly #steps: Steps

  constructor(steps: Steps, kept = new KeptPlans()) {
    this.#steps = steps
    this.#kept = kept
  }

  get plans(): readonly KeptPlan[] {
    return this.#kept.plans
  }

  get receipts(): readonly KeptReceipt[] {
    return this.#kept.receipts
  }

  /** The same store in another world. */
  copy(steps: Steps): MemoryPlanStore {
    const copy = new MemoryPlanStore(steps, this.#kept.copy())
    copy.#versions.push(...this.#versions)
    return copy
  }

  /** Makes the next version of the collection. */
  publish(keys: readonly string[]): void {
    this.#versions.push(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  }

  /** What an exclusion that comes later does to a version that was made already. */
  leaveOut(version: number, key: string): void {
    this.#versions[version - 1] = this.version(version).filter((kept) => kept !== key)
  }

  get newest(): number {
    return this.#versions.length
  }

  version(version: number): readonly string[] {
    return this.#versions[version - 1] ?? []
  }

  settleAbandoned(): void {
    this.#kept.settleAbandoned()
  }

  approve(plan: Plan): { planId: string; checksum: string } {
    return this.#kept.approve(plan)
  }

  async collection(): Promise<CollectionVersion> {
    await this.#steps.next('read collection')
    return { id: 'collection-1', name: 'Block', version: this.newest }
  }

  async values(_id: string, version: number): Promise<VersionValues> {
    await this.#steps.next('read values')
    if (version > this.newest) throw new HubProblem(404, 'not-found', 'no such version')
    const keys = this.version(version)
    // oxlint-disable-next-line require-await -- the store's blocks are asynchronous, here as there
    const values = (async function* () {
      yield keys.map(valueOf)
    })()
    return { values, leftOut: () => ({}) }
  }

  async lastReceipts(target: string): Promise<readonly Receipt[]> {
    await this.#steps.next('read receipts')
    return this.#kept.receiptsOf(target)
  }

  async plan(planId: string): Promise<Plan> {
    await this.#steps.next('read plan')
    return this.#find(planId)
  }

  async createPlan(created: CreatePlan, values: ValuesFile): Promise<Plan> {
    await this.#steps.next('create plan')
    const plan = this.#kept.fill(this.#kept.draft(created, 'Block'), valuesIn<KeptPlan['values'][number]>(values))
    await this.#steps.next('plan created')
    return plan
  }

  async setPlanState(planId: string, update: UpdatePlanState): Promise<void> {
    await this.#steps.next('set plan state')
    this.#kept.setState(this.#find(planId), update)
    await this.#steps.next('plan state set')
  }

  async writeReceipt(created: CreateReceipt, values: ValuesFile): Promise<void> {
    await this.#steps.next('write receipt')
    this.#kept.fillReceipt(this.#kept.draftReceipt(created, 'Block'), valuesIn<KeptReceipt['values'][number]>(values))
    await this.#steps.next('receipt written')
  }

  #find(planId: string): KeptPlan {
    const plan = this.#kept.plan(planId)
    if (plan === undefined) throw new HubProblem(404, 'not-found', `no plan ${planId}`)
    return plan
  }
}

/** The engine wrote them; over HTTP they are checked by the protocol's schemas, which a thousand runs have no time for. */
function valuesIn<Value>({ path }: ValuesFile): Value[] {
  const text = gunzipSync(readFileSync(path)).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Value)
}
