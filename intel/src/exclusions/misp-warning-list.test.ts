import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { canonicalise, type IndicatorType } from '../index.ts'
import { ExclusionsCompiler } from './compile-exclusions.ts'
import { ExclusionMatcher } from './exclusion-matcher.ts'
import { readExclusionEntry } from './exclusion-rule.ts'
import { readMispWarningList } from './misp-warning-list.ts'

/** MISP's lists as they are published lie beside the checkout, never in it. */
const published = new URL('../../../../shared/data/warninglists/', import.meta.url)
const isHere = existsSync(published)

function matcherOf(lists: readonly (readonly [string, unknown])[]): { matcher: ExclusionMatcher; refused: string[] } {
  const compiler = new ExclusionsCompiler()
  const refused: string[] = []
  for (const [id, content] of lists) {
    const read = readMispWarningList(content)
    if (!read.ok) throw new Error(`${id}: ${read.reason}`)
    const { name, matching, types, entries } = read.list
    compiler.addList({ id, name, kind: 'misp', matching, types, mode: 'inform', atImport: true, atExport: true })
    for (const entry of entries) {
      const judged = readExclusionEntry(matching, String(entry), types)
      if (!judged.ok) refused.push(`${id}: ${judged.reason}`)
      compiler.addEntry(String(entry))
    }
  }
  return { matcher: new ExclusionMatcher(compiler.finish()), refused }
}

function hits(matcher: ExclusionMatcher, type: IndicatorType, raw: string): string[] {
  const canonical = canonicalise(type, raw)
  if (!canonical.ok) throw new Error(canonical.message)
  return matcher.judge(type, canonical.value).map(({ list, entry }) => `${list.id}: ${entry}`)
}

test.skipIf(!isHere)(
  'LIB-4: all warning lists of MISP load as they are published, and say what they are for (needs ../shared/data)',
  () => {
    const files = readdirSync(published)
    const lists = files.map(
      (file) => [file.replace('.json', ''), JSON.parse(readFileSync(new URL(file, published), 'utf8'))] as const,
    )
    expect(lists.length).toBe(14)
    const { matcher, refused } = matcherOf(lists)
    expect(refused).toEqual([])
    expect(hits(matcher, 'Address', '10.1.2.3')).toEqual(['rfc1918: 10.0.0.0/8', 'rfc5735: 10.0.0.0/8'])
    expect(hits(matcher, 'Address', 'fe80::1')).toEqual(['ipv6-linklocal: FE80::/10'])
    expect(hits(matcher, 'CIDR', '2001::/16')).toContain('rfc3849: 2001:DB8::/32')
    expect(hits(matcher, 'Address', '1.0.0.1')).toEqual(['public-dns-v4: 1.0.0.1'])
    expect(hits(matcher, 'URL', 'https://www.google.com/search?q=x')).toEqual(['google: www.google.com'])
    // Published as texts, not as host names: its dots in front hit nothing here either.
    expect(hits(matcher, 'Host', 'mail.google.ae')).toEqual([])
    expect(hits(matcher, 'Host', 'home.00010010.org')).toEqual(['dynamic-dns: .00010010.org'])
    expect(hits(matcher, 'File', 'D41D8CD98F00B204E9800998ECF8427E')).toEqual([
      'empty-hashes: d41d8cd98f00b204e9800998ecf8427e',
    ])
    expect(hits(matcher, 'URL', 'http://2014.hack.lu/program')).toEqual(['security-provider-blogpost: 2014.hack.lu'])
    // A list of top-level domains names no host, and must not hit every one below.
    expect(hits(matcher, 'Host', 'only-this-one.aaa')).toEqual([])
  },
)

test("LIB-4: each of MISP's types means what it means there", () => {
  const { matcher } = matcherOf([
    [
      'string',
      {
        name: 'a',
        type: 'string',
        version: '3',
        list: ['Example.com'],
        matching_attributes: ['domain', 'url', 'email-src'],
      },
    ],
    [
      'hostname',
      { name: 'b', type: 'hostname', version: 1, list: ['.example.net'], matching_attributes: ['hostname', 'email'] },
    ],
    ['substring', { name: 'c', type: 'substring', version: 1, list: ['Login'], matching_attributes: ['url'] }],
    [
      'cidr',
      { name: 'd', type: 'cidr', version: 1, list: ['192.0.2.0/24'], matching_attributes: ['ip-dst|port', 'url'] },
    ],
    ['regex', { name: 'e', type: 'regex', version: 1, list: ['/^update\\d+\\./i'] }],
  ])
  expect(hits(matcher, 'Host', 'EXAMPLE.com')).toEqual(['string: Example.com'])
  expect(hits(matcher, 'Host', 'a.example.com')).toEqual([])
  expect(hits(matcher, 'URL', 'http://example.com/')).toEqual(['string: Example.com'])
  expect(hits(matcher, 'EmailAddress', 'bob@example.com')).toEqual(['string: Example.com'])
  expect(hits(matcher, 'EmailAddress', 'bob@mail.example.net')).toEqual(['hostname: .example.net'])
  expect(hits(matcher, 'URL', 'http://mail.example.net/')).toEqual([])
  expect(hits(matcher, 'URL', 'http://a.org/LOGIN.php')).toEqual(['substring: Login'])
  expect(hits(matcher, 'CIDR', '192.0.0.0/8')).toEqual(['cidr: 192.0.2.0/24'])
  expect(hits(matcher, 'URL', 'http://192.0.2.9/')).toEqual(['cidr: 192.0.2.0/24'])
  expect(hits(matcher, 'Host', 'Update7.a.org')).toEqual(['regex: /^update\\d+\\./i'])
})

test('LIB-4: what is no warning list is refused and says why', () => {
  const whyNot = (content: unknown) => {
    const read = readMispWarningList(content)
    return read.ok ? undefined : read.reason
  }
  const good = { name: 'a', type: 'string', version: 1, list: ['x'] }
  expect(whyNot(good)).toBeUndefined()
  expect(whyNot([])).toContain('JSON object')
  expect(whyNot({ ...good, name: ' ' })).toContain('no name')
  expect(whyNot({ name: 'a', version: 1, list: ['x'] })).toMatch(/^The list has no type; it is one of string, /)
  expect(whyNot({ ...good, type: 'fuzzy' })).toContain('string, substring, hostname, cidr, regex')
  expect(whyNot({ ...good, list: 'x' })).toContain('not a list')
  expect(whyNot({ ...good, matching_attributes: ['phone-number'] })).toContain('phone-number')
})
