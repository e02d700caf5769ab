import { parseTql } from '@postern/intel'
import { expect, test } from 'vitest'
import { mistakeExcerpt } from './mistake-excerpt.ts'

function excerptOf(query: string) {
  const parsed = parseTql(query)
  if (parsed.ok) throw new Error('there is no mistake')
  return mistakeExcerpt(query, parsed.position)
}

test('the wrong character stands alone between what is before and after it', () => {
  expect(excerptOf('typeName = "Host" and ratin > 3')).toEqual({
    before: 'typeName = "Host" and ',
    wrong: 'r',
    after: 'atin > 3',
  })
})

test('where something is missing at the end, nothing is wrong but the end', () => {
  expect(excerptOf('rating >')).toMatchObject({ before: 'rating >', wrong: '', after: '' })
})

test('of a query of several lines only the one with the mistake is shown', () => {
  expect(excerptOf('rating > 3\nand ratin > 4\nand tag = "x"')).toEqual({
    before: 'and ',
    wrong: 'r',
    after: 'atin > 4',
  })
})

test('of a long line the neighbourhood is shown, and no character is cut in half', () => {
  const { before, wrong, after } = mistakeExcerpt(`${'a'.repeat(200)}\u{1F6AA}${'b'.repeat(200)}`, 200)
  expect(before).toBe(`…${'a'.repeat(60)}`)
  expect(wrong).toBe('\u{1F6AA}')
  expect(after).toBe(`${'b'.repeat(40)}…`)
})
