import { expect, test } from 'vitest'
import { shortened } from './shortened.ts'

test('a short text stays whole, a long one says how much is hidden', () => {
  expect(shortened('abc', 3)).toEqual({ shown: 'abc', hidden: 0 })
  expect(shortened('abcde', 3)).toEqual({ shown: 'abc', hidden: 2 })
})

test('a pair of surrogates is never cut apart', () => {
  expect(shortened('ab\u{1F6AA}cd', 3)).toEqual({ shown: 'ab', hidden: 4 })
  expect(shortened('ab\u{1F6AA}cd', 4)).toEqual({ shown: 'ab\u{1F6AA}', hidden: 2 })
})
