import { createReadStream } from 'node:fs'
import { CollectionPage, paths, Plan, planText, Receipt, ReceiptPage, receiptText } from '@postern/protocol'
import type { CreatePlan, CreateReceipt, UpdatePlanState } from '@postern/protocol'
import type { Logger } from '../launch/logger.ts'
import { HubProblem } from '../net/hub-session.ts'
import type { HubCall, HubSession } from '../net/hub-session.ts'
import type { CollectionVersion, PlanStore, ValuesFile, VersionValues } from './plan-store.ts'
import { readValues } from './values-stream.ts'
import type { WrittenFile } from './written-file.ts'

/** How far back a receipt is looked for that was verified. */
const receiptsRead = 50

/** Plans and receipts as rows of the hub, written with the execution's token (D5). */
export class HubPlanStore implements PlanStore {
  readonly #hub: HubSession
  readonly #log: Logger
  readonly #written: WrittenFile

  constructor(hub: HubSession, written: WrittenFile, log: Logger) {
    this.#hub = hub
    this.#written = written
    this.#log = log
  }

  async collection(idOrName: string): Promise<CollectionVersion> {
    const page = await this.#hub.call('GET', paths.collections, CollectionPage, { query: { name: idOrName } })
    const found = page.data.find(({ id, name }) => id === idOrName || name === idOrName)
    if (found === undefined) throw new Error(`there is no data collection ${idOrName}, or this job may not read it`)
    return found
  }

  async values(collectionId: string, version: number): Promise<VersionValues> {
    const answer = await this.#hub.open(paths.collectionValues(collectionId, version))
    let leftOut: Readonly<Record<string, number>> = {}
    return { values: readValues(answer.body, (end) => (leftOut = end.leftOut)), leftOut: () => leftOut }
  }

  async lastReceipts(target: string): Promise<readonly Receipt[]> {
    try {
      const page = await this.#hub.call('GET', paths.receipts, ReceiptPage, { query: { target, limit: receiptsRead } })
      return page.data
        .filter((receipt) => receipt.target === target)
        .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    } catch (error) {
      if (!(error instanceof HubProblem) || (error.status !== 403 && error.status !== 404)) throw error
      this.#log.warn(
        'the hub does not show earlier receipts to this run: the guard held-jumped has nothing to compare with',
      )
      return []
    }
  }

  plan(planId: string): Promise<Plan> {
    return this.#hub.call('GET', paths.plan(planId), Plan)
  }

  async createPlan(plan: CreatePlan, values: ValuesFile): Promise<Plan> {
    // Named first: what was sent and not named would look like somebody else's.
    this.#written.add('plan', planText(plan))
    const draft = await this.#hub.call('POST', paths.plans, Plan, { json: plan })
    return await this.#hub.call('PUT', paths.planValues(draft.id), Plan, ndjson(values))
  }

  async setPlanState(planId: string, update: UpdatePlanState): Promise<void> {
    await this.#hub.send('PUT', paths.planState(planId), { json: update })
  }

  async writeReceipt(receipt: CreateReceipt, values: ValuesFile): Promise<void> {
    this.#written.add('receipt', receiptText(receipt, values.linesSha256))
    const { id } = await this.#hub.call('POST', paths.receipts, Receipt, { json: receipt })
    await this.#hub.send('PUT', paths.receiptValues(id), ndjson(values))
  }
}

function ndjson({ path, bytes }: ValuesFile): HubCall {
  return {
    headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    body: { bytes, open: () => createReadStream(path) },
  }
}
