import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { CreatePlan, CreateReceipt, Plan, Receipt, UpdatePlanState } from '@postern/protocol'
import { HubProblem } from '../../net/hub-session.ts'
import type { CollectionVersion, PlanStore, ValuesFile, VersionValues } from '../plan-store.ts'
import { valueOf } from '../value-key.ts'
import type { Steps } from './steps.ts'

type KeptPlan = Plan & { readonly lines: readonly (readonly string[])[] }
export type KeptReceipt = Receipt & { readonly lines: readonly (readonly string[])[] }

const epoch = Date.parse('2026-01-01T00:00:00.000Z')

/** The hub's side of an export in memory: one collection with versions, plans by the rules of D5, receipts. */
export class MemoryPlanStore implements PlanStore {
  readonly plans: KeptPlan[] = []
  readonly receipts: KeptReceipt[] = []
  readonly #versions: (readonly string[])[] = []
  readonly #steps: Steps

  constructor(steps: Steps) {
    this.#steps = steps
  }

  /** The same store in another world. */
  copy(steps: Steps): MemoryPlanStore {
    const copy = new MemoryPlanStore(steps)
    copy.plans.push(...this.plans.map((plan) => ({ ...plan })))
    copy.receipts.push(...this.receipts)
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

  /** What the hub does when an execution is over: a plan that it left behind has failed. */
  settleAbandoned(): void {
    for (const plan of this.plans) if (['draft', 'ready', 'applying'].includes(plan.state)) plan.state = 'failed'
  }

  approve(plan: Plan): { planId: string; checksum: string } {
    plan.state = 'ready'
    return { planId: plan.id, checksum: plan.checksum }
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
    return this.receipts.filter((receipt) => receipt.target === target).toReversed()
  }

  async plan(planId: string): Promise<Plan> {
    await this.#steps.next('read plan')
    return this.#find(planId)
  }

  async createPlan(created: CreatePlan, values: ValuesFile): Promise<Plan> {
    await this.#steps.next('create plan')
    for (const plan of this.plans) if (plan.state === 'waiting') plan.state = 'superseded'
    const lines = linesOf(values)
    const texts = lines.map((line) => `${line.join('\t')}\n`)
    const sum = createHash('sha256').update(`${texts.join('')}${created.collectionVersion}\n${created.heldDigest}\n`)
    if (sum.digest('hex') !== created.checksum) throw new Error('the checksum is not that of the values')
    const add = lines.filter(([change]) => change === 'add').length
    const plan: KeptPlan = {
      ...created,
      id: `plan-${this.plans.length + 1}`,
      executionId: 'execution-1',
      control: 'control',
      collectionName: 'Block',
      state: created.guards.some(({ tripped }) => tripped) ? 'waiting' : 'ready',
      add,
      remove: lines.length - add,
      createdAt: this.#now(),
      decidedBy: null,
      lines,
    }
    this.plans.push(plan)
    await this.#steps.next('plan created')
    return plan
  }

  async setPlanState(planId: string, { state }: UpdatePlanState): Promise<void> {
    await this.#steps.next('set plan state')
    const plan = this.#find(planId)
    const allowed = state === 'applying' ? ['ready'] : state === 'applied' ? ['applying'] : ['ready', 'applying']
    if (!allowed.includes(plan.state)) throw new Error(`a plan in state ${plan.state} does not become ${state}`)
    plan.state = state
    await this.#steps.next('plan state set')
  }

  async writeReceipt(created: CreateReceipt, values: ValuesFile): Promise<void> {
    await this.#steps.next('write receipt')
    this.receipts.push({
      ...created,
      reason: created.reason ?? null,
      id: `receipt-${this.receipts.length + 1}`,
      executionId: 'execution-1',
      control: 'control',
      collectionName: 'Block',
      serverName: 'server-1',
      createdAt: this.#now(),
      lines: linesOf(values),
    })
    await this.#steps.next('receipt written')
  }

  #find(planId: string): KeptPlan {
    const plan = this.plans.find(({ id }) => id === planId)
    if (plan === undefined) throw new HubProblem(404, 'not-found', `no plan ${planId}`)
    return plan
  }

  #now(): string {
    return new Date(epoch + (this.plans.length + this.receipts.length) * 1000).toISOString()
  }
}

function linesOf({ path }: ValuesFile): string[][] {
  const text = gunzipSync(readFileSync(path)).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as string[])
}
