import { hash, randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

import type { FaultName } from '../faults/fault-rule.ts'
import type { AedDialect } from './dialect.ts'
import type { AedLimits } from './options.ts'
import { judgeObject } from './stix/judge-object.ts'
import type { StixRow } from './stix/judge-object.ts'
import { sortableNow, wireTimestamp } from './stix/timestamp.ts'
import { inTransaction } from './store/appliance-database.ts'
import type { Collection } from './store/collection-store.ts'
import type { ObjectStore } from './store/object-store.ts'
import type { CompleteStatus, StatusStore } from './store/status-store.ts'

type Outcome = { readonly kind: 'success' } | { readonly kind: 'failure'; readonly message: string }
const success: Outcome = { kind: 'success' }
const pollsForEver = Number.MAX_SAFE_INTEGER

/**
 * Takes bundles into collections and removes objects again, within the appliance's limits.
 * Every change is one synchronous transaction, so two clients posting at once never see or count half of the other.
 */
export class Intake {
  #database: DatabaseSync
  #objects: ObjectStore
  #statuses: StatusStore
  #dialect: AedDialect
  #limits: AedLimits
  #counts: Map<number, { indicators: number; others: number }>

  constructor(parts: {
    database: DatabaseSync
    objects: ObjectStore
    statuses: StatusStore
    collections: readonly Collection[]
    dialect: AedDialect
    limits: AedLimits
  }) {
    this.#database = parts.database
    this.#objects = parts.objects
    this.#statuses = parts.statuses
    this.#dialect = parts.dialect
    this.#limits = parts.limits
    this.#counts = new Map(parts.collections.map((collection) => [collection.number, parts.objects.counts(collection)]))
  }

  /** Objects in use in one collection. */
  counts(collection: Collection): { readonly indicators: number; readonly others: number } {
    return this.#counts.get(collection.number) ?? { indicators: 0, others: 0 }
  }

  /** Takes a bundle's objects, in their order, and keeps a status resource about it. Of faults it plays those that concern storing. */
  take(collection: Collection, objects: readonly unknown[], fault?: FaultName): CompleteStatus {
    const storeNothing = fault === 'store-nothing-answer-ok' || fault === 'pending-for-ever'
    const pendingPolls = fault === 'pending-for-ever' ? pollsForEver : this.#dialect.pendingPolls
    const takenMax = fault === 'truncate' ? Math.floor(objects.length / 2) : objects.length
    const inOrder = [...objects.entries()]
    return this.#changing(collection, () => {
      const addedAt = sortableNow()
      const successes: string[] = []
      const failures: Array<{ id: string; message: string }> = []
      for (const [position, object] of fault === 'reorder' ? inOrder.toReversed() : inOrder) {
        const verdict = judgeObject(object, position, this.#dialect)
        const stixId = verdict.kind === 'take' ? verdict.row.stixId : verdict.stixId
        const isForgotten = storeNothing || position >= takenMax
        const outcome = isForgotten ? success : this.#decide(collection, verdict, addedAt)
        if (fault === 'duplicate' && verdict.kind === 'take') this.#store(collection, doubled(verdict.row), addedAt)
        if (outcome.kind === 'success') successes.push(stixId)
        else failures.push({ id: stixId, message: outcome.message })
      }
      if (!storeNothing) this.#objects.forgetRevoked(collection, this.#limits.indicatorsPerCollection)
      const status = { id: randomUUID(), requestTimestamp: wireTimestamp(addedAt), successes, failures }
      this.#statuses.add(status, pendingPolls)
      return status
    })
  }

  remove(collection: Collection, stixIds: readonly string[]): void {
    this.#changing(collection, () => {
      this.#objects.deleteByIds(collection, stixIds)
      this.#counts.set(collection.number, this.#objects.counts(collection))
    })
  }

  clear(collection: Collection): void {
    this.#changing(collection, () => {
      this.#objects.clear(collection)
      this.#counts.set(collection.number, { indicators: 0, others: 0 })
    })
  }

  /** Puts back what all collections held when the objects were kept. */
  recall(collections: readonly Collection[]): void {
    inTransaction(this.#database, () => this.#objects.recall())
    for (const collection of collections) this.#counts.set(collection.number, this.#objects.counts(collection))
  }

  #decide(collection: Collection, verdict: ReturnType<typeof judgeObject>, addedAt: string): Outcome {
    if (verdict.kind === 'take') return this.#store(collection, verdict.row, addedAt)
    if (verdict.kind === 'unsupported' && this.#dialect.unsupportedObjects === 'ignored') return success
    return { kind: 'failure', message: verdict.message }
  }

  /** Later `modified` wins; the same or an earlier one changes nothing and is no failure (STIX 2.0 part 1, 3.4). */
  #store(collection: Collection, row: StixRow, addedAt: string): Outcome {
    const known = this.#objects.find(collection, row.stixId)
    if (known !== undefined && row.modified <= known.modified) return success
    if (row.revoked && this.#dialect.revoke === 'ignored') return success
    if (known?.revoked === true && this.#dialect.afterRevoke === 'refused') {
      return { kind: 'failure', message: 'this id was revoked, and revoking is permanent' }
    }
    const isInUse = known !== undefined && !known.revoked
    if (!row.revoked && !isInUse) {
      const full = this.#whyFull(collection, row)
      if (full !== undefined) return { kind: 'failure', message: full }
    }
    if (known === undefined) this.#objects.insert(collection, row, addedAt)
    else this.#objects.replace(known.seq, row)
    this.#count(collection, row, Number(!row.revoked) - Number(isInUse))
    return success
  }

  #whyFull(collection: Collection, row: StixRow): string | undefined {
    const { indicatorsPerCollection, indicatorsTotal } = this.#limits
    const counts = this.counts(collection)
    if (row.type !== 'indicator') {
      return counts.others < indicatorsPerCollection
        ? undefined
        : `the collection holds its ${indicatorsPerCollection} objects`
    }
    if (counts.indicators >= indicatorsPerCollection)
      return `the collection holds its ${indicatorsPerCollection} indicators`
    const total = [...this.#counts.values()].reduce((sum, each) => sum + each.indicators, 0)
    return total < indicatorsTotal ? undefined : `the appliance holds its ${indicatorsTotal} indicators`
  }

  #count(collection: Collection, row: StixRow, change: number): void {
    const counts = { ...this.counts(collection) }
    if (row.type === 'indicator') counts.indicators += change
    else counts.others += change
    this.#counts.set(collection.number, counts)
  }

  #changing<T>(collection: Collection, work: () => T): T {
    const before = this.counts(collection)
    try {
      return inTransaction(this.#database, work)
    } catch (error) {
      // The transaction was rolled back; the numbers beside it go back with it.
      this.#counts.set(collection.number, before)
      throw error
    }
  }
}

/** The same object under an id of its own that is the same each time. */
function doubled(row: StixRow): StixRow {
  const digest = hash('sha256', row.stixId)
  const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`
  const stixId = `${row.type}--${uuid}`
  return { ...row, stixId, json: JSON.stringify({ ...(JSON.parse(row.json) as object), id: stixId }) }
}
