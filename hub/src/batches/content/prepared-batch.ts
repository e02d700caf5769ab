import type { FileItem } from '@postern/intel'
import type { CopyLines } from '../../database/copy/copy-lines.ts'

/**
 * A batch's content after reading, in the shape that is written: COPY lines beside the few things that are decided by. It
 * crosses from the worker thread that reads to the one that writes, and so is memory that can be handed over, and few objects.
 * It comes in messages: first the batch with everything but its indicators and its ledger; then the indicators in parts, so that one
 * part is written while the next is prepared; last the ledger.
 *
 * `position` counts the items as sent: groups, then indicators, then associations. A row is what is stored: a File item with
 * three hashes is three rows, an indicator that two items name is one. `itemPositions[i]` belongs to `itemRows[i]`.
 */
export type PreparedBatch = {
  groupCount: number
  indicatorCount: number
  associationCount: number
  refused: { position: number; code: string; reason: string }[]
  /** Written, but for attributes that their types' rules do not permit. */
  partial: { position: number; code: string; reason: string }[]
  /** From which position on nothing was processed, since an item before was refused and the batch halts on errors. */
  processedCount: number
  groups: PreparedRows
  links: PreparedLinks
  /** Items that name several hashes of a file (D2); ids as 32 hexadecimal digits. */
  files: FileItem[]
  tagNames: string[]
  labelNames: string[]
  attributeNames: string[]
}

export type PreparedRows = {
  count: number
  /** Ids of indicators as a binary uuid[], or xids of groups as the text of a text[]. In the order of rows, as `digests` are. */
  keys: string | Uint8Array<ArrayBuffer>
  digests: Uint8Array<ArrayBuffer>
  /** An entry is a row; its last column says whether it is new to the owner, written once that is known. */
  lines: CopyLines
  /** An entry is all attributes of a row. */
  attributes: CopyLines
  itemPositions: Uint32Array<ArrayBuffer>
  itemRows: Uint32Array<ArrayBuffer>
  /** What exclusion lists say of the rows, as COPY text: indicator, list, entry, whether it blocks exports. Mostly empty. */
  excluded: string
}

/** Lines: position, left kind, left key, right kind, right key, kind of link. */
export type PreparedLinks = { positions: number[]; lines: CopyLines }

export type ReadMessage =
  | { kind: 'batch'; batch: PreparedBatch }
  /** All ids of a part are before those of the next. */
  | { kind: 'indicators'; rows: PreparedRows }
  /** An entry is an item's line of the ledger (ledger-blocks.ts). */
  | { kind: 'ledger'; ledger: CopyLines }
  /** The only message of a content that cannot be read. */
  | { kind: 'unreadable'; tooLarge: boolean; message: string }

/** A batch whose rows were written, for what is written after them. */
export type WholeBatch = PreparedBatch & { indicators: readonly PreparedRows[]; ledger: CopyLines }

/** What of a message may change threads without being copied. */
export function transferable(message: ReadMessage): ArrayBuffer[] {
  switch (message.kind) {
    case 'batch':
      return [...buffersOfRows(message.batch.groups), ...buffersOfLines(message.batch.links.lines)]
    case 'indicators':
      return buffersOfRows(message.rows)
    case 'ledger':
      return buffersOfLines(message.ledger)
    case 'unreadable':
      return []
  }
}

function buffersOfRows({ keys, digests, lines, attributes, itemPositions, itemRows }: PreparedRows): ArrayBuffer[] {
  const arrays = [digests, itemPositions, itemRows, ...(typeof keys === 'string' ? [] : [keys])]
  return [...arrays.map(({ buffer }) => buffer), ...buffersOfLines(lines), ...buffersOfLines(attributes)]
}

function buffersOfLines({ bytes, ends }: CopyLines): ArrayBuffer[] {
  return [bytes.buffer, ends.buffer]
}

/** The rows that some items became. */
export function rowsOf(rows: PreparedRows, positions: ReadonlySet<number>): number[] {
  const found: number[] = []
  for (const [index, position] of rows.itemPositions.entries()) {
    const row = rows.itemRows[index]
    if (row !== undefined && positions.has(position)) found.push(row)
  }
  return found
}
