import { expect, test } from 'vitest'
import { isMet } from './met.ts'

test('a goal is met from its bound on', () => {
  expect([0.64, 0.65, 0.66].map((figure) => isMet(figure, '≥ 0.65'))).toEqual([false, true, true])
  expect([0.59, 0.6, 0.61].map((figure) => isMet(figure, '≤ 0.6'))).toEqual([true, true, false])
  expect([0, 1].map((figure) => isMet(figure, '≤ 0'))).toEqual([true, false])
})

test('what is no goal, and a figure that is no number, are refused', () => {
  for (const goal of ['0.65', '> 0.65', '≥ ', '≥ 2 %', '≥ 0.5 or so']) expect(() => isMet(1, goal)).toThrow('A goal is')
  expect(() => isMet(Number.NaN, '≥ 0.65')).toThrow('NaN meets no goal')
  expect(() => isMet(Number.POSITIVE_INFINITY, '≥ 0.65')).toThrow('Infinity meets no goal')
})
