import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatCountOf, formatDuration, formatTotalOf } from './quantities.ts'

test('counts are grouped and agree with their noun', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567')
  expect(formatCountOf(1, 'value')).toBe('1 value')
  expect(formatCountOf(2000, 'value')).toBe('2,000 values')
  expect(formatCountOf(0, 'batch', 'batches')).toBe('0 batches')
})

test.each([
  [{ count: 1, isExact: true }, '1 value'],
  [{ count: 34_521, isExact: false }, 'About 35,000 values'],
  [{ count: 10_000, isExact: false, isLowerBound: true }, 'More than 10,000 values'],
  [{ count: 0, isExact: false, isLowerBound: true }, 'Too many values to count at once'],
])('%j is told no more exactly than it is known', (total, words) => {
  expect(formatTotalOf(total, 'value')).toBe(words)
})

test.each([
  [0, '0 B'],
  [0.4, '0.4 B'],
  [512, '512 B'],
  [1536, '1.5 KiB'],
  [91_222_016, '87 MiB'],
  [2 ** 50, '1,024 TiB'],
])('%d bytes are shown as %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words)
})

test.each([
  [-5, '0 ms'],
  [350, '350 ms'],
  [4250, '4.2 s'],
  [59_999, '59.9 s'],
  [65_000, '1 min 05 s'],
  [3_600_000 * 2 + 180_000, '2 h 03 min'],
  [86_400_000 * 3 + 3_600_000 * 4, '3 d 4 h'],
])('%d milliseconds are shown as %s', (milliseconds, words) => {
  expect(formatDuration(milliseconds)).toBe(words)
})
