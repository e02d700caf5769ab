import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalise } from './canonicalise.ts'
import { readIndicatorLine } from './read-indicator-line.ts'

test.each([
  ['192[.]0[.]2[.]1 # a server', { ok: true, type: 'Address', value: '192[.]0[.]2[.]1' }],
  ['evil.test', { ok: true, type: 'Host', value: 'evil.test' }],
  ['  gateway.corp', { ok: true, type: 'Host', value: 'gateway.corp' }],
  ['https://evil.example.com/#top', { ok: true, type: 'URL', value: 'https://evil.example.com/#top' }],
])('LIB-1: the line %j is an indicator of its type', (line, read) => {
  expect(readIndicatorLine(line)).toEqual(read)
})

test.each(['', '   ', '# a comment', '\t# another'])('LIB-1: the line %j says nothing', (line) => {
  expect(readIndicatorLine(line)).toBeUndefined()
})

test.each(['localhost', 'two words', '192.0.2.010', 'http://', 'e3b0c44298fc1c14', 'two..dots.example.com'])(
  'LIB-1: the line %j is refused with a sentence',
  (line) => {
    expect(readIndicatorLine(line)).toMatchObject({ ok: false, reason: expect.stringMatching(/\w.*\.$/) })
  },
)

test('LIB-1: what has a path or a query and no scheme is told as a URL, what has a bad prefix length as a network', () => {
  const reasonOf = (line: string) => readIndicatorLine(line)
  for (const line of [
    '530hr.com/data/common.php',
    '192.0.2.7/gate.php',
    'fade.cafe/12',
    'cafe.example.com/',
    'evil.test?x=1',
    'evil[.]test:8080/a',
  ])
    expect(reasonOf(line)).toMatchObject({
      ok: false,
      code: 'url-scheme-missing',
      reason: expect.stringMatching(
        /^“[^”]+” looks like a URL without a scheme; write http:\/\/ or https:\/\/ in front of it\.$/,
      ),
    })
  expect(reasonOf('192.0.2.0/33')).toMatchObject({ ok: false, reason: expect.stringContaining('prefix length') })
})

test('LIB-1: the name of a file is no host, unless the type is named', () => {
  expect(readIndicatorLine('Invoice.docx')).toMatchObject({
    ok: false,
    reason: expect.stringContaining('the type Host'),
  })
  expect(readIndicatorLine('Invoice.docx', 'Host')).toMatchObject({ ok: true, type: 'Host' })
})

test('LIB-1: a type that is named holds for the line, whatever it looks like', () => {
  expect(readIndicatorLine('Invoice.2026', 'Email Subject')).toMatchObject({ ok: true, type: 'Email Subject' })
  expect(readIndicatorLine('evil.example.com', 'Address')).toMatchObject({ ok: false })
})

test('LIB-1: what a line is read as has a canonical form', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), fc.webUrl()), (line) => {
      const read = readIndicatorLine(line)
      if (read?.ok === true) expect(canonicalise(read.type, read.value).ok).toBe(true)
    }),
  )
})
