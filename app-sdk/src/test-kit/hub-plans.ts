import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { CreatePlan, CreateReceipt, paths, PlanValue, ReceiptValue, UpdatePlanState } from '@postern/protocol'
import type { Collection, Plan, Receipt } from '@postern/protocol'
import { compareUtf8 } from '../spill/compare-utf8.ts'
import type { Asked, Answered, HubRoute } from './hub-routes.ts'

type Pair = readonly [type: string, value: string]
const now = () => new Date().toISOString()

/** A receipt with the values that came with it. */
export interface KeptReceipt extends Receipt {
  readonly values: readonly ReceiptValue[]
}

/** The export side of the double: collections with versions, plans that are checked as the hub checks them, receipts. */
export class HubPlans {
  readonly #versions = new Map<
    string,
    { name: string; versions: { values: readonly Pair[]; leftOut: Record<string, number> }[] }
  >()
  readonly plans: (Plan & { values: readonly PlanValue[]; created: CreatePlan; reason?: string | undefined })[] = []
  readonly receipts: KeptReceipt[] = []
  /** The job's mode: every plan waits. */
  alwaysAsk = false

  /** Makes the next version of a collection. */
  setCollection(name: string, values: readonly Pair[], leftOut: Record<string, number> = {}): void {
    const id = `collection-${name}`
    const known = this.#versions.get(id) ?? { name, versions: [] }
    known.versions.push({
      values: [...values].sort((a, b) => compareUtf8(`${a[0]}\t${a[1]}`, `${b[0]}\t${b[1]}`)),
      leftOut,
    })
    this.#versions.set(id, known)
  }

  /** What an approval puts into the next execution's parameters (D5). */
  approve(planId: string): string {
    const plan = this.#plan(planId)
    plan.state = 'ready'
    return `${plan.id}:${plan.checksum}`
  }

  routes(): HubRoute[] {
    return [
      { method: 'GET', path: paths.collections, answer: () => ({ status: 200, json: { data: this.#collections() } }) },
      { method: 'GET', path: paths.collectionValues(':id', ':version'), answer: (asked) => this.#values(asked) },
      {
        method: 'POST',
        path: paths.plans,
        answer: ({ body }) => ({ status: 201, json: this.#createPlan(CreatePlan.parse(JSON.parse(body.toString()))) }),
      },
      {
        method: 'GET',
        path: paths.plan(':planId'),
        answer: ({ params }) => ({ status: 200, json: wire(this.#plan(params['planId'])) }),
      },
      {
        method: 'PUT',
        path: paths.planValues(':planId'),
        answer: (asked) => ({ status: 200, json: this.#planValues(asked) }),
      },
      { method: 'PUT', path: paths.planState(':planId'), answer: (asked) => this.#planState(asked) },
      {
        method: 'GET',
        path: paths.receipts,
        answer: ({ query }) => ({ status: 200, json: { data: this.#receiptsOf(query.get('target')) } }),
      },
      {
        method: 'POST',
        path: paths.receipts,
        answer: ({ body }) => ({
          status: 201,
          json: this.#createReceipt(CreateReceipt.parse(JSON.parse(body.toString()))),
        }),
      },
      { method: 'PUT', path: paths.receiptValues(':receiptId'), answer: (asked) => this.#receiptValues(asked) },
    ]
  }

  #collections(): Collection[] {
    return [...this.#versions].map(([id, { name, versions }]) => ({
      id,
      name,
      tql: 'indicatorActive = true',
      version: versions.length,
      count: versions.at(-1)?.values.length ?? 0,
      refreshedAt: versions.length === 0 ? null : now(),
      freshnessSeconds: 60,
      description: null,
      madeBy: null,
      isShared: true,
    }))
  }

  #values({ params }: Asked): Answered {
    const version = this.#versions.get(params['id'] ?? '')?.versions[Number(params['version']) - 1]
    if (version === undefined) return { status: 404, json: {} }
    const lines = version.values.map((pair) => `${JSON.stringify(pair)}\n`).join('')
    const sha256 = createHash('sha256').update(lines).digest('hex')
    const end = JSON.stringify({ count: version.values.length, sha256, leftOut: version.leftOut })
    return {
      status: 200,
      body: gzipSync(`${lines}${end}\n`),
      headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    }
  }

  #createPlan(created: CreatePlan): Plan {
    const { heldDigest, ...facts } = created
    if (heldDigest === '') throw new Error('no digest of what was held')
    const plan = {
      ...facts,
      id: `plan-${this.plans.length + 1}`,
      executionId: 'execution-1',
      control: 'control',
      state: 'draft' as const,
      collectionName: this.#name(created.collectionId),
      add: 0,
      remove: 0,
      createdAt: now(),
      decidedBy: null,
      values: [],
      created,
    }
    this.plans.push(plan)
    return wire(plan)
  }

  #planValues({ params, body }: Asked): Plan {
    const plan = this.#plan(params['planId'])
    plan.values = ndjson(body).map((line) => PlanValue.parse(line))
    const changes = plan.values.filter(([change]) => change !== 'left-out')
    const lines = changes.map((value) => `${value.join('\t')}\n`)
    if (lines.some((line, index) => index > 0 && compareUtf8(lines[index - 1] ?? '', line) >= 0))
      throw new Error('the plan is not sorted')
    const { collectionVersion, heldDigest } = plan.created
    const checksum = createHash('sha256')
      .update(`${lines.join('')}${collectionVersion}\n${heldDigest}\n`)
      .digest('hex')
    if (checksum !== plan.checksum) throw new Error('the checksum is not that of the values')
    plan.add = changes.filter(([change]) => change === 'add').length
    plan.remove = changes.length - plan.add
    plan.state = this.alwaysAsk || plan.guards.some(({ tripped }) => tripped) ? 'waiting' : 'ready'
    return wire(plan)
  }

  #planState({ params, body }: Asked): Answered {
    const { state, reason } = UpdatePlanState.parse(JSON.parse(body.toString()))
    const plan = this.#plan(params['planId'])
    const allowed = state === 'applying' ? ['ready'] : state === 'applied' ? ['applying'] : ['ready', 'applying']
    if (!allowed.includes(plan.state)) throw new Error(`a plan in state ${plan.state} does not become ${state}`)
    Object.assign(plan, { state, reason })
    return { status: 200, json: wire(plan) }
  }

  #createReceipt(created: CreateReceipt): Receipt {
    const receipt = {
      ...created,
      reason: created.reason ?? null,
      id: `receipt-${this.receipts.length + 1}`,
      executionId: 'execution-1',
      control: 'control',
      collectionName: this.#name(created.collectionId),
      serverName: 'server-1',
      createdAt: now(),
      values: [],
    }
    this.receipts.push(receipt)
    return receipt
  }

  #receiptValues({ params, body }: Asked): Answered {
    const receipt = this.receipts.find(({ id }) => id === params['receiptId'])
    if (receipt === undefined) return { status: 404, json: {} }
    const values = ndjson(body).map((line) => ReceiptValue.parse(line))
    for (const kind of ['missing', 'extra'] as const) {
      const named = values.filter(([what]) => what === kind).length
      if (named !== receipt[kind]) throw new Error(`${receipt[kind]} values are ${kind}, and ${named} are named`)
    }
    Object.assign(receipt, { values })
    return { status: 204, body: Buffer.alloc(0) }
  }

  #receiptsOf(target: string | null): Receipt[] {
    return this.receipts.filter((receipt) => target === null || receipt.target === target).toReversed()
  }

  #plan(planId: string | undefined): HubPlans['plans'][number] {
    const plan = this.plans.find(({ id }) => id === planId)
    if (plan === undefined) throw new Error(`no plan ${planId}`)
    return plan
  }

  #name(collectionId: string): string {
    return this.#versions.get(collectionId)?.name ?? ''
  }
}

function wire({ values: _values, created: _created, reason: _reason, ...plan }: HubPlans['plans'][number]): Plan {
  return plan
}

function ndjson(body: Buffer): unknown[] {
  return body
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}
