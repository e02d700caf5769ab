import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { comparePlain, compareUtf8, isPlainOrder } from './compare-utf8.ts'
import { mergeRuns, writeRun } from './spill-run.ts'

/** A row: what it is sorted by, and what it carries. Neither may hold a line feed; a key may hold no carriage return. */
export type SpillRow = readonly [key: string, carried: string]

const bytesInMemoryDefault = 4 * 1024 * 1024
/** Runs merged at once: each holds one open file and one chunk of it. More are merged in rounds. */
const runsAtOnce = 64

/**
 * Sorts more rows than fit into memory: full buffers are sorted and written as runs, reading merges them.
 * Memory is bounded by the buffer and the runs being merged, whatever the number of rows. Rows of equal key keep their order.
 */
export class SortedSpill {
  readonly #parent: string
  readonly #bytesInMemory: number
  #folder: string | undefined
  #buffer: SpillRow[] = []
  #bufferBytes = 0
  #runs: string[] = []
  #runCount = 0
  #count = 0
  /** Nearly all keys are; then they are compared four times as fast. */
  #isPlain = true

  /** @param parent a folder of this run alone; files lie in a folder of their own below it. */
  constructor(parent: string, bytesInMemory = bytesInMemoryDefault) {
    this.#parent = parent
    this.#bytesInMemory = bytesInMemory
  }

  get count(): number {
    return this.#count
  }

  /** Adds a row. What it gives must be awaited; it is nothing as long as the buffer has room. */
  add(key: string, carried = ''): Promise<void> | undefined {
    this.#buffer.push([key, carried])
    this.#isPlain &&= isPlainOrder(key)
    // Two bytes a character is what V8 may need, and 64 for the row itself.
    this.#bufferBytes += (key.length + carried.length) * 2 + 64
    this.#count += 1
    return this.#bufferBytes >= this.#bytesInMemory ? this.#spill() : undefined
  }

  /** All rows in order of their keys' UTF-8 bytes, many at a time. May be read again; adding after reading is an error. */
  async *blocks(): AsyncGenerator<readonly SpillRow[]> {
    if (this.#runs.length === 0) {
      yield this.#sorted()
      return
    }
    if (this.#buffer.length > 0) await this.#spill()
    while (this.#runs.length > runsAtOnce) await this.#mergeRound()
    yield* mergeRuns(this.#runs, this.#compare())
  }

  /** The same, one at a time. */
  async *rows(): AsyncGenerator<SpillRow> {
    for await (const block of this.blocks()) yield* block
  }

  async dispose(): Promise<void> {
    this.#buffer = []
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }

  async #spill(): Promise<void> {
    const rows = this.#sorted()
    this.#buffer = []
    this.#bufferBytes = 0
    this.#runs.push(await this.#write([rows]))
  }

  /** Merges neighbours, so that rows of equal key keep their order. */
  async #mergeRound(): Promise<void> {
    const merged: string[] = []
    for (let start = 0; start < this.#runs.length; start += runsAtOnce) {
      const part = this.#runs.slice(start, start + runsAtOnce)
      merged.push(await this.#write(mergeRuns(part, this.#compare())))
      for (const path of part) await rm(path)
    }
    this.#runs = merged
  }

  async #write(blocks: Iterable<readonly SpillRow[]> | AsyncIterable<readonly SpillRow[]>): Promise<string> {
    this.#folder ??= await mkdtemp(join(this.#parent, 'spill-'))
    this.#runCount += 1
    const path = join(this.#folder, `run-${this.#runCount}`)
    await writeRun(path, blocks)
    return path
  }

  #sorted(): SpillRow[] {
    const compare = this.#compare()
    return this.#buffer.sort((a, b) => compare(a[0], b[0]))
  }

  #compare(): (a: string, b: string) => number {
    return this.#isPlain ? comparePlain : compareUtf8
  }
}
