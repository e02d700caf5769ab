import type { LogPage } from '@postern/protocol'

export type LogRow = LogPage['data'][number]

/** Lines that the console keeps of one log. A longer log keeps its end, and the page says what is left out. */
export const linesKeptMax = 100_000

/** A log as far as it was read: lines in order, each once. */
export class LogLines {
  readonly rows: LogRow[] = []
  /** Lines that were read and let go, to stay within the bound. */
  dropped = 0
  readonly #known = new Set<string>()
  readonly #max: number

  constructor(max = linesKeptMax) {
    this.#max = max
  }

  /**
   * Adds a page. Lines come in order but for chunks that an environment server delivered late; those are put where they
   * belong. A line that is there already changes nothing.
   */
  add(page: readonly LogRow[]): void {
    for (const row of page) {
      const key = lineKey(row)
      if (this.#known.has(key)) continue
      this.#known.add(key)
      this.#insert(row)
    }
    this.#trim()
  }

  #insert(row: LogRow): void {
    let at = this.rows.length
    while (at > 0 && isBefore(row, this.rows[at - 1])) at -= 1
    if (at === this.rows.length) this.rows.push(row)
    else this.rows.splice(at, 0, row)
  }

  #trim(): void {
    // A tenth at a time: taking one line off the front of a long array for each that comes would be slow.
    if (this.rows.length <= this.#max) return
    const surplus = this.rows.length - this.#max + Math.floor(this.#max / 10)
    for (const row of this.rows.splice(0, surplus)) this.#known.delete(lineKey(row))
    this.dropped += surplus
  }
}

/** Names a line within its execution. */
export function lineKey(row: LogRow): string {
  return `${row.attempt}:${row.seq}`
}

function isBefore(row: LogRow, other: LogRow | undefined): boolean {
  if (!other) return false
  return row.attempt < other.attempt || (row.attempt === other.attempt && row.seq < other.seq)
}
