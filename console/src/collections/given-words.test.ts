import { expect, test } from 'vitest'
import { givenWords } from './given-words.ts'

test('LIB-3: beside a count stands how many of them are exported, and why the others are not, in the words of firewall lists', () => {
  expect(givenWords(1234, {})).toBe('')
  expect(givenWords(1234, { inactive: 1, excluded: 16 })).toBe(
    '1,217, as far as their TLP permits. Left out: 16 kept back by an exclusion list or a decision, 1 not in force.',
  )
  expect(givenWords(2, { inactive: 2 })).toBe('0, as far as their TLP permits. Left out: 2 not in force.')
})
