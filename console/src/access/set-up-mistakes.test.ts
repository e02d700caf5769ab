import { expect, test } from 'vitest'
import { setUpMistakes } from './set-up-mistakes.ts'

test('good fields have no mistakes', () => {
  expect(setUpMistakes({ username: 'chief', password: 'four random words', repeated: 'four random words' })).toEqual({})
})

test('every mistake is told at once, in words', () => {
  const mistakes = setUpMistakes({ username: 'two words', password: 'short', repeated: 'other' })
  expect(mistakes).toEqual({
    username: 'A user name has 1 to 254 characters, and no spaces',
    password: 'A password has 12 to 200 characters; this one has 5',
    repeated: 'The two passwords differ',
  })
})
