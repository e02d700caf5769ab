import { BlockCursor, blockItems } from '../spill/block-cursor.ts'
import { compareUtf8 } from '../spill/compare-utf8.ts'
import type { ValueSet } from './value-set.ts'

/** Where a value was found: only in the first set, only in the second, or in both. */
export interface Compared {
  readonly in: 'first' | 'second' | 'both'
  readonly key: string
}

/** Walks two sorted sets side by side; memory holds one block of each (D4). */
export async function* compareSets(first: ValueSet, second: ValueSet): AsyncGenerator<readonly Compared[]> {
  const left = await BlockCursor.on(first.keys())
  const right = await BlockCursor.on(second.keys())
  let block: Compared[] = []
  for (;;) {
    const [a, b] = [left.head, right.head]
    if (a === undefined && b === undefined) break
    const order = a === undefined ? 1 : b === undefined ? -1 : compareUtf8(a, b)
    block.push({ in: order < 0 ? 'first' : order > 0 ? 'second' : 'both', key: (order <= 0 ? a : b) ?? '' })
    if (order <= 0 && left.advance()) await left.fill()
    if (order >= 0 && right.advance()) await right.fill()
    if (block.length < blockItems) continue
    yield block
    block = []
  }
  yield block
}

/** The keys that only one of two sets holds. */
export async function* onlyIn(
  which: 'first' | 'second',
  first: ValueSet,
  second: ValueSet,
): AsyncGenerator<readonly string[]> {
  for await (const block of compareSets(first, second))
    yield block.flatMap((compared) => (compared.in === which ? [compared.key] : []))
}
