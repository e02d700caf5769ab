import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeStixPatternString, hostileCorpus } from '../../index.ts'
import { canonicalise, indicatorPattern, indicatorTypes } from '../../index.ts'
import { readSimpleStixPattern } from '../read-simple-stix-pattern.ts'
import { parseStixPattern } from './parse-stix-pattern.ts'
import { readByGrammar, readStixPattern } from './pattern-values.ts'

const path = fc.constantFrom(
  'ipv4-addr:value',
  'domain-name:value',
  'file:hashes.MD5',
  "file:hashes.'SHA-256'",
  'file:hashes."SHA-1"',
  'file:hashes.SHA256',
  'FILE:hashes.sha-256',
  'autonomous-system:number',
  "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
  'file:name',
)
const blank = fc.constantFrom('', ' ', '\t', '\n ')
const constant = fc.oneof(
  fc.string().map((text) => `'${escapeStixPatternString(text)}'`),
  fc.string({ unit: fc.constantFrom("'", '\\', 'a', '/', ']') }).map((text) => `'${text}'`),
  fc.integer().map(String),
  fc.constantFrom('true', "t'2026-01-01T00:00:00Z'", "h'00ff'", "b'AA=='", '1.5'),
)

test('LIB-6: the quick reader and the grammar agree on every pattern that the quick one takes', () => {
  let taken = 0
  fc.assert(
    fc.property(path, blank, constant, blank, fc.constantFrom('=', '=='), (objectPath, a, text, b, operator) => {
      const pattern = `${a}[${b}${objectPath}${a}${operator}${b}${text}${a}]${b}`
      const quick = readSimpleStixPattern(pattern)
      const slow = readByGrammar(pattern)
      if (quick === undefined) {
        expect(readStixPattern(pattern)).toEqual(slow)
        return
      }
      taken++
      expect(slow).toEqual({ kind: 'values', values: [quick] })
    }),
  )
  expect(taken).toBeGreaterThan(5)
})

test('LIB-6: the pattern of any value of any type is read back as that value', () => {
  const raw = fc.oneof(
    fc.string(),
    fc.constantFrom('a.example.com', '192.0.2.1', "http://a.example.com/'\\x", '2001:db8::/32', 'AS5'),
  )
  const registry = fc
    .tuple(fc.string(), fc.string(), fc.constantFrom('', ' : REG_SZ', ' : REG_DWORD', ' : x : REG_SZ'))
    .map(([key, name, type]) => `HKLM\\${key} : ${name}${type}`)
  fc.assert(
    fc.property(fc.constantFrom(...indicatorTypes), fc.oneof(raw, registry), (type, text) => {
      const canonical = canonicalise(type, type === 'Hashtag' ? `#${text}` : text)
      if (!canonical.ok) return
      const reading = readByGrammar(indicatorPattern(type, canonical.value))
      expect(reading).toEqual({ kind: 'values', values: [{ type, value: canonical.value }] })
    }),
  )
})

test('LIB-6: alternatives are read as all their values', () => {
  expect(
    readStixPattern(
      "[domain-name:value = 'a.example' OR (ipv4-addr:value IN ('192.0.2.1', '192.0.2.0/24'))] OR ([autonomous-system:number = 5])",
    ),
  ).toEqual({
    kind: 'values',
    values: [
      { type: 'Host', value: 'a.example' },
      { type: 'Address', value: '192.0.2.1' },
      { type: 'CIDR', value: '192.0.2.0/24' },
      { type: 'ASN', value: 'ASN5' },
    ],
  })
})

const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
test.each<[string, object]>([
  ["[ipv4-addr:value ISSUBSET '10.0.0.0/8']", { values: [{ type: 'CIDR', value: '10.0.0.0/8' }] }],
  ["[ipv6-addr:value ISSUBSET '2001:db8::/32']", { values: [{ type: 'CIDR', value: '2001:db8::/32' }] }],
  ["[ipv4-addr:value = '192.0.2.1/32']", { values: [{ type: 'Address', value: '192.0.2.1' }] }],
  ["[ipv6-addr:value IN ('2001:db8::1/128')]", { values: [{ type: 'Address', value: '2001:db8::1' }] }],
  ["[ipv6-addr:value = '2001:db8::/32']", { values: [{ type: 'CIDR', value: '2001:db8::/32' }] }],
  [
    `[file:hashes.MD5 = '${md5.toUpperCase()}' AND file:hashes.'SHA-1' = '${sha1}' AND file:name = 'a.exe'] OR [url:value = 'u']`,
    { values: [{ type: 'URL', value: 'u' }], files: [[md5, sha1]], unmapped: ['file:name'] },
  ],
  [
    `[file:hashes.'SHA-1' = '${sha1}' AND file:size = 5]`,
    { values: [{ type: 'File', value: sha1 }], unmapped: ['file:size'] },
  ],
])('LIB-6: %j is read as what it says', (pattern, said) => {
  expect(readStixPattern(pattern)).toEqual({ kind: 'values', ...said })
})

test.each([
  "[domain-name:value = 'a' AND ipv4-addr:value = 'b']",
  "[domain-name:value = 'a'] AND [domain-name:value = 'b']",
  "[domain-name:value = 'a'] FOLLOWEDBY [domain-name:value = 'b']",
  '([a:b = 1] OR [a:c != 2]) WITHIN 5.5 SECONDS REPEATS 3 TIMES',
  "[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00.123Z'",
  "[a:b = 1] START '2026-01-01T00:00:00Z' STOP '2026-01-02T00:00:00Z'",
  "[domain-name:value NOT = 'a']",
  "[domain-name:value MATCHES '^(a+)+$' /* never run */]",
  '[NOT EXISTS windows-registry-key:values]',
  '[EXISTS file:name]',
  "[ipv4-addr:value NOT ISSUBSET '10.0.0.0/8']",
  "[domain-name:value ISSUBSET '10.0.0.0/8']",
  "[ipv4-addr:value ISSUPERSET '10.0.0.0/8']",
  "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND domain-name:value = 'a']",
  "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:hashes.MD5 = '0c0113c7ed0c0113c7ed0c0113c7ed00']",
  "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:name MATCHES 'a']",
  "[file:hashes.MD5 = 'no hash' AND file:name = 'a']",
  "[file:name = 'a' AND file:size = 5]",
  "[ipv4-addr:value NOT ISSUPERSET '10.0.0.0/8']",
  "[file:name LIKE 'a%' OR domain-name:value = 'b']",
  "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
  "[email-message:from_ref.value = 'a@example.com' // who\n]",
  '[process:pid >= -5 AND process:is_hidden = true]',
  "[artifact:payload_bin = b'dGVzdA==' OR artifact:x = h'0aFF']",
  '[ipv4-addr:value IN ()]',
  "[x-custom:some_thing[0][-1].'with blank' <> 'x']",
])('LIB-6: %j is kept whole', (pattern) => {
  expect(readStixPattern(pattern)).toMatchObject({ kind: 'whole' })
})

test.each([
  ['', 0],
  ['[]', 1],
  ['[domain-name:value]', 18],
  ["[domain-name:value = 'a'", 24],
  ["[domain-name:value = 'a\\n']", 23],
  ["[domain-name:value = 'a'] [domain-name:value = 'b']", 26],
  ['[domain-name:value = "a"]', 21],
  ['[domain-name:value LIKE 5]', 24],
  ['[a:b > true]', 7],
  ['[a:b = 1] REPEATS 0 TIMES', 18],
  ['[a:b = 1] WITHIN -1 SECONDS', 17],
  ["[a:b = 1] START '2026' STOP '2027'", 16],
  ['/* [a:b = 1]', 0],
  ["[a:b = h'0']", 7],
  ['[a:b = 1]]', 9],
  ['[a:b = 1] and [a:b = 2]', 10],
  ['[a = 1]', 3],
])('LIB-6: %j is refused with the place where the grammar breaks', (pattern, offset) => {
  expect(parseStixPattern(pattern)).toMatchObject({ ok: false, offset, isTooLarge: false })
})

describe('S14', () => {
  const many = (count: number) => `[${Array.from({ length: count }, (_, index) => `a:b = ${index}`).join(' OR ')}]`
  const deep = (depth: number) => `${'('.repeat(depth)}[a:b = 1]${')'.repeat(depth)}`
  const deepInside = (depth: number) => `[${'('.repeat(depth)}a:b = 1${')'.repeat(depth)}]`
  const inList = (count: number) => `[a:b IN (${Array.from({ length: count }, (_, index) => index).join(',')})]`
  const qualified = (count: number) => `[a:b = 1]${' WITHIN 5 SECONDS'.repeat(count)}`

  test('S14: a pattern has at most 10 KB, 100 comparisons and 16 levels', () => {
    for (const [within, beyond] of [
      [many(100), many(101)],
      [inList(100), inList(101)],
      [deep(16), deep(17)],
      [deepInside(16), deepInside(17)],
      [qualified(16), qualified(17)],
      [`[a:b = '${'x'.repeat(10_230)}']`, `[a:b = '${'x'.repeat(10_231)}']`],
    ] as const) {
      expect(parseStixPattern(within)).toMatchObject({ ok: true })
      expect(parseStixPattern(beyond)).toMatchObject({ ok: false, isTooLarge: true })
    }
  })

  test('S14: no text of 10 KB makes the parser throw anything, or take long', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      "'",
      '\\',
      'a:b',
      ' = ',
      ' AND ',
      ' OR ',
      'NOT ',
      '/*',
      '*/',
      '//',
      '1',
      '.',
      '\n',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join('')),
        ),
        (text) => {
          expect(['values', 'whole', 'invalid']).toContain(readStixPattern(text).kind)
        },
      ),
    )
    for (const unit of ['(', '[', ' ', '/', '/*', '//\n', "'", '\\', 'a', 'a:', '1', '.', '[a:b=1]OR', '-', 't'])
      expect(readStixPattern(unit.repeat(10_240 / unit.length)).kind).toBe('invalid')
  })

  test('S6: a hostile text in a pattern stays one string of one comparison, for the grammar too', () => {
    for (const { text } of hostileCorpus) {
      const pattern = `[mutex:name = '${escapeStixPatternString(text)}']`
      if (pattern.length > 10_240) continue
      expect(readByGrammar(pattern)).toEqual({ kind: 'values', values: [{ type: 'Mutex', value: text }] })
    }
  })
})
