import { expect, test } from 'vitest'
import { queryOf } from './query-of.ts'

test.each([
  ['198.51.100.7', 'summary = "198.51.100.7"'],
  ['  evil[.]example[.]com ', 'summary = "evil[.]example[.]com"'],
  ['hxxps://evil.example.com/?a=1', 'summary = "hxxps://evil.example.com/?a=1"'],
  ['someone(at)example(.)com', 'summary = "someone(at)example(.)com"'],
  ['d41d8cd98f00b204e9800998ecf8427e', 'summary = "d41d8cd98f00b204e9800998ecf8427e"'],
  ['AS64500', 'summary = "AS64500"'],
  ['2001:db8::/32', 'summary = "2001:db8::/32"'],
  ['a.example.com\nb.example.com,c.example.com', 'summary in ("a.example.com", "b.example.com", "c.example.com")'],
  [String.raw`c:\a.exe`, String.raw`summary = "c:\\a.exe"`],
])('pasted values are looked up: %j', (text, query) => {
  expect(queryOf(text)).toBe(query)
})

test.each([
  'typeName = "Host"',
  'ratin > 3',
  'summary = evil.example.com',
  'typeName = "Host" and summary like "%.example.com',
  'ratin="a.b"',
  'hasTag(nam="a.b")',
  'ransomware',
  '',
])('a query stays what it is, right or wrong: %j', (text) => {
  expect(queryOf(text)).toBe(text)
})
