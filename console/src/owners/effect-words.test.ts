import { expect, test } from 'vitest'
import { effectWords, memberWords } from './effect-words.ts'

const preview = {
  total: { count: 6, isExact: true },
  covered: 6,
  given: 3,
  raised: 0,
  lowered: 1,
  inactive: 0,
  deleted: 0,
  collections: [],
  collectionsNotCompared: 0,
}

test('FD-9: what rules would do at once is told effect by effect, and an estimate as one', () => {
  expect(effectWords(preview)).toEqual([
    '3 values would get a confidence, having none',
    '1 value would fall in confidence',
  ])
  expect(effectWords({ ...preview, total: { count: 20_000, isExact: false }, given: 12_345, lowered: 0 })).toEqual([
    'About 12,000 values would get a confidence, having none',
  ])
  expect(effectWords({ ...preview, given: 0, lowered: 0 })).toEqual([])
  expect(memberWords({ enter: 3, leave: 1 }, true)).toBe('3 values would enter, 1 value would leave')
  expect(memberWords({ enter: 0, leave: 2 }, true)).toBe('2 values would leave')
})
