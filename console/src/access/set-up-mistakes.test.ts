import { expect, test } from 'vitest'
import { isWholeLinkToken, setUpMistakes } from './set-up-mistakes.ts'

test('good fields have no mistakes', () => {
  expect(setUpMistakes({ username: 'chief', password: 'four random words', repeated: 'four random words' })).toEqual({})
})

test('a password of blanks alone is a mistake, and so is the user name', () => {
  const blanks = ' '.repeat(12)
  expect(setUpMistakes({ username: 'chief', password: blanks, repeated: blanks })).toEqual({
    password: 'Choose another one: it is blanks alone',
  })
  expect(setUpMistakes({ username: 'Chief-of-all', password: 'chief-of-all', repeated: 'chief-of-all' })).toEqual({
    password: 'Choose another one: it is the user name',
  })
})

test('a token of a link that was cut, or made up, is none', () => {
  const whole = 'aB3-_'.repeat(9).slice(0, 43)
  expect([whole, whole.slice(1), `${whole}x`, 'nope', ''].map(isWholeLinkToken)).toEqual([
    true,
    ...Array(4).fill(false),
  ])
})

test('every mistake is told at once, in words', () => {
  const mistakes = setUpMistakes({ username: 'two words', password: 'short', repeated: 'other' })
  expect(mistakes).toEqual({
    username: 'A user name has 1 to 254 characters, and no spaces',
    password: 'A password has 12 to 200 characters; this one has 5',
    repeated: 'The two passwords differ',
  })
})
