import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { LedgerItem, LedgerOutcome } from '@postern/protocol'
import type { PoolClient } from 'pg'
import { type CopyLines, selectEntries } from '../../database/copy/copy-lines.ts'
import type { ItemOutcomes } from './item-outcomes.ts'
import type { PreparedBatch, WholeBatch } from '../content/prepared-batch.ts'

/** One item as a block holds it: position, kind, type, summary, code, reason. */
export type BlockItem = [number, LedgerItem['kind'], string, string, string | null, string | null]

/** Items in one block of the ledger. */
const blockItemsMax = 10_000
const compress = promisify(gzip)
const decompress = promisify(gunzip)
/** A block is our own writing; this only keeps a damaged one from filling memory. */
const blockBytesMax = 512 * 1024 * 1024
const blockStart = Buffer.from('[')
// Every item's line ends in a comma.
const blockEnd = Buffer.from('null]')

/** An item's line: its JSON and a comma, so that lines in a row are most of a block. */
export function ledgerLine([position, kind, type, summary, code, reason]: BlockItem): string {
  // Put together by hand, since most items have nothing to say but what they are, and all pass here.
  const why = code === null && reason === null ? 'null,null' : `${JSON.stringify(code)},${JSON.stringify(reason)}`
  return `[${position},"${kind}",${JSON.stringify(type)},${JSON.stringify(summary)},${why}],`
}

/** The item that an entry of a prepared ledger is of. */
export function ledgerEntry(ledger: CopyLines, position: number): BlockItem {
  const line = Buffer.concat(selectEntries(ledger, [position])).toString()
  // Written by ledgerLine.
  return JSON.parse(line.slice(0, line.lastIndexOf(','))) as BlockItem
}

/** Writes the ledger of a batch: every item with its outcome, in the batch's own transaction. */
export async function writeLedger(
  client: PoolClient,
  batchId: string,
  batch: WholeBatch,
  outcomes: ItemOutcomes,
): Promise<void> {
  for (const [outcome, positions] of outcomes.positions()) {
    for (let start = 0, number = 0; start < positions.length; start += blockItemsMax, number++) {
      const block = positions.slice(start, start + blockItemsMax)
      await client.query(
        'insert into batch_item_block (batch_id, outcome, number, item_count, has_reason, items) values ($1, $2, $3, $4, $5, $6)',
        [
          batchId,
          outcome,
          number,
          block.length,
          outcomes.notes.size > 0 && block.some((position) => outcomes.notes.has(position)),
          await compress(Buffer.concat([blockStart, ...blockPieces(batch, outcomes, block), blockEnd]), { level: 1 }),
        ],
      )
    }
  }
}

/** Lines as they were prepared, but for those that writing gave a reason. */
function blockPieces(batch: WholeBatch, outcomes: ItemOutcomes, positions: readonly number[]): Uint8Array[] {
  if (outcomes.notes.size === 0) return selectEntries(batch.ledger, positions)
  return positions.flatMap((position) => {
    const note = outcomes.notes.get(position)
    if (note === undefined) return selectEntries(batch.ledger, [position])
    const [, kind, type, summary] = ledgerEntry(batch.ledger, position)
    return [Buffer.from(ledgerLine([position, kind, type, summary, note.code, note.reason]))]
  })
}

export async function readBlock(items: Buffer): Promise<BlockItem[]> {
  const text = (await decompress(items, { maxOutputLength: blockBytesMax })).toString()
  const lines = JSON.parse(text) as (BlockItem | null)[]
  return lines.filter((line) => line !== null)
}

export function toLedgerItem(batchId: string, outcome: LedgerOutcome, item: BlockItem): LedgerItem {
  const [position, kind, type, summary, code, reason] = item
  return { batchId, position, kind, type, summary, outcome, code, reason }
}

export function kindOf(
  batch: Pick<PreparedBatch, 'groupCount' | 'indicatorCount'>,
  position: number,
): LedgerItem['kind'] {
  if (position < batch.groupCount) return 'group'
  return position < batch.groupCount + batch.indicatorCount ? 'indicator' : 'association'
}
