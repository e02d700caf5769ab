import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { BlockCursor, blockItems } from './block-cursor.ts'
import { readLineBlocks } from './read-lines.ts'
import type { SpillRow } from './sorted-spill.ts'

const lineBytesMax = 64 * 1024 * 1024
const writtenCharacters = 256 * 1024
/** Between key and carried text in a run; a key cannot hold it. */
const mark = '\r'

/** Writes sorted rows to a new file, readable to the app's user alone. */
export async function writeRun(
  path: string,
  blocks: Iterable<readonly SpillRow[]> | AsyncIterable<readonly SpillRow[]>,
): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  let pending = ''
  for await (const block of blocks) {
    for (const [key, carried] of block) {
      pending += `${key}${mark}${carried}\n`
      if (pending.length < writtenCharacters) continue
      await file.write(pending)
      pending = ''
    }
  }
  if (pending !== '') await file.write(pending)
}

async function* readRun(path: string): AsyncGenerator<SpillRow[]> {
  for await (const lines of readLineBlocks(createReadStream(path), lineBytesMax)) yield lines.map(readRow)
}

function readRow(line: Buffer): SpillRow {
  const text = line.toString('utf8')
  const end = text.indexOf(mark)
  return [text.slice(0, end), text.slice(end + 1)]
}

interface Head {
  readonly cursor: BlockCursor<SpillRow>
  /** Place of the run: of equal keys the earlier run's come first. */
  readonly order: number
}

/** The rows of several sorted runs in one order. */
export async function* mergeRuns(
  paths: readonly string[],
  compare: (a: string, b: string) => number,
): AsyncGenerator<SpillRow[]> {
  const heads: Head[] = []
  for (const [order, path] of paths.entries())
    insert(heads, { cursor: await BlockCursor.on(readRun(path)), order }, compare)
  let block: SpillRow[] = []
  for (let first = heads.shift(); first?.cursor.head !== undefined; first = heads.shift()) {
    block.push(first.cursor.head)
    if (first.cursor.advance()) await first.cursor.fill()
    insert(heads, first, compare)
    if (block.length < blockItems) continue
    yield block
    block = []
  }
  if (block.length > 0) yield block
}

/** Puts a run's head in its place among the others; a run that is used up is left out. */
function insert(heads: Head[], head: Head, compare: (a: string, b: string) => number): void {
  const row = head.cursor.head
  if (row === undefined) return
  let [low, high] = [0, heads.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = heads[middle]
    const isBefore =
      other?.cursor.head !== undefined && (compare(other.cursor.head[0], row[0]) || other.order - head.order) < 0
    if (isBefore) low = middle + 1
    else high = middle
  }
  heads.splice(low, 0, head)
}
