import { expect, test } from 'vitest'
import { lineCharactersShown, shortenedLine } from './shortened-line.ts'

const long = `${'a'.repeat(lineCharactersShown + 100)}NEEDLE${'a'.repeat(50)}`

test('a long line shows its beginning until it is opened', () => {
  expect(shortenedLine(long, false, '')).toMatchObject({ hidden: 156 })
  expect(shortenedLine(long, true, '')).toEqual({ shown: long, hidden: 0 })
})

test('a line is whole when the search found something in its hidden part', () => {
  expect(shortenedLine(long, false, 'needle').hidden).toBe(0)
  expect(shortenedLine(long, false, 'nothing').hidden).toBe(156)
})

test('a match that begins in sight and ends beyond is shown whole', () => {
  const text = `${'a'.repeat(lineCharactersShown - 3)}NEEDLE`
  expect(shortenedLine(text, false, 'needle').hidden).toBe(0)
})
