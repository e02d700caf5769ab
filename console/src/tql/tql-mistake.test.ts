import { expect, test } from 'vitest'
import { mistakeAt, tqlMistake } from './tql-mistake.ts'

test('a wrong word is marked as a whole', () => {
  const text = 'rating > 2 and ratin > 3'
  expect(tqlMistake(text)).toMatchObject({ from: 15, to: 20, isAtEnd: false })
  expect(tqlMistake('rating > 2')).toBeUndefined()
  expect(tqlMistake('   ')).toBeUndefined()
})

test('what is missing at the end has no width', () => {
  expect(tqlMistake('rating > ')).toMatchObject({ isAtEnd: true })
  expect(mistakeAt('tag', 99, 'x')).toEqual({ from: 3, to: 3, message: 'x', isAtEnd: true })
})
