import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { LedgerItem, LedgerOutcome } from '@postern/protocol'
import type { PoolClient } from 'pg'
import type { ItemOutcomes } from './item-outcomes.ts'
import type { PreparedBatch } from './prepared-batch.ts'

/** One item as a block holds it: position, kind, type, summary, code, reason. */
type BlockItem = [number, LedgerItem['kind'], string, string, string | null, string | null]

/** Items in one block of the ledger. */
const blockItemsMax = 10_000
const compress = promisify(gzip)
const decompress = promisify(gunzip)
/** A block is our own writing; this only keeps a damaged one from filling memory. */
const blockBytesMax = 512 * 1024 * 1024

/** Writes the ledger of a batch: every item with its outcome, in the batch's own transaction. */
export async function writeLedger(
  client: PoolClient,
  batchId: string,
  batch: PreparedBatch,
  outcomes: ItemOutcomes,
): Promise<void> {
  for (const [outcome, items] of byOutcome(batch, outcomes)) {
    for (let start = 0, number = 0; start < items.length; start += blockItemsMax, number++) {
      const block = items.slice(start, start + blockItemsMax)
      await client.query(
        'insert into batch_item_block (batch_id, outcome, number, item_count, has_reason, items) values ($1, $2, $3, $4, $5, $6)',
        [
          batchId,
          outcome,
          number,
          block.length,
          block.some((item) => item[5] !== null),
          await compress(JSON.stringify(block), { level: 1 }),
        ],
      )
    }
  }
}

export async function readBlock(items: Buffer): Promise<BlockItem[]> {
  const text = (await decompress(items, { maxOutputLength: blockBytesMax })).toString()
  return JSON.parse(text) as BlockItem[]
}

export function toLedgerItem(batchId: string, outcome: LedgerOutcome, item: BlockItem): LedgerItem {
  const [position, kind, type, summary, code, reason] = item
  return { batchId, position, kind, type, summary, outcome, code, reason }
}

function byOutcome(batch: PreparedBatch, outcomes: ItemOutcomes): Map<LedgerOutcome, BlockItem[]> {
  const items = new Map<LedgerOutcome, BlockItem[]>()
  for (const [position, type] of batch.types.entries()) {
    const outcome = outcomes.of(position)
    if (outcome === undefined) continue
    const note = outcomes.notes.get(position)
    const item: BlockItem = [
      position,
      kindOf(batch, position),
      type,
      batch.summaries[position] ?? '',
      note?.code ?? null,
      note?.reason ?? null,
    ]
    const list = items.get(outcome)
    if (list === undefined) items.set(outcome, [item])
    else list.push(item)
  }
  return items
}

export function kindOf(batch: PreparedBatch, position: number): LedgerItem['kind'] {
  if (position < batch.groupCount) return 'group'
  return position < batch.groupCount + batch.indicatorCount ? 'indicator' : 'association'
}
