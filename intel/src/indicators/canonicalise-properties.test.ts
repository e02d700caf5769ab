import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { canonicalise, hostileCorpus, indicatorTypes } from '../index.ts'
import { anyCharacter } from '../testing/any-character.ts'
import { valueLengthMax } from './value-limits.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'
const runs = { numRuns: isSoak ? 150_000 : 1_500 }

/** Pieces that matter to some rule; random text alone would hardly ever get past the first check. */
const pieces = [
  'http hxxps ftp :// [://] [:] : / ? # @ [at] (@) [ ] { } ( ) \\ . [.] (.) {.} [dot] 。 \\. [. .]'.split(' '),
  `% %2e - _ * = & " ' < > evil COM com example xn-- xn--bcher-kva bücher ß İ ς Σ １ K ٣ 😀 ﬁ`.split(' '),
  '0 1 08 255 256 0x7f 127 10 2001 db8 :: ffff fe80 %eth0 /24 /129 :80 :443 AS ASN'.split(' '),
  'HKLM hkcu REG_SZ reg_x Software'.split(' '),
  [' ', '  ', ' dot ', ' : ', ' :', ': ', '\u00ad', '\u200d', '\u0301', '\u212b', '\u1fef', '\u0000', '\n', '\t'],
  ['\u0085', '\u2028', '\u202e', '\ud800', '\udc00'],
].flat()
const someParts = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''))
/** Begins and ends so that it has a chance to be canonical in the end. */
const promising = fc
  .tuple(
    fc.constantFrom(
      '',
      'http://',
      'hxxps[://]',
      'bob@',
      'HKLM\\',
      '#',
      'AS',
      '10.0.0.',
      'http://a@',
      'http://a.com',
      '2001:db8:',
    ),
    someParts,
    fc.constantFrom('', '.com', '[.]com', '/a', '/24', '.com/a[.]b', ':80/', '::1', ' : x : REG_SZ'),
    someParts,
  )
  .map((parts) => parts.join(''))
const registryLike = fc
  .array(fc.constantFrom('\\', ' ', ':', ' : ', ' :', 'a', 'REG_SZ', 'reg_dword', '\u3000'), { maxLength: 10 })
  .map((parts) => `HKLM\\${parts.join('')}`)
const anyText = fc.oneof(
  registryLike,
  someParts,
  promising,
  promising,
  fc.string({ unit: anyCharacter, maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.emailAddress(),
  fc.domain(),
  fc.ipV6(),
  fc.ipV4Extended(),
  fc.constantFrom(...hostileCorpus.map(({ text }) => text)),
)
const anyType = fc.constantFrom(...indicatorTypes)

test('D1: a canonical value is canonical again, for every type and every input', () => {
  fc.assert(
    fc.property(anyType, anyText, (type, raw) => {
      const once = canonicalise(type, raw)
      if (once.ok) expect(canonicalise(type, once.value)).toEqual(once)
    }),
    { numRuns: isSoak ? 1_000_000 : 10_000 },
  )
})

test('S6: no canonical value holds C0, C1, line separators, bidi controls or half characters, or is too long', () => {
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these characters are what is looked for
  const forbidden = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u
  fc.assert(
    fc.property(anyType, anyText, (type, raw) => {
      const result = canonicalise(type, raw)
      if (!result.ok) return
      expect(result.value).not.toMatch(forbidden)
      expect(result.value).not.toBe('')
      expect(result.value.length).toBeLessThanOrEqual(valueLengthMax[type])
    }),
    { numRuns: isSoak ? 1_000_000 : 10_000 },
  )
})

test('D1: the fast paths admit nothing that the full rules would change or refuse', () => {
  const label = fc.stringMatching(/^[a-z0-9_-]{1,8}$/)
  const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
  const path = fc.oneof(
    fc.stringMatching(/^[ -~]{0,20}$/).map((text) => `/${text}`),
    fc.stringMatching(/^:[0-9]{0,6}(?:[/?#a].{0,5})?$/),
    fc.constantFrom('', ':80', ':443', ':080', ':0', ':65536', ':9999/', ':80/', ':443/x', ':808', ':4430'),
  )
  const plain = fc.oneof(
    host,
    fc
      .tuple(fc.constantFrom('http', 'https'), fc.oneof(host, fc.ipV4(), fc.ipV4Extended()), path)
      .map(([scheme, name, rest]) => `${scheme}://${name}${rest}`),
    fc.tuple(fc.constantFrom('http', 'https'), host).map(([scheme, name]) => `${scheme}://${name}`),
    fc.ipV4(),
    fc.stringMatching(/^[0-9.]{1,16}$/),
    fc.stringMatching(/^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{63,65})$/),
    anyText,
  )
  fc.assert(
    fc.property(fc.constantFrom('Host', 'URL', 'Address', 'File'), plain, (type, raw) => {
      // A blank in front keeps a value off the fast path and changes nothing else, but for the length in one message.
      fc.pre(raw.length < 10_000)
      expect(canonicalise(type, raw)).toEqual(canonicalise(type, ` ${raw}`))
    }),
    { numRuns: isSoak ? 1_000_000 : 6_000 },
  )
})

test('LIB-1: IPv6 addresses come out as ipaddr.js writes them by RFC 5952', () => {
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }))
  const groups = fc.array(group, { minLength: 8, maxLength: 8 })
  fc.assert(
    fc.property(
      fc.oneof(
        groups,
        groups.map((all) => [0, 0, 0, 0, 0, 0xffff, ...all.slice(6)]),
      ),
      (parts) => {
        const address = new ipaddr.IPv6(parts)
        const expected = address.isIPv4MappedAddress()
          ? `::ffff:${address.toIPv4Address().toString()}`
          : address.toRFC5952String()
        for (const text of [address.toNormalizedString(), padded(parts), expected]) {
          expect(canonicalise('Address', text)).toEqual({ ok: true, value: expected })
        }
      },
    ),
    runs,
  )
})

function padded(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16).toUpperCase().padStart(4, '0')).join(':')
}

test('LIB-1: whatever is taken for an address, ipaddr.js reads as the same address, and no octal one is among them', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.ipV4Extended(), fc.ipV6()), (raw) => {
      const result = canonicalise('Address', raw)
      if (!result.ok) return
      expect(ipaddr.isValid(result.value)).toBe(true)
      const read = ipaddr.parse(result.value)
      expect(canonicalise('Address', read.toNormalizedString())).toEqual(result)
    }),
    runs,
  )
})

test('LIB-1: a network keeps exactly the bits that its prefix names', () => {
  const blocks = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
  )
  fc.assert(
    fc.property(blocks, ([address, prefix]) => {
      const result = canonicalise('CIDR', `${address}/${prefix}`)
      if (!result.ok) throw new Error(result.message)
      const network = ipaddr.parse(result.value.split('/')[0] ?? '')
      const given = ipaddr.parse(asBrowsersReadIt(address))
      const bitsOf = (bytes: number[]) => bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
      const bits = bitsOf(network.toByteArray())
      expect(bits).toBe(bitsOf(given.toByteArray()).slice(0, prefix).padEnd(bits.length, '0'))
    }),
    runs,
  )
})

/** ipaddr.js reads `::192.0.2.1` as `::ffff:192.0.2.1`; RFC 4291, inet_pton and browsers do not. */
function asBrowsersReadIt(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address
}

test('LIB-1: a browser sees the same host in a canonical URL as its text shows', () => {
  fc.assert(
    fc.property(anyText, (raw) => {
      const result = canonicalise('URL', raw)
      // What DNS would carry but UTS 46 refuses (a false xn-- label) has no browser's reading to compare with.
      if (!result.ok || !URL.canParse(result.value)) return
      const host = /^[a-z]+:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)/.exec(result.value)?.[1] ?? ''
      const seen = new URL(result.value.replace(/^[a-z]+:/, 'http:')).hostname
      expect(seen.startsWith('[') ? canonicalise('Address', seen) : { ok: true, value: seen }).toEqual({
        ok: true,
        value: host.replace(/^\[|\]$/g, ''),
      })
    }),
    { numRuns: isSoak ? 1_000_000 : 6_000 },
  )
})

test('D1: defanging a host or a URL and reading it gives the value back', () => {
  const mark = fc.constantFrom('[.]', '(.)', '{.}', '[dot]', ' [.] ', '\\.')
  fc.assert(
    fc.property(fc.domain(), mark, (host, dot) => {
      const plain = canonicalise('Host', host)
      expect(canonicalise('Host', host.replaceAll('.', dot))).toEqual(plain)
      const url = canonicalise('URL', `https://${host}/a?b=c`)
      expect(canonicalise('URL', `hxxps://${host.replaceAll('.', dot)}/a?b=c`)).toEqual(url)
    }),
    runs,
  )
})
