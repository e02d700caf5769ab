import type { CopyLines } from './copy-lines.ts'

/**
 * A batch's content after reading, in the shape that is written: COPY lines beside the few things that are decided by. It
 * crosses from the worker thread that reads to the one that writes, and so is memory that can be handed over, and few objects.
 *
 * `position` counts the items as sent: groups, then indicators, then associations. A row is what is stored: a File item with
 * three hashes is three rows, an indicator that two items name is one. `itemPositions[i]` belongs to `itemRows[i]`.
 */
export type PreparedBatch = {
  groupCount: number
  indicatorCount: number
  associationCount: number
  /** An entry is an item's line of the ledger (ledger-blocks.ts). */
  ledger: CopyLines
  refused: { position: number; code: string; reason: string }[]
  /** From which position on nothing was processed, since an item before was refused and the batch halts on errors. */
  processedCount: number
  groups: PreparedRows
  indicators: PreparedRows
  links: PreparedLinks
  tagNames: string[]
  labelNames: string[]
}

export type PreparedRows = {
  count: number
  /** Ids of indicators or xids of groups, as the text of an array; `digests` likewise. In the order of rows. */
  keys: string
  digests: string
  /** An entry is a row; its last column says whether it is new to the owner: `t` until it is known. */
  lines: CopyLines
  /** An entry is all attributes of a row. */
  attributes: CopyLines
  itemPositions: Uint32Array<ArrayBuffer>
  itemRows: Uint32Array<ArrayBuffer>
}

/** Lines: position, left kind, left key, right kind, right key, kind of link. */
export type PreparedLinks = { positions: number[]; lines: CopyLines }

export type ReadContent = { ok: true; batch: PreparedBatch } | { ok: false; tooLarge: boolean; message: string }

/** What may change threads without being copied. */
export function transferable({ groups, indicators, links, ledger }: PreparedBatch): ArrayBuffer[] {
  const lines = [groups.lines, groups.attributes, indicators.lines, indicators.attributes, links.lines, ledger]
  const numbers = [groups.itemPositions, groups.itemRows, indicators.itemPositions, indicators.itemRows]
  return [...lines.flatMap(({ bytes, ends }) => [bytes.buffer, ends.buffer]), ...numbers.map(({ buffer }) => buffer)]
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
