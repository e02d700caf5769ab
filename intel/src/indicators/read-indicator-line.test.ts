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

test('LIB-1: where it is asked for, a port is left out and a scheme written in front, and it says that this was done', () => {
  const mending = { dropsPort: true, scheme: 'https' } as const
  const read = (line: string, type?: 'URL' | 'Host' | 'Address') => readIndicatorLine(line, type, mending)
  for (const [line, type, value] of [
    ['192.0.2[.]7:8080', 'Address', '192.0.2[.]7'],
    ['[2001:db8::7]:443 # a server', 'Address', '[2001:db8::7]'],
    ['evil.test:8080', 'Host', 'evil.test'],
  ] as const)
    expect(read(line)).toEqual({ ok: true, type, value, mended: 'port' })
  expect(read('evil.test:8080', 'URL')).toEqual({
    ok: true,
    type: 'URL',
    value: 'https://evil.test:8080',
    mended: 'scheme',
  })
  expect(read('evil.test:8080/a')).toMatchObject({ type: 'URL', value: 'https://evil.test:8080/a', mended: 'scheme' })
  // What needs neither is as it was, and so is what neither mends.
  expect(read('https://evil.test/')).toEqual({ ok: true, type: 'URL', value: 'https://evil.test/' })
  for (const line of ['localhost', '192.0.2.010:80', '/izuku.i686', 'two words', 'localhost:80'])
    expect(read(line)).toEqual(readIndicatorLine(line))
  expect(readIndicatorLine('192.0.2.7:80', undefined, { scheme: 'https' })).toMatchObject({ code: 'address-port' })
  expect(readIndicatorLine('evil.test/a', undefined, { dropsPort: true })).toMatchObject({ code: 'url-scheme-missing' })
})

test.each(['/izuku.i686', '<script>alert(1)</script>.com', '/w00tw00t.at.ISC.SANS.DFind:)', '?x=1', 'http:/evil.test'])(
  'LIB-1: nobody is told to write a scheme in front of %j, which would be no URL then either',
  (line) => {
    const reason = `“${line}” is no URL: it has a path or a query, and no host or address in front of that.`
    expect(readIndicatorLine(line)).toEqual({ ok: false, code: 'url-host-missing', reason })
  },
)

test('LIB-1: the advice to write a scheme in front of a line makes it a URL', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webPath(),
        fc.webUrl().map((url) => url.replace(/^.*:\/\//, '')),
      ),
      (line) => {
        const read = readIndicatorLine(line)
        if (read?.ok === false && read.reason.includes('http://'))
          expect(canonicalise('URL', `http://${line.replace(/(^|\s)#.*$/, '').trim()}`).ok).toBe(true)
      },
    ),
  )
})

test('LIB-1: of an address or a host with a port is told that ports are no part of it, and what to write instead', () => {
  const told = 'has a port, which is no part of an address or a host; leave it out'
  const orUrl = ', or write http:// or https:// in front of it for a URL.'
  for (const line of ['192.0.2.7:8899', 'evil.test:8080', 'evil[.]test:8080', '[2001:db8::1]:443']) {
    const refused = { ok: false, code: 'address-port', reason: `“${line}” ${told}${orUrl}` }
    expect(readIndicatorLine(line)).toEqual(refused)
    expect(readIndicatorLine(line, line.includes('test') ? 'Host' : 'Address')).toEqual(refused)
  }
  expect(readIndicatorLine('192.0.2.7:70000')).toMatchObject({ reason: `“192.0.2.7:70000” ${told}.` })
  expect(readIndicatorLine('192.0.2.300:80')).toMatchObject({ ok: false, code: 'address-octet-range' })
  expect(readIndicatorLine('localhost:80')).toMatchObject({ ok: false, code: 'host-single-label' })
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
