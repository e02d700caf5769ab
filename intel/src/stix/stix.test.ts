import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalise,
  hostileCorpus,
  indicatorTypes,
  readSimpleStixPattern,
  stix20Bundle,
  stix20Indicator,
  stixId,
  stixPattern,
} from '../index.ts'
import type { IndicatorType } from '../index.ts'
import { anyCharacter } from '../testing/any-character.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const patterns: readonly (readonly [IndicatorType, string, string])[] = [
  ['Address', '192.0.2.1', "[ipv4-addr:value = '192.0.2.1']"],
  ['Address', '2001:db8::1', "[ipv6-addr:value = '2001:db8::1']"],
  ['Address', '::ffff:192.0.2.1', "[ipv6-addr:value = '::ffff:192.0.2.1']"],
  ['CIDR', '192.0.2.0/24', "[ipv4-addr:value = '192.0.2.0/24']"],
  ['CIDR', '2001:db8::/32', "[ipv6-addr:value = '2001:db8::/32']"],
  ['Host', 'evil.example.com', "[domain-name:value = 'evil.example.com']"],
  ['URL', "http://evil.example.com/'x\\y", "[url:value = 'http://evil.example.com/\\'x\\\\y']"],
  ['EmailAddress', "o'neil@example.com", "[email-addr:value = 'o\\'neil@example.com']"],
  ['File', md5, `[file:hashes.MD5 = '${md5}']`],
  ['File', sha1, `[file:hashes.'SHA-1' = '${sha1}']`],
  ['File', sha256, `[file:hashes.'SHA-256' = '${sha256}']`],
  ['ASN', 'ASN64496', '[autonomous-system:number = 64496]'],
  ['Mutex', 'Global\\x', "[mutex:name = 'Global\\\\x']"],
  ['Registry Key', 'HKEY_USERS\\x', "[windows-registry-key:key = 'HKEY_USERS\\\\x']"],
  ['Email Subject', 'Invoice', "[email-message:subject = 'Invoice']"],
  ['User Agent', 'x/1', "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'x/1']"],
]

test.each(patterns)('LIB-6: the pattern of %s %s is %s, and is read back', (type, value, pattern) => {
  expect(stixPattern(type, value)).toBe(pattern)
  expect(readSimpleStixPattern(pattern)).toEqual({ type, value })
})

test('LIB-6: a hashtag and a registry value have no simple pattern', () => {
  expect(stixPattern('Hashtag', '#x')).toBeUndefined()
  expect(stixPattern('Registry Key', 'HKEY_USERS\\x : y : REG_SZ')).toBeUndefined()
})

test('LIB-6: reading is the inverse of writing, for every canonical value', () => {
  const raw = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.webUrl(),
    fc.emailAddress(),
    fc.domain(),
    fc.ipV4(),
    fc.ipV6(),
  )
  fc.assert(
    fc.property(fc.constantFrom(...indicatorTypes), raw, (type, text) => {
      const canonical = canonicalise(type, text)
      const pattern = canonical.ok ? stixPattern(type, canonical.value) : undefined
      if (canonical.ok && pattern) expect(readSimpleStixPattern(pattern)).toEqual({ type, value: canonical.value })
    }),
    { numRuns: isSoak ? 150_000 : 2_000 },
  )
})

test('S6: a hostile text in a pattern stays one string of one comparison', () => {
  for (const { text } of hostileCorpus) {
    if (text.length > 10_000) continue
    expect(readSimpleStixPattern(stixPattern('Mutex', text) ?? '')).toEqual({ type: 'Mutex', value: text })
  }
})

test.each([
  ["  [ domain-name:value='A.example.com' ]\n", 'Host', 'A.example.com'],
  ["[domain-name:value == 'a.example.com']", 'Host', 'a.example.com'],
  [`[file:hashes."SHA-256" = '${sha256}']`, 'File', sha256],
  [`[file:hashes.SHA256 = '${sha256}']`, 'File', sha256],
  [`[file:hashes.'md5' = '${md5}']`, 'File', md5],
])('LIB-6: %j is read as other producers mean it', (pattern, type, value) => {
  expect(readSimpleStixPattern(pattern)).toEqual({ type, value })
})

test.each([
  '',
  '[]',
  "[domain-name:value = 'a' OR domain-name:value = 'b']",
  "[domain-name:value = 'a'] AND [domain-name:value = 'b']",
  "[domain-name:value = 'a'] REPEATS 2 TIMES",
  "[domain-name:value != 'a']",
  "[NOT domain-name:value = 'a']",
  "[domain-name:value NOT = 'a']",
  "[domain-name:value MATCHES 'a']",
  "[domain-name:value = 'a",
  "[domain-name:value = 'a\\']",
  "[domain-name:value = 'a\\n']",
  "[domain-name:value = 'a'']",
  '[domain-name:value = "a"]',
  '[domain-name:value = 5]',
  "[file:name = 'a']",
  "[ipv4-addr:value IN ('a')]",
  `[domain-name:value = '${'a'.repeat(20_000)}']`,
])('LIB-6: %j is not a simple pattern', (pattern) => {
  expect(readSimpleStixPattern(pattern)).toBeUndefined()
})

describe('ids', () => {
  test('D6: ids repeat, differ by every part, and are shaped as UUIDv4', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: anyCharacter })), fc.array(fc.string({ unit: anyCharacter })), (a, b) => {
        const [idA, idB] = [stixId('indicator', ...a), stixId('indicator', ...b)]
        expect(idA.slice('indicator--'.length)).toMatch(uuid4)
        expect(idA).toBe(stixId('indicator', ...a))
        expect(idA === idB).toBe(JSON.stringify(a.map(asUtf8)) === JSON.stringify(b.map(asUtf8)))
      }),
      { numRuns: isSoak ? 100_000 : 1_000 },
    )
    expect(stixId('indicator', 'ab', 'c')).not.toBe(stixId('indicator', 'a', 'bc'))
    expect(stixId('indicator', 'x')).not.toContain(stixId('malware', 'x').slice('malware--'.length))
  })

  /** Halves of characters become U+FFFD in UTF-8, on which ids are made. */
  function asUtf8(text: string): string {
    return text.toWellFormed()
  }
})

describe('indicators', () => {
  const created = new Date('2026-01-01T00:00:00Z')
  const modified = new Date('2026-01-02T03:04:05.678Z')
  const source = { type: 'Host', value: 'evil.example.com', created, modified, labels: ['malicious-activity'] } as const

  test('D6: an indicator has the same id on every run, and its revocation too', () => {
    const posted = stix20Indicator(source)
    const revoked = stix20Indicator({ ...source, modified: new Date('2026-02-01T00:00:00Z'), revoked: true })
    expect(posted).toEqual({
      type: 'indicator',
      id: stixId('indicator', 'Host', 'evil.example.com'),
      created: '2026-01-01T00:00:00.000Z',
      modified: '2026-01-02T03:04:05.678Z',
      labels: ['malicious-activity'],
      pattern: "[domain-name:value = 'evil.example.com']",
      valid_from: '2026-01-01T00:00:00.000Z',
    })
    expect(revoked).toMatchObject({ id: posted?.id, revoked: true, modified: '2026-02-01T00:00:00.000Z' })
  })

  test('LIB-6: the optional properties stand where STIX 2.0 has them', () => {
    const full = stix20Indicator({
      ...source,
      id: 'indicator--01234567-89ab-4cde-8f01-23456789abcd',
      name: 'n',
      description: 'd',
      validFrom: created,
      validUntil: modified,
      createdByRef: stixId('identity', 'x'),
      objectMarkingRefs: [stixId('marking-definition', 'x')],
    })
    expect(Object.keys(full ?? {}).join(' ')).toBe(
      'type id created_by_ref created modified labels object_marking_refs name description pattern valid_from valid_until',
    )
  })

  test('LIB-6: what STIX 2.0 forbids is refused', () => {
    expect(() => stix20Indicator({ ...source, labels: [] })).toThrow(RangeError)
    expect(() => stix20Indicator({ ...source, modified: new Date(0) })).toThrow(RangeError)
    expect(() => stix20Indicator({ ...source, validUntil: created })).toThrow(RangeError)
    expect(() => stix20Bundle([])).toThrow(RangeError)
    expect(stix20Indicator({ ...source, type: 'Hashtag', value: '#x' })).toBeUndefined()
  })

  test('D6: a bundle’s id changes with any version of an object in it, and spec_version is its own', () => {
    const first = { type: 'indicator', id: stixId('indicator', 'a'), modified: '2026-01-01T00:00:00.000Z' }
    const later = { ...first, modified: '2026-01-02T00:00:00.000Z' }
    expect(stix20Bundle([first])).toEqual({
      type: 'bundle',
      id: stix20Bundle([first]).id,
      spec_version: '2.0',
      objects: [first],
    })
    expect(stix20Bundle([first]).id).toMatch(/^bundle--/)
    expect(stix20Bundle([later]).id).not.toBe(stix20Bundle([first]).id)
  })
})
