import { createHash } from 'node:crypto'
import type {
  CreatePlan,
  CreateReceipt,
  Plan,
  PlanValue,
  Receipt,
  ReceiptValue,
  UpdatePlanState,
} from '@postern/protocol'
import { compareUtf8 } from '../spill/compare-utf8.ts'

/** A plan with the values that came with it, and what it was made of. */
export interface KeptPlan extends Plan {
  readonly values: readonly PlanValue[]
  readonly created: CreatePlan
  readonly reason?: string | undefined
}

/** A receipt with the values that came with it. */
export interface KeptReceipt extends Receipt {
  readonly values: readonly ReceiptValue[]
}

const epoch = Date.parse('2026-01-01T00:00:00.000Z')

/** Plans and receipts as a hub keeps and checks them (D5), without a database and without HTTP. */
export class KeptPlans {
  readonly plans: KeptPlan[] = []
  readonly receipts: KeptReceipt[] = []
  /** The job's mode: every plan waits. */
  alwaysAsk = false

  /** The same in another place. */
  copy(): KeptPlans {
    const copy = new KeptPlans()
    copy.plans.push(...this.plans.map((plan) => ({ ...plan })))
    copy.receipts.push(...this.receipts.map((receipt) => ({ ...receipt })))
    copy.alwaysAsk = this.alwaysAsk
    return copy
  }

  plan(planId: string | undefined): KeptPlan | undefined {
    return this.plans.find(({ id }) => id === planId)
  }

  /** A plan without its values yet. */
  draft(created: CreatePlan, collectionName: string): KeptPlan {
    const { heldDigest, ...facts } = created
    if (heldDigest === '') throw new Error('no digest of what was held')
    const plan: KeptPlan = {
      ...facts,
      id: `plan-${this.plans.length + 1}`,
      executionId: 'execution-1',
      control: 'control',
      state: 'draft',
      collectionName,
      add: 0,
      remove: 0,
      createdAt: this.#now(),
      decidedBy: null,
      values: [],
      created,
    }
    this.plans.push(plan)
    return plan
  }

  /** The draft with its values: ready, or waiting for a person. One that waited until now is superseded. */
  fill(plan: KeptPlan, values: readonly PlanValue[]): KeptPlan {
    const changes = values.filter(([change]) => change !== 'left-out')
    const lines = changes.map((value) => `${value.join('\t')}\n`)
    if (lines.some((line, index) => index > 0 && compareUtf8(lines[index - 1] ?? '', line) >= 0))
      throw new Error('the plan is not sorted')
    const { collectionVersion, heldDigest, checksum } = plan.created
    const sum = createHash('sha256').update(`${lines.join('')}${collectionVersion}\n${heldDigest}\n`)
    if (sum.digest('hex') !== checksum) throw new Error('the checksum is not that of the values')
    for (const other of this.plans) if (other.state === 'waiting') other.state = 'superseded'
    const add = changes.filter(([change]) => change === 'add').length
    const state = this.alwaysAsk || plan.guards.some(({ tripped }) => tripped) ? 'waiting' : 'ready'
    return Object.assign(plan, { values, add, remove: changes.length - add, state })
  }

  /** What an approval puts into the next execution's parameters. */
  approve(plan: Plan): { planId: string; checksum: string } {
    plan.state = 'ready'
    return { planId: plan.id, checksum: plan.checksum }
  }

  setState(plan: KeptPlan, { state, reason }: UpdatePlanState): void {
    const allowed = state === 'applying' ? ['ready'] : state === 'applied' ? ['applying'] : ['ready', 'applying']
    if (!allowed.includes(plan.state)) throw new Error(`a plan in state ${plan.state} does not become ${state}`)
    Object.assign(plan, { state, reason })
  }

  /** What the hub does when an execution is over: a plan that it left behind has failed. */
  settleAbandoned(): void {
    for (const plan of this.plans) if (['draft', 'ready', 'applying'].includes(plan.state)) plan.state = 'failed'
  }

  /** A receipt without its values yet. */
  draftReceipt(created: CreateReceipt, collectionName: string): KeptReceipt {
    const receipt: KeptReceipt = {
      ...created,
      reason: created.reason ?? null,
      id: `receipt-${this.receipts.length + 1}`,
      executionId: 'execution-1',
      control: 'control',
      collectionName,
      serverName: 'server-1',
      createdAt: this.#now(),
      values: [],
    }
    this.receipts.push(receipt)
    return receipt
  }

  fillReceipt(receipt: KeptReceipt, values: readonly ReceiptValue[]): void {
    for (const kind of ['missing', 'extra'] as const) {
      const named = values.filter(([what]) => what === kind).length
      if (named !== receipt[kind]) throw new Error(`${receipt[kind]} values are ${kind}, and ${named} are named`)
    }
    Object.assign(receipt, { values })
  }

  /** Newest first. */
  receiptsOf(target: string | null): KeptReceipt[] {
    return this.receipts.filter((receipt) => target === null || receipt.target === target).toReversed()
  }

  /** Never the same twice, so that what is sorted by it is in order. */
  #now(): string {
    return new Date(epoch + (this.plans.length + this.receipts.length) * 1000).toISOString()
  }
}
