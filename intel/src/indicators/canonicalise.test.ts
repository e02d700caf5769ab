import { describe, expect, test } from 'vitest'
import { canonicalise, canonicalVersion, refusalReasons, splitFileSummary } from '../index.ts'
import type { IndicatorType, RefusalReason } from '../index.ts'

type Case = readonly [raw: string, value: string]
type BadCase = readonly [raw: string, reason: RefusalReason]

const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const good: Readonly<Record<IndicatorType, readonly Case[]>> = {
  Address: [
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1\n', '192.0.2.1'],
    ['192[.]0[.]2[.]1', '192.0.2.1'],
    ['192(.)0{.}2[dot]1', '192.0.2.1'],
    ['192[.0[.2[.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001[:]db8[:][:]1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['::192.0.2.1', '::c000:201'],
  ],
  Host: [
    ['evil.example.com', 'evil.example.com'],
    ['Evil.Example.COM.', 'evil.example.com'],
    ['evil[.]example(.)com', 'evil.example.com'],
    ['evil [dot] example [dot] com', 'evil.example.com'],
    ['_dmarc.example.com', '_dmarc.example.com'],
    ['bücher.example.com', 'xn--bcher-kva.example.com'],
    ['BÜCHER.example.com', 'xn--bcher-kva.example.com'],
    ['example。com', 'example.com'],
    ['xn--a.example.com', 'xn--a.example.com'],
    [`${'a'.repeat(63)}.example.com`, `${'a'.repeat(63)}.example.com`],
  ],
  URL: [
    ['http://evil.example.com', 'http://evil.example.com'],
    ['HTTP://Evil.Example.com/Path?Q=1#F', 'http://evil.example.com/Path?Q=1#F'],
    ['hxxps[://]evil[.]example[.]com/a[.]b', 'https://evil.example.com/a.b'],
    ['h**p://evil.example.com/', 'http://evil.example.com/'],
    ['hxxp[:]//evil.example.com/', 'http://evil.example.com/'],
    ['http://evil.example.com/a[.]b', 'http://evil.example.com/a[.]b'],
    ['http://evil.example.com:80/', 'http://evil.example.com/'],
    ['http://evil.example.com:443/', 'http://evil.example.com:443/'],
    ['https://evil.example.com:08443/', 'https://evil.example.com:8443/'],
    ['tcp://198.51.100.7:4444', 'tcp://198.51.100.7:4444'],
    ['http://evil.example.com/../%7e/./x', 'http://evil.example.com/../%7e/./x'],
    ['http://evil.example.com/a b"<>', 'http://evil.example.com/a%20b%22%3C%3E'],
    ['http://bücher.example.com/ü', 'http://xn--bcher-kva.example.com/%C3%BC'],
    ['http://[2001:DB8:0::1]:8080/', 'http://[2001:db8::1]:8080/'],
    ['hxxp://[2001[:]db8::1]/', 'http://[2001:db8::1]/'],
    ['http://paypal.example.com@evil.example.com/', 'http://paypal.example.com@evil.example.com/'],
    ['http://a@b@evil.example.com/', 'http://a%40b@evil.example.com/'],
    ['http://@evil.example.com/', 'http://evil.example.com/'],
  ],
  EmailAddress: [
    ['Bob.Smith@Example.COM', 'bob.smith@example.com'],
    ['bob[at]example[.]com', 'bob@example.com'],
    ['bob[@]example.com', 'bob@example.com'],
    ['jörg@bücher.example.com', 'jörg@xn--bcher-kva.example.com'],
  ],
  File: [
    [md5.toUpperCase(), md5],
    [sha1, sha1],
    [sha256, sha256],
  ],
  ASN: [
    ['ASN64496', 'ASN64496'],
    ['AS64496', 'ASN64496'],
    ['asn 64496', 'ASN64496'],
    ['0064496', 'ASN64496'],
    ['4294967295', 'ASN4294967295'],
  ],
  CIDR: [
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['192[.]0[.]2[.]0/24', '192.0.2.0/24'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['192.0.2.1/32', '192.0.2.1/32'],
    ['192.0.2.255/31', '192.0.2.254/31'],
    ['2001:DB8:0:0:ffff::/33', '2001:db8::/33'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
    ['::1/128', '::1/128'],
  ],
  'Email Subject': [['  Your invoice\u00a0', 'Your invoice']],
  Hashtag: [
    ['#OpExample', '#OpExample'],
    ['OpExample', '#OpExample'],
  ],
  Mutex: [['Global\\Cafe\u0301', 'Global\\Café']],
  'Registry Key': [
    ['hklm\\Software\\Run', 'HKEY_LOCAL_MACHINE\\Software\\Run'],
    ['HKEY_CURRENT_USER\\\\Software\\', 'HKEY_CURRENT_USER\\Software'],
    ['HKCU\\Run : Updater : reg_sz', 'HKEY_CURRENT_USER\\Run : Updater : REG_SZ'],
    ['HKCU\\Run :   : REG_SZ', 'HKEY_CURRENT_USER\\Run :   : REG_SZ'],
    ['HKCU\\Run : a : b', 'HKEY_CURRENT_USER\\Run : a : b'],
    ['HKCU\\Run : ', 'HKEY_CURRENT_USER\\Run'],
  ],
  'User Agent': [['Mozilla/5.0 (evil; [.])', 'Mozilla/5.0 (evil; [.])']],
}

const bad: Readonly<Partial<Record<IndicatorType, readonly BadCase[]>>> = {
  Address: [
    ['', 'empty'],
    ['010.1.1.1', 'address-leading-zero'],
    ['192.0.2.00', 'address-leading-zero'],
    ['0x7f.0.0.1', 'address-hexadecimal'],
    ['0x7f000001', 'address-hexadecimal'],
    ['127.1', 'address-short-form'],
    ['2130706433', 'address-short-form'],
    ['1.2.3.4.5', 'address-short-form'],
    ['192.0.2.256', 'address-octet-range'],
    ['192.0.2.1:443', 'address-port'],
    ['[2001:db8::1]:443', 'address-port'],
    ['192.0.2.1:22:443', 'address-port'],
    ['fe80::1%eth0', 'address-zone'],
    ['1::2::3', 'address-form'],
    ['1:2:3:4:5:6:7:8:9', 'address-form'],
    ['1:2:3:4:5:6:7', 'address-form'],
    ['12345::', 'address-form'],
    ['::ffff:010.1.1.1', 'address-leading-zero'],
    ['example.com', 'address-form'],
    ['192.0.2.0/24', 'address-form'],
    ['١٩٢.0.2.1', 'address-form'],
  ],
  Host: [
    ['192.0.2.1', 'host-is-address'],
    ['2001:db8::1', 'host-is-address'],
    ['１２７.0.0.1', 'host-is-address'],
    ['evil.0x7f', 'host-ends-in-number'],
    ['1.2.3', 'host-ends-in-number'],
    ['localhost', 'host-single-label'],
    ['a..example.com', 'host-empty-label'],
    ['example.com..', 'host-empty-label'],
    [`${'a'.repeat(64)}.com`, 'host-label-too-long'],
    [`${'a.'.repeat(126)}com`, 'too-long'],
    ['evil.example.com:80', 'host-character'],
    ['*.example.com', 'host-character'],
    ['evil.example.com/x', 'host-character'],
    [`evil.example.com/${'x'.repeat(80)}.php`, 'host-character'],
    ['-evil.example.com', 'host-hyphen'],
    ['℀.example.com', 'host-idn'],
    ['ü.example.com/x', 'host-idn'],
  ],
  URL: [
    ['evil.example.com/x', 'url-scheme-missing'],
    ['javascript:alert(1)', 'url-scheme-missing'],
    ['javascript://example.com/%0aalert(1)', 'url-scheme-unknown'],
    ['file:///etc/passwd', 'url-scheme-unknown'],
    ['http:///x', 'url-host-missing'],
    ['http://010.1.1.1/', 'address-leading-zero'],
    ['http://0x7f.1/', 'address-hexadecimal'],
    ['http://2130706433/', 'address-short-form'],
    ['http://１２７.1/', 'address-form'],
    ['http://[fe80::1%25eth0]/', 'address-zone'],
    ['http://localhost/', 'host-single-label'],
    ['http://evil.example.com\\@good.example.com/', 'url-authority'],
    ['http://evil.example.com:65536/', 'url-port'],
    ['http://evil.example.com:x/', 'url-port'],
    ['http://evil.example.com:80:80/', 'url-port'],
    ['http://evil.example.com/a\nb', 'control-character'],
    [`http://evil.example.com/${'a'.repeat(9_000)}`, 'too-long'],
    [`http://evil.example.com/${'a'.repeat(100_000)}`, 'too-long'],
  ],
  EmailAddress: [
    ['bob.example.com', 'email-form'],
    ['@example.com', 'email-local-part'],
    ['"bob smith"@example.com', 'email-local-part'],
    ['Bob <bob@example.com>', 'email-local-part'],
    ['bob@192.0.2.1', 'host-is-address'],
    ['bob@localhost', 'host-single-label'],
  ],
  File: [
    [`${md5} : ${sha1}`, 'hash-several'],
    [`${md5.slice(1)}g`, 'hash-character'],
    [md5.slice(1), 'hash-length'],
  ],
  ASN: [
    ['ASNx', 'asn-form'],
    ['AS1.1', 'asn-form'],
    ['-1', 'asn-form'],
    ['4294967296', 'asn-range'],
  ],
  CIDR: [
    ['192.0.2.0', 'prefix-missing'],
    ['192.0.2.0/', 'prefix-form'],
    ['192.0.2.0/024', 'prefix-form'],
    ['192.0.2.0/255.255.255.0', 'prefix-form'],
    ['192.0.2.0/33', 'prefix-range'],
    ['2001:db8::/129', 'prefix-range'],
    ['fe80::%1/64', 'address-zone'],
    ['010.0.0.0/8', 'address-leading-zero'],
  ],
  Hashtag: [
    ['#', 'hashtag-form'],
    ['#two words', 'hashtag-form'],
    ['##x', 'hashtag-form'],
  ],
  'Registry Key': [
    ['Software\\Run', 'registry-root'],
    ['HKEY_NOWHERE\\x', 'registry-root'],
    ['HKLM\\x : y : REG_FOO', 'registry-value-type'],
  ],
  Mutex: [
    [' \t ', 'empty'],
    ['a\u0000b', 'control-character'],
    ['a\u0085b', 'control-character'],
    ['a\u2028b', 'control-character'],
    ['a\u202eb', 'bidi-control'],
    ['a\ud800b', 'unpaired-surrogate'],
    ['x'.repeat(1_025), 'too-long'],
  ],
}

describe.each(Object.entries(good))('%s', (type, cases) => {
  test.each(cases)('LIB-1: %j is canonically %j', (raw, value) => {
    expect(canonicalise(type as IndicatorType, raw)).toEqual({ ok: true, value })
  })
})

describe.each(Object.entries(bad))('%s', (type, cases) => {
  // The raw value is cut in the title alone.
  test.each(cases.map(([raw, reason]) => [raw.slice(0, 60), reason, raw] as const))(
    'LIB-1: %j is refused as %s, in a sentence',
    (_title, reason, raw) => {
      const result = canonicalise(type as IndicatorType, raw)
      expect(result).toMatchObject({ ok: false, reason })
      expect(result.ok ? '' : result.message).toMatch(/^[“A-Z].*[.]$/s)
    },
  )
})

test('LIB-1: every reason of the closed list is given for some value', () => {
  const given = new Set(Object.values(bad).flatMap((cases) => cases.map(([, reason]) => reason)))
  expect([...given].toSorted()).toEqual(refusalReasons.toSorted())
})

test('LIB-1: a refusal never repeats a hostile value at length or with its control characters', () => {
  const result = canonicalise('Host', `${'x'.repeat(5_000)}\u200b\ufeff!`)
  expect(result.ok).toBe(false)
  expect(result.ok ? '' : result.message.length).toBeLessThan(300)
})

test('D1: the rules carry a version, to be stored beside each indicator', () => {
  expect(canonicalVersion).toBe(1)
})

test('LIB-1: the summary of a file is taken apart by the length of its hashes, whichever of them are missing', () => {
  expect(splitFileSummary(`${md5} : ${sha1} : ${sha256}`)).toEqual({ md5, sha1, sha256 })
  expect(splitFileSummary(`${md5.toUpperCase()} : ${sha256}`)).toEqual({ md5, sha256 })
  expect(splitFileSummary(sha1)).toEqual({ sha1 })
  expect(splitFileSummary(`${md5} :  : x`)).toEqual({ md5 })
  expect(splitFileSummary('')).toEqual({})
})
