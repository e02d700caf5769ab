import { compareUtf8 } from '../spill/compare-utf8.ts'
import type { Value } from './control.ts'
import type { ValueSet } from './value-set.ts'
import { keyOf } from './values-stream.ts'

/** Where a value was found: only in the first set, only in the second, or in both. */
export interface Compared {
  readonly in: 'first' | 'second' | 'both'
  readonly value: Value
}

/** Walks two sorted sets side by side; memory holds one value of each (D4). */
export async function* compareSets(first: ValueSet, second: ValueSet): AsyncGenerator<Compared> {
  const left = first.values()
  const right = second.values()
  let a = await left.next()
  let b = await right.next()
  while (a.done !== true || b.done !== true) {
    const order = a.done === true ? 1 : b.done === true ? -1 : compareUtf8(keyOf(a.value), keyOf(b.value))
    if (order < 0 && a.done !== true) {
      yield { in: 'first', value: a.value }
      a = await left.next()
    } else if (order > 0 && b.done !== true) {
      yield { in: 'second', value: b.value }
      b = await right.next()
    } else if (a.done !== true) {
      yield { in: 'both', value: a.value }
      a = await left.next()
      b = await right.next()
    }
  }
}
