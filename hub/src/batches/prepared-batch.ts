import type { CopyLines } from './copy-lines.ts'

/**
 * A batch's content after reading, in the shape that is written: COPY lines beside the few things that are decided by. Plain
 * arrays, since it crosses from the worker thread that reads to the one that writes.
 *
 * `position` counts the items as sent: groups, then indicators, then associations. A row is what is stored: a File item with
 * three hashes is three rows, an indicator that two items name is one. `itemPositions[i]` belongs to `itemRows[i]`.
 */
export type PreparedBatch = {
  groupCount: number
  indicatorCount: number
  associationCount: number
  /** By position. */
  types: string[]
  summaries: string[]
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
  /** Indicator ids as 32 hexadecimal digits, sorted; of groups the xids. */
  keys: string[]
  digests: string[]
  /** An entry is a row; its last column says whether it is new to the owner: `t` until it is known. */
  lines: CopyLines
  /** An entry is all attributes of a row. */
  attributes: CopyLines
  itemPositions: number[]
  itemRows: number[]
}

/** Lines: position, left kind, left key, right kind, right key, kind of link. */
export type PreparedLinks = { positions: number[]; lines: CopyLines }

export type ReadContent = { ok: true; batch: PreparedBatch } | { ok: false; tooLarge: boolean; message: string }

/** What may change threads without being copied. */
export function transferable({ groups, indicators, links }: PreparedBatch): ArrayBuffer[] {
  return [groups.lines, groups.attributes, indicators.lines, indicators.attributes, links.lines].flatMap(
    ({ bytes, ends }) => [bytes.buffer, ends.buffer],
  )
}
