import { sharedNumbers } from './growing-numbers.ts'

/** Hashes with the entries they lead to: open addressing with linear probing, at most half full. */
export interface KeyTable {
  /** A key's number and one, or 0. */
  readonly slots: Uint32Array
  readonly hashes: Uint32Array
  readonly entries: Uint32Array
}

export function makeKeyTable(hashes: Uint32Array, entries: Uint32Array): KeyTable {
  let size = 16
  while (size < hashes.length * 2) size *= 2
  const slots = sharedNumbers(size)
  for (let key = 0; key < hashes.length; key++) {
    let slot = hashes[key]! & (size - 1)
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1)
    slots[slot] = key + 1
  }
  return { slots, hashes, entries }
}

/** Adds the entries that a hash leads to. */
export function findKeys({ slots, hashes, entries }: KeyTable, hash: number, found: number[]): void {
  const mask = slots.length - 1
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const key = slots[slot]!
    if (key === 0) return
    if (hashes[key - 1] === hash) found.push(entries[key - 1]!)
  }
}
