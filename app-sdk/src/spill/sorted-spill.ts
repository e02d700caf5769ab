import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { compareUtf8 } from './compare-utf8.ts'
import { readLines } from './read-lines.ts'

/** A row: what it is sorted by, and what it carries. Neither may hold a line feed; a key may hold no carriage return. */
export type SpillRow = readonly [key: string, carried: string]

const bytesInMemoryDefault = 16 * 1024 * 1024
/** Runs merged at once: each holds one file and one chunk of 64 KB. More are merged in rounds. */
const runsAtOnce = 64
const lineBytesMax = 64 * 1024 * 1024
/** Between key and carried text in a run; a key cannot hold it. */
const mark = '\r'

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

  /** @param parent a folder of this run alone; files lie in a folder of their own below it. */
  constructor(parent: string, bytesInMemory = bytesInMemoryDefault) {
    this.#parent = parent
    this.#bytesInMemory = bytesInMemory
  }

  get count(): number {
    return this.#count
  }

  async add(key: string, carried = ''): Promise<void> {
    this.#buffer.push([key, carried])
    // Two bytes a character is what V8 may need, and 64 for the row itself.
    this.#bufferBytes += (key.length + carried.length) * 2 + 64
    this.#count += 1
    if (this.#bufferBytes >= this.#bytesInMemory) await this.#writeRun()
  }

  /** All rows in order of their keys' UTF-8 bytes. May be read again; adding after reading is an error. */
  async *rows(): AsyncGenerator<SpillRow> {
    if (this.#runs.length === 0) {
      this.#buffer.sort((a, b) => compareUtf8(a[0], b[0]))
      yield* this.#buffer
      return
    }
    if (this.#buffer.length > 0) await this.#writeRun()
    while (this.#runs.length > runsAtOnce) await this.#mergeRound()
    yield* merge(this.#runs)
  }

  async dispose(): Promise<void> {
    this.#buffer = []
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }

  async #writeRun(): Promise<void> {
    this.#buffer.sort((a, b) => compareUtf8(a[0], b[0]))
    const path = await this.#write(this.#buffer)
    this.#runs.push(path)
    this.#buffer = []
    this.#bufferBytes = 0
  }

  /** Merges neighbours, so that rows of equal key keep their order. */
  async #mergeRound(): Promise<void> {
    const merged: string[] = []
    for (let start = 0; start < this.#runs.length; start += runsAtOnce) {
      const part = this.#runs.slice(start, start + runsAtOnce)
      merged.push(await this.#write(merge(part)))
      for (const path of part) await rm(path)
    }
    this.#runs = merged
  }

  async #write(rows: Iterable<SpillRow> | AsyncIterable<SpillRow>): Promise<string> {
    this.#folder ??= await mkdtemp(join(this.#parent, 'spill-'))
    this.#runCount += 1
    const path = join(this.#folder, `run-${this.#runCount}`)
    await writeLines(path, lines(rows))
    return path
  }
}

async function* lines(rows: Iterable<SpillRow> | AsyncIterable<SpillRow>): AsyncGenerator<string> {
  for await (const [key, carried] of rows) yield `${key}${mark}${carried}\n`
}

/** Writes lines to a new file, readable to the app's user alone. */
async function writeLines(path: string, rows: AsyncIterable<string>): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  let pending: string[] = []
  let characters = 0
  for await (const line of rows) {
    pending.push(line)
    characters += line.length
    if (characters < 256 * 1024) continue
    await file.write(pending.join(''))
    pending = []
    characters = 0
  }
  if (pending.length > 0) await file.write(pending.join(''))
}

async function* readRun(path: string): AsyncGenerator<SpillRow> {
  for await (const line of readLines(createReadStream(path), lineBytesMax)) {
    const text = line.toString('utf8')
    const end = text.indexOf(mark)
    yield [text.slice(0, end), text.slice(end + 1)]
  }
}

async function* merge(paths: readonly string[]): AsyncGenerator<SpillRow> {
  const heads: { row: SpillRow; order: number; rest: AsyncGenerator<SpillRow> }[] = []
  for (const [order, path] of paths.entries()) {
    const rest = readRun(path)
    const first = await rest.next()
    if (first.done !== true) heads.push({ row: first.value, order, rest })
  }
  const before = (a: (typeof heads)[number], b: (typeof heads)[number]) =>
    compareUtf8(a.row[0], b.row[0]) || a.order - b.order
  heads.sort(before)
  while (heads.length > 0) {
    const head = heads.shift()
    if (head === undefined) return
    yield head.row
    const next = await head.rest.next()
    if (next.done === true) continue
    head.row = next.value
    // Runs are few, so the place of the new head is found by walking.
    const place = heads.findIndex((other) => before(head, other) < 0)
    heads.splice(place < 0 ? heads.length : place, 0, head)
  }
}
