import { expect, test } from 'vitest'
import { median } from './median.ts'

test('the median is the middle one, whatever the order, and nothing has none', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([10, 9, 100, 1])).toBe(9.5)
  expect(() => median([])).toThrow('no median')
})
