import { kindOf } from './ledger/ledger-blocks.ts'
import type { ItemOutcomes } from './ledger/item-outcomes.ts'
import type { PreparedBatch } from './content/prepared-batch.ts'

/** The sums of a batch's ledger, as its row keeps them. */
export type BatchCounts = {
  item_count: number
  created: number
  updated: number
  unchanged: number
  deleted: number
  refused: number
  partial: number
  unprocessed: number
  groups_created: number
  groups_updated: number
  groups_unchanged: number
  groups_deleted: number
  groups_refused: number
  associations: number
  associations_refused: number
}

export function countItems(batch: PreparedBatch, outcomes: ItemOutcomes, associations: number): BatchCounts {
  const itemCount = batch.groupCount + batch.indicatorCount + batch.associationCount
  const counts: BatchCounts = {
    item_count: itemCount,
    created: 0,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    refused: 0,
    partial: 0,
    unprocessed: itemCount - batch.processedCount,
    groups_created: 0,
    groups_updated: 0,
    groups_unchanged: 0,
    groups_deleted: 0,
    groups_refused: 0,
    associations,
    associations_refused: 0,
  }
  for (let position = 0; position < batch.processedCount; position++) {
    const outcome = outcomes.of(position)
    if (outcome === undefined) continue
    const kind = kindOf(batch, position)
    if (kind === 'indicator') counts[outcome]++
    else if (kind === 'group') counts[`groups_${outcome}`]++
    else if (outcome === 'refused') counts.associations_refused++
    if (outcome !== 'refused' && outcomes.notes.has(position)) counts.partial++
  }
  return counts
}
