import { expect, test } from 'vitest'
import { isMet, isRowMet } from './met.ts'

test('a goal is met from its limit on, and "<" only below it', () => {
  expect([0.6499, 0.65, 0.66].map((figure) => isMet(figure, '≥ 0.65'))).toEqual([false, true, true])
  expect([0.59, 0.6, 0.6001].map((figure) => isMet(figure, '≤ 0.6'))).toEqual([true, true, false])
  expect([4.9999, 5].map((figure) => isMet(figure, '< 5 ms', 'ms'))).toEqual([true, false])
  expect([-1, 5, 5.001].map((figure) => isMet(figure, '≤ +5 ms', 'ms'))).toEqual([true, true, false])
  expect([0, 1].map((figure) => isMet(figure, '≤ 0 rows', 'rows'))).toEqual([true, false])
})

test('what is no goal, a goal of another unit, and a figure that is no number, are refused', () => {
  for (const goal of ['0.65', '> 0.65', '≥ ', '≥ 2%', '≥ 0.5 or so']) expect(() => isMet(1, goal)).toThrow('A goal is')
  expect(() => isMet(1, '≤ 5 ms')).toThrow('no goal of a figure without a unit')
  expect(() => isMet(1, '≤ 5', 'ms')).toThrow('no goal of a figure in ms')
  expect(() => isMet(1, '≤ 5 s', 'ms')).toThrow('no goal of a figure in ms')
  expect(() => isMet(Number.NaN, '≥ 0.65')).toThrow('NaN meets no goal')
  expect(() => isMet(undefined, '≥ 0.65')).toThrow('undefined meets no goal')
  expect(() => isMet(Number.POSITIVE_INFINITY, '≥ 0.65')).toThrow('Infinity meets no goal')
})

test('a comparison with a bound is met only if its ratio and our own median are', () => {
  const row = { kind: 'comparison', unit: 'ms', goal: '≤ 1.5', bound: '< 5 ms' } as const
  expect(isRowMet({ ...row, ours: 4.9, ratio: 1.5 })).toBe(true)
  expect(isRowMet({ ...row, ours: 5, ratio: 1.5 })).toBe(false)
  expect(isRowMet({ ...row, ours: 4.9, ratio: 1.51 })).toBe(false)
  expect(() => isRowMet({ ...row, bound: '< 5', ours: 5, ratio: 1 })).toThrow('no goal of a figure in ms')
})
