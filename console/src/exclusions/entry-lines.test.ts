import { expect, test } from 'vitest'
import { entriesOfText, textOfEntries } from './entry-lines.ts'

test('entries go into text and come back', () => {
  const entries = [
    { entry: '192.0.2.0/24', note: 'Our office # 1' },
    { entry: '*.example.com', note: null },
    { entry: 'https://example.com/#top', note: null },
  ]
  expect(textOfEntries(entries)).toBe('192.0.2.0/24 # Our office # 1\n*.example.com\nhttps://example.com/#top')
  expect(entriesOfText(textOfEntries(entries))).toEqual([
    { entry: '192.0.2.0/24', note: 'Our office # 1' },
    { entry: '*.example.com' },
    { entry: 'https://example.com/#top' },
  ])
})

test('empty lines and notes that stand alone are no entries', () => {
  expect(entriesOfText('\r\n  \n# Networks of ours\n .example.org \r\n')).toEqual([{ entry: '.example.org' }])
})
