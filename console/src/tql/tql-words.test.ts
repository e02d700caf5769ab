import { expect, test } from 'vitest'
import { tqlWords } from './tql-words.ts'

function coloured(text: string): string[] {
  return tqlWords(text).map(({ from, to, kind }) => `${kind}:${text.slice(from, to)}`)
}

test('each word of a query has its kind', () => {
  expect(coloured('rating >= 3.5 and not tag in ("a \\"b", \'c\') or indicatorActive = true')).toEqual([
    'keyword:rating',
    'operator:>=',
    'number:3.5',
    'joiner:and',
    'joiner:not',
    'keyword:tag',
    'operator:in',
    'text:"a \\"b"',
    "text:'c'",
    'joiner:or',
    'keyword:indicatorActive',
    'operator:=',
    'number:true',
  ])
})

test('a text that is not closed goes on to the end', () => {
  expect(coloured('tag = "apt and more')).toEqual(['keyword:tag', 'operator:=', 'text:"apt and more'])
})
