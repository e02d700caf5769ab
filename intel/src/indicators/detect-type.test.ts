import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalise, detectType } from '../index.ts'

test.each([
  ['192.0.2.1', 'Address'],
  ['192[.]0[.]2[.]1', 'Address'],
  ['2001:db8::1', 'Address'],
  ['192.0.2.0/24', 'CIDR'],
  ['2001:db8::/32', 'CIDR'],
  ['evil.example.com', 'Host'],
  ['evil[.]example[.]com', 'Host'],
  ['evil [dot] example [dot] com', 'Host'],
  ['a.github.io', 'Host'],
  ['http://evil.example.com/x', 'URL'],
  ['hxxps[://]evil[.]example[.]com', 'URL'],
  ['bob@example.com', 'EmailAddress'],
  ['bob[at]example[.]com', 'EmailAddress'],
  ['D41D8CD98F00B204E9800998ECF8427E', 'File'],
  ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'File'],
  ['AS64496', 'ASN'],
  ['ASN64496', 'ASN'],
])('LIB-1: %j looks like %s', (raw, type) => {
  expect(detectType(raw)).toBe(type)
})

test.each([
  '',
  'hello world',
  'report.docx',
  '/gate.php',
  'evil.example.com/x',
  '192.0.2.1:443',
  '010.1.1.1',
  '64496',
  'deadbeef',
  'javascript:alert(1)',
  'x'.repeat(50_000),
])('LIB-1: %j is nobody’s bare value', (raw) => {
  expect(detectType(raw)).toBeUndefined()
})

test('LIB-1: a detected type always has a canonical form for the value', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.webUrl(), fc.emailAddress(), fc.domain(), fc.ipV6(), fc.ipV4Extended()),
      (raw) => {
        const type = detectType(raw)
        if (type) expect(canonicalise(type, raw).ok).toBe(true)
      },
    ),
  )
})
