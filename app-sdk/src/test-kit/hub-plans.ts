import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { CreatePlan, CreateReceipt, paths, PlanValue, ReceiptValue, UpdatePlanState } from '@postern/protocol'
import type { Collection, Plan } from '@postern/protocol'
import { compareUtf8 } from '../spill/compare-utf8.ts'
import type { Asked, Answered, HubRoute } from './hub-routes.ts'
import { type KeptPlan, KeptPlans, type KeptReceipt } from './kept-plans.ts'

type Pair = readonly [type: string, value: string]
const now = () => new Date().toISOString()

/** The export side of the double: collections with versions, plans and receipts. */
export class HubPlans {
  readonly #versions = new Map<
    string,
    { name: string; versions: { values: readonly Pair[]; leftOut: Record<string, number> }[] }
  >()
  readonly #kept = new KeptPlans()

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

  get plans(): KeptPlan[] {
    return this.#kept.plans
  }

  get receipts(): KeptReceipt[] {
    return this.#kept.receipts
  }

  /** The job's mode: every plan waits. */
  set alwaysAsk(always: boolean) {
    this.#kept.alwaysAsk = always
  }

  /** What an approval puts into the next execution's parameters (D5). */
  approve(planId: string): string {
    const { planId: id, checksum } = this.#kept.approve(this.#plan(planId))
    return `${id}:${checksum}`
  }

  routes(): HubRoute[] {
    return [
      { method: 'GET', path: paths.collections, answer: () => ({ status: 200, json: { data: this.#collections() } }) },
      { method: 'GET', path: paths.collectionValues(':id', ':version'), answer: (asked) => this.#values(asked) },
      {
        method: 'POST',
        path: paths.plans,
        answer: ({ body }) => {
          const created = CreatePlan.parse(JSON.parse(body.toString()))
          return { status: 201, json: wire(this.#kept.draft(created, this.#name(created.collectionId))) }
        },
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
        answer: ({ query }) => ({ status: 200, json: { data: this.#kept.receiptsOf(query.get('target')) } }),
      },
      {
        method: 'POST',
        path: paths.receipts,
        answer: ({ body }) => {
          const created = CreateReceipt.parse(JSON.parse(body.toString()))
          return { status: 201, json: this.#kept.draftReceipt(created, this.#name(created.collectionId)) }
        },
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

  #planValues({ params, body }: Asked): Plan {
    const values = ndjson(body).map((line) => PlanValue.parse(line))
    return wire(this.#kept.fill(this.#plan(params['planId']), values))
  }

  #planState({ params, body }: Asked): Answered {
    const plan = this.#plan(params['planId'])
    this.#kept.setState(plan, UpdatePlanState.parse(JSON.parse(body.toString())))
    return { status: 200, json: wire(plan) }
  }

  #receiptValues({ params, body }: Asked): Answered {
    const receipt = this.receipts.find(({ id }) => id === params['receiptId'])
    if (receipt === undefined) return { status: 404, json: {} }
    this.#kept.fillReceipt(
      receipt,
      ndjson(body).map((line) => ReceiptValue.parse(line)),
    )
    return { status: 204, body: Buffer.alloc(0) }
  }

  #plan(planId: string | undefined): KeptPlan {
    const plan = this.#kept.plan(planId)
    if (plan === undefined) throw new Error(`no plan ${planId}`)
    return plan
  }

  #name(collectionId: string): string {
    return this.#versions.get(collectionId)?.name ?? ''
  }
}

function wire({ values: _values, created: _created, reason: _reason, ...plan }: KeptPlan): Plan {
  return plan
}

function ndjson(body: Buffer): unknown[] {
  return body
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}
