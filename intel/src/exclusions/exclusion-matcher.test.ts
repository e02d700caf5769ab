import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalise, type IndicatorType, indicatorTypes } from '../index.ts'
import { ExclusionsCompiler } from './compile-exclusions.ts'
import type { JudgingList } from './compiled-exclusions.ts'
import { ExclusionMatcher } from './exclusion-matcher.ts'
import { exclusionLimits } from './exclusion-limits.ts'
import { readExclusionEntry } from './exclusion-rule.ts'
import { naiveHits } from './test-naive-exclusions.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'

type ListWithEntries = { list: JudgingList; entries: readonly string[] }

function listOf(list: Partial<JudgingList>, entries: readonly string[]): ListWithEntries {
  const defaults = { id: '1', name: 'List', kind: 'own', matching: 'value', types: null } as const
  return { list: { ...defaults, mode: 'block', atImport: true, atExport: true, ...list }, entries }
}

function matcherOf(...lists: readonly ListWithEntries[]): ExclusionMatcher {
  const compiler = new ExclusionsCompiler()
  for (const { list, entries } of lists) {
    compiler.addList(list)
    for (const entry of entries) compiler.addEntry(entry)
  }
  return new ExclusionMatcher(compiler.finish())
}

function entryThatHits(matcher: ExclusionMatcher, type: IndicatorType, raw: string): string | undefined {
  const canonical = canonicalise(type, raw)
  if (!canonical.ok) throw new Error(`${raw}: ${canonical.message}`)
  return matcher.judge(type, canonical.value)[0]?.entry
}

test('LIB-4: an exact entry hits its value in every spelling, whatever the case', () => {
  const matcher = matcherOf(
    listOf({}, ['Example.COM', 'münchen.de.', 'HTTP://Example.org:80/A', 'D41D8CD98F00B204E9800998ECF8427E']),
  )
  expect(entryThatHits(matcher, 'Host', 'eXample.com.')).toBe('Example.COM')
  expect(entryThatHits(matcher, 'Host', 'MÜNCHEN.de')).toBe('münchen.de.')
  expect(entryThatHits(matcher, 'Host', 'xn--mnchen-3ya.de')).toBe('münchen.de.')
  expect(entryThatHits(matcher, 'URL', 'http://example.org/a')).toBe('HTTP://Example.org:80/A')
  expect(entryThatHits(matcher, 'File', 'd41d8cd98f00b204e9800998ecf8427e')).toBe('D41D8CD98F00B204E9800998ECF8427E')
  expect(entryThatHits(matcher, 'Host', 'a.example.com')).toBeUndefined()
})

test('LIB-4: a suffix hits its domain and what is below it, on URLs and in e-mail addresses too', () => {
  const matcher = matcherOf(listOf({}, ['.example.com', '*.example.net', '.internal']))
  expect(entryThatHits(matcher, 'Host', 'example.com')).toBe('.example.com')
  expect(entryThatHits(matcher, 'Host', 'a.b.example.com')).toBe('.example.com')
  expect(entryThatHits(matcher, 'URL', 'https://user:x@a.example.com:8443/p')).toBe('.example.com')
  expect(entryThatHits(matcher, 'EmailAddress', 'bob@mail.example.com')).toBe('.example.com')
  expect(entryThatHits(matcher, 'Host', 'badexample.com')).toBeUndefined()
  expect(entryThatHits(matcher, 'Host', 'a.example.net')).toBe('*.example.net')
  expect(entryThatHits(matcher, 'Host', 'example.net')).toBeUndefined()
  expect(entryThatHits(matcher, 'Host', 'db.internal')).toBe('.internal')
})

test('LIB-4: networks hit both ways: what they contain, and networks that contain them', () => {
  const matcher = matcherOf(listOf({ id: '1' }, ['10.1.0.0/16', '192.0.2.7', '2001:db8::/32']))
  expect(entryThatHits(matcher, 'Address', '10.1.2.3')).toBe('10.1.0.0/16')
  expect(entryThatHits(matcher, 'CIDR', '10.1.2.0/24')).toBe('10.1.0.0/16')
  expect(entryThatHits(matcher, 'CIDR', '10.0.0.0/8')).toBe('10.1.0.0/16')
  expect(entryThatHits(matcher, 'CIDR', '192.0.0.0/8')).toBe('192.0.2.7')
  expect(entryThatHits(matcher, 'CIDR', '2000::/3')).toBe('2001:db8::/32')
  expect(entryThatHits(matcher, 'Address', '2001:DB8::1')).toBe('2001:db8::/32')
  expect(entryThatHits(matcher, 'Address', '10.2.0.1')).toBeUndefined()
  expect(entryThatHits(matcher, 'CIDR', '10.2.0.0/16')).toBeUndefined()
})

test('LIB-4: an IPv4 address in its IPv6 spelling is the same address', () => {
  const four = matcherOf(listOf({}, ['10.0.0.0/8']))
  expect(entryThatHits(four, 'Address', '::ffff:10.0.0.1')).toBe('10.0.0.0/8')
  expect(entryThatHits(four, 'CIDR', '::ffff:0a00:0/104')).toBe('10.0.0.0/8')
  expect(entryThatHits(four, 'CIDR', '::/0')).toBe('10.0.0.0/8')
  expect(entryThatHits(four, 'URL', 'http://[::ffff:a00:1]/')).toBeUndefined()
  const six = matcherOf(listOf({ kind: 'protected' }, ['::ffff:10.0.0.0/104']))
  expect(entryThatHits(six, 'Address', '10.0.0.1')).toBe('::ffff:10.0.0.0/104')
  expect(entryThatHits(six, 'URL', 'http://[::ffff:a00:1]/')).toBe('::ffff:10.0.0.0/104')
  const spelling = matcherOf(listOf({}, ['::ffff:0:0/96']))
  expect(entryThatHits(spelling, 'Address', '192.0.2.1')).toBeUndefined()
})

test("LIB-4: one's own host is not every page on it, but a protected one is", () => {
  const own = matcherOf(listOf({}, ['example.com', '192.0.2.1']))
  expect(entryThatHits(own, 'URL', 'https://example.com/a')).toBeUndefined()
  expect(entryThatHits(own, 'URL', 'https://192.0.2.1/a')).toBeUndefined()
  const named = matcherOf(listOf({ types: ['URL', 'EmailAddress'] }, ['example.com']))
  expect(entryThatHits(named, 'URL', 'https://example.com/a')).toBe('example.com')
  expect(entryThatHits(named, 'EmailAddress', 'bob@example.com')).toBe('example.com')
  expect(entryThatHits(named, 'Host', 'example.com')).toBeUndefined()
  const protectedOne = matcherOf(listOf({ kind: 'protected' }, ['example.com', '192.0.2.1']))
  expect(entryThatHits(protectedOne, 'URL', 'https://EXAMPLE.com./a')).toBe('example.com')
  expect(entryThatHits(protectedOne, 'URL', 'https://192.0.2.1:8080/a')).toBe('192.0.2.1')
})

test('LIB-4: entries that cannot be judged are refused and say why', () => {
  const whyNot = (matching: JudgingList['matching'], entry: string) => {
    const read = readExclusionEntry(matching, entry, null)
    return read.ok ? undefined : read.reason
  }
  expect(whyNot('value', '  ')).toContain('empty')
  expect(whyNot('value', 'a\u0000b')).toContain('control character')
  expect(whyNot('value', '*')).toContain('3 characters')
  expect(whyNot('value', '*.*')).toContain('3 characters')
  expect(whyNot('value', '.not a domain')).toContain('no domain name')
  expect(whyNot('value', 'x'.repeat(exclusionLimits.entryLengthMax + 1))).toContain('2000 are permitted')
  expect(whyNot('cidr', 'example.com')).toContain('neither an IP address nor a network')
  expect(whyNot('hostname', 'https://example.com/a')).toContain('no host name')
  expect(whyNot('substring', 'ab')).toContain('fewer than 3')
  expect(whyNot('regex', '(a)\\1')).toContain('no linear-time form')
  expect(whyNot('regex', '/a*/')).toContain('fits the empty text')
  expect(whyNot('regex', '(((a{1,30}){1,30}){1,30}b)')).toBeDefined()
})

const labels = fc.constantFrom('a', 'b', 'ab', 'example', 'com', 'net', 'mail', 'xn--mnchen-3ya', '1')
const hosts = fc.array(labels, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('.'))
const octet = fc.constantFrom(0, 1, 10, 127, 128, 192, 254, 255)
const ipv4s = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'))
const group = fc.constantFrom('0', '1', 'ffff', 'fe80', '2001', 'a00', '7f00', '8000')
const ipv6s = fc.oneof(
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
  ipv4s.map((address) => `::ffff:${address}`),
  fc.tuple(group, group).map(([first, last]) => `${first}::${last}`),
)
const networks = fc.oneof(
  fc.tuple(ipv4s, fc.nat(32)).map(([address, prefix]) => `${address}/${prefix}`),
  fc.tuple(ipv6s, fc.nat(128)).map(([address, prefix]) => `${address}/${prefix}`),
)
const addresses = fc.oneof(ipv4s, ipv6s)
const urls = fc
  .tuple(
    fc.constantFrom('http://', 'HTTPS://u@'),
    fc.oneof(
      hosts,
      ipv4s,
      ipv6s.map((address) => `[${address}]`),
    ),
    fc.constantFrom('', '/', '/a.b@c', ':81/Ab?x=example.com'),
  )
  .map((parts) => parts.join(''))
const emails = fc.tuple(fc.constantFrom('bob', 'a.b'), hosts).map(([name, host]) => `${name}@${host}`)
const texts = fc
  .array(fc.constantFrom('a', 'b', 'A', 'ab', '.', ' ', 'ü', 'example', '\\'), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))

const values = fc
  .tuple(fc.constantFrom(...indicatorTypes), fc.oneof(hosts, addresses, networks, urls, emails, texts))
  .map(([type, raw]) => ({ type, read: canonicalise(type, raw) }))
  .filter(({ read }) => read.ok)
const plainEntries = fc.oneof(hosts, addresses, networks, urls, emails, texts)
const entries = fc.oneof(
  plainEntries,
  hosts.map((host) => `.${host}`),
  hosts.map((host) => `*.${host}`),
  hosts.map((host) => host.toUpperCase()),
  fc
    .tuple(
      fc.constantFrom('', 'a', 'http://'),
      fc.constantFrom('example', 'b.c', 'com'),
      fc.constantFrom('', 'net', 'a.b'),
    )
    .map((pieces) => pieces.join('*')),
  labels,
)
const expressions = fc.constantFrom('/^a\\.b/i', 'exa+mple', '(a|b)+\\.com$', '[0-9]+\\.10\\.', '/MAIL/')
const types = fc.option(fc.subarray([...indicatorTypes], { minLength: 1 }), { nil: null })
const lists = fc
  .tuple(
    fc.constantFrom('value', 'string', 'substring', 'hostname', 'cidr', 'regex'),
    fc.constantFrom('own', 'protected', 'misp'),
    types,
  )
  .chain(([matching, kind, ofTypes]) =>
    fc.array(matching === 'regex' ? expressions : entries, { maxLength: 12 }).map((all) => {
      const taken = all.filter((entry) => readExclusionEntry(matching, entry, ofTypes).ok)
      return listOf({ matching, kind, types: ofTypes }, taken)
    }),
  )

test('LIB-4: the matcher hits what the plain meaning of every list hits, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(lists, { maxLength: 4 }),
      fc.array(values, { minLength: 1, maxLength: 20 }),
      (made, judged) => {
        const all = made.map(({ list, entries: own }, number) => ({
          list: { ...list, id: String(number) },
          entries: own,
        }))
        const matcher = matcherOf(...all)
        for (const { type, read } of judged) {
          if (!read.ok) continue
          const naive = naiveHits(all, type, read.value)
          const hits = matcher.judge(type, read.value)
          expect(
            hits.map(({ list }) => list.id),
            `${type} ${read.value}`,
          ).toEqual(naive.map(({ id }) => id))
          for (const [place, { entry }] of hits.entries()) expect(naive[place]?.entries).toContain(entry)
        }
      },
    ),
    { numRuns: isSoak ? 15_000 : 500 },
  )
})

test('LIB-4: a compiled list judges the same after it went to another thread', () => {
  const compiler = new ExclusionsCompiler()
  compiler.addList(listOf({}, []).list)
  for (const entry of ['.example.com', 'mail*.example.org', '10.0.0.0/8']) compiler.addEntry(entry)
  const matcher = new ExclusionMatcher(structuredClone(compiler.finish()))
  expect(entryThatHits(matcher, 'Host', 'mail7.example.org')).toBe('mail*.example.org')
  expect(entryThatHits(matcher, 'Host', 'a.example.com')).toBe('.example.com')
  expect(entryThatHits(matcher, 'Address', '10.0.0.1')).toBe('10.0.0.0/8')
})

test('LIB-4: bombs of wildcards, parts and expressions stop nobody', () => {
  const deep = listOf(
    { id: '1' },
    Array.from({ length: isSoak ? 10_000 : 200 }, (_, number) => `${'a*'.repeat(100)}aaa${number}b`),
  )
  const parts = listOf(
    { id: '2', matching: 'substring' },
    Array.from(
      { length: isSoak ? 100_000 : 2_000 },
      (_, number) => 'a'.repeat(20) + number.toString(2).replaceAll('0', 'a').replaceAll('1', 'b'),
    ),
  )
  const nested = listOf({ id: '3', matching: 'regex' }, ['(a+)+$x', '(a|aa)+b', '(a*)*q', '/(x+x+)+y/'])
  const matcher = matcherOf(deep, parts, nested)
  const hostile = `http://example.com/${'a'.repeat(1900)}`
  expect(matcher.judge('URL', hostile).map(({ list }) => list.id)).toEqual(['2'])
})

test('LIB-4: a long list costs about 40 bytes an entry beside its text', () => {
  const count = isSoak ? 1_000_000 : 50_000
  const compiler = new ExclusionsCompiler()
  compiler.addList(listOf({ matching: 'string' }, []).list)
  for (let number = 0; number < count; number++) compiler.addEntry(`host-${number}.example.com`)
  const compiled = compiler.finish()
  expect(compiled.bytes / count).toBeLessThan(70)
  const matcher = new ExclusionMatcher(compiled)
  expect(entryThatHits(matcher, 'Host', `host-${count - 1}.example.com`)).toBe(`host-${count - 1}.example.com`)
  expect(entryThatHits(matcher, 'Host', `host-${count}.example.com`)).toBeUndefined()
})
