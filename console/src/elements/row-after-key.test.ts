import { expect, test } from 'vitest'
import { rowAfterKey } from './row-after-key.ts'

test.each([
  ['ArrowDown', 5, 6],
  ['ArrowUp', 5, 4],
  ['PageDown', 5, 15],
  ['PageUp', 5, 0],
  ['Home', 5, 0],
  ['End', 5, 99],
  ['ArrowDown', 99, 99],
  ['ArrowUp', 0, 0],
])('%s leads from row %d to row %d', (key, from, to) => {
  expect(rowAfterKey(key, from, 100, 10)).toBe(to)
})

test('other keys do not move, and an empty table has no rows to move to', () => {
  expect(rowAfterKey('a', 5, 100, 10)).toBeUndefined()
  expect(rowAfterKey('constructor', 5, 100, 10)).toBeUndefined()
  expect(rowAfterKey('End', 0, 0, 10)).toBeUndefined()
})
