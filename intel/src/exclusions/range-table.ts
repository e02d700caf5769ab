import { sharedNumbers } from './growing-numbers.ts'
import { compareWords } from './hits-rule.ts'

/**
 * Ranges of addresses that do not overlap, in order, so that one search finds whether another range overlaps with any. Networks nest
 * or are apart, so that of nested ones the outermost stands for all.
 * An address has `words` numbers: one for IPv4, four for IPv6.
 */
export interface RangeTable {
  readonly words: 1 | 4
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly entries: Uint32Array
}

/** @param entries one a range, ascending */
export function makeRangeTable(words: 1 | 4, from: Uint32Array, to: Uint32Array, entries: Uint32Array): RangeTable {
  const compare = words === 1 ? compareWord : compareWords
  const kept: number[] = []
  for (const range of words === 1 ? orderV4(from) : orderV6(from)) {
    const last = kept.at(-1)
    if (last === undefined || compare(from, range * words, to, last * words) > 0) kept.push(range)
    // Both begin at one place: the wider one holds the other.
    else if (compare(to, range * words, to, last * words) > 0) kept[kept.length - 1] = range
  }
  return {
    words,
    from: pick(from, kept, words),
    to: pick(to, kept, words),
    entries: pick(entries, kept, 1),
  }
}

/** Above the ranges of a list; with 32 bits of an address it fits into a double. */
const placesMax = 2 ** 21

/** The places of ranges in the order of their beginnings: numbers sort many times faster than by a function. */
function* orderV4(from: Uint32Array): Generator<number> {
  for (const key of Float64Array.from(from, (address, place) => address * placesMax + place).sort())
    yield key % placesMax
}

function orderV6(from: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: from.length / 4 }, (_, place) => place).sort(
    (a, b) => compareWords(from, a * 4, from, b * 4) || a - b,
  )
}

/** The entry of a range that overlaps with this one, or -1. */
export function findRange(
  table: RangeTable,
  wantedFrom: number | readonly number[],
  wantedTo: number | readonly number[],
): number {
  return typeof wantedFrom === 'number' || typeof wantedTo === 'number'
    ? findV4(table, Number(wantedFrom), Number(wantedTo))
    : findV6(table, wantedFrom, wantedTo)
}

function findV4({ from, to, entries }: RangeTable, wantedFrom: number, wantedTo: number): number {
  let low = 0
  let high = entries.length
  // The first range that begins behind the wanted one.
  while (low < high) {
    const middle = (low + high) >>> 1
    if (from[middle]! <= wantedTo) low = middle + 1
    else high = middle
  }
  return low === 0 || to[low - 1]! < wantedFrom ? -1 : entries[low - 1]!
}

function findV6({ from, to, entries }: RangeTable, wantedFrom: readonly number[], wantedTo: readonly number[]): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareWords(from, middle * 4, wantedTo, 0) <= 0) low = middle + 1
    else high = middle
  }
  return low === 0 || compareWords(to, (low - 1) * 4, wantedFrom, 0) < 0 ? -1 : entries[low - 1]!
}

function compareWord(one: ArrayLike<number>, oneAt: number, other: ArrayLike<number>, otherAt: number): number {
  return one[oneAt]! - other[otherAt]!
}

function pick(numbers: Uint32Array, kept: readonly number[], words: number): Uint32Array {
  const picked = sharedNumbers(kept.length * words)
  for (const [place, range] of kept.entries())
    for (let word = 0; word < words; word++) picked[place * words + word] = numbers[range * words + word]!
  return picked
}
