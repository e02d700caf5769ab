import type { LedgerOutcome } from '@postern/protocol'
import type { PreparedBatch, PreparedRows } from '../content/prepared-batch.ts'

/** What became of each item, by position. */
export class ItemOutcomes {
  readonly #outcomes: (LedgerOutcome | undefined)[]
  #hasRefused = false
  readonly notes = new Map<number, { code: string; reason: string }>()

  constructor(batch: PreparedBatch) {
    this.#outcomes = Array.from<LedgerOutcome | undefined>({ length: batch.processedCount })
    for (const { position, code, reason } of batch.refused) this.refuse(position, code, reason)
    for (const { position, code, reason } of batch.partial) this.notePart(position, code, reason)
  }

  /** Whether any item was refused; most batches have none. */
  get hasRefused(): boolean {
    return this.#hasRefused
  }

  of(position: number): LedgerOutcome | undefined {
    return this.#outcomes[position]
  }

  refuse(position: number, code: string, reason: string): void {
    this.#outcomes[position] = 'refused'
    this.#hasRefused = true
    this.notes.set(position, { code, reason })
  }

  /** Written, but a part of it was not; the first reason is kept. */
  notePart(position: number, code: string, reason: string): void {
    if (!this.notes.has(position)) this.notes.set(position, { code, reason })
  }

  /** The positions of each outcome, ascending. */
  positions(): Map<LedgerOutcome, number[]> {
    const positions = new Map<LedgerOutcome, number[]>()
    for (const [position, outcome] of this.#outcomes.entries()) {
      if (outcome === undefined) continue
      const list = positions.get(outcome)
      if (list === undefined) positions.set(outcome, [position])
      else list.push(position)
    }
    return positions
  }

  set(position: number, outcome: LedgerOutcome): void {
    this.#outcomes[position] = outcome
  }

  /** From what became of rows to what became of the items that named them. */
  setFromRows(rows: PreparedRows, ofRow: readonly (LedgerOutcome | undefined)[]): void {
    const named = new Uint8Array(rows.count)
    for (const [index, position] of rows.itemPositions.entries()) {
      // The two arrays have one length.
      const row = rows.itemRows[index]!
      const outcome = ofRow[row]
      if (outcome === undefined) continue
      // A row is created by the first item that names it; further ones change it.
      const own = outcome === 'created' && named[row] === 1 ? 'updated' : outcome
      named[row] = 1
      this.#outcomes[position] = joined(this.#outcomes[position], own)
    }
  }
}

/** A File with several hashes is created only if all are, and unchanged only if all are. */
function joined(one: LedgerOutcome | undefined, other: LedgerOutcome): LedgerOutcome {
  if (one === undefined || one === other) return other
  if (one === 'refused' || other === 'refused') return 'refused'
  if (one === 'deleted' || other === 'deleted') return 'deleted'
  return 'updated'
}
