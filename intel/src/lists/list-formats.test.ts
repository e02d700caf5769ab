import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalise, hostileCorpus, type IndicatorType, indicatorTypes, listFormatFacts } from '../index.ts'
import { anyCharacter } from '../testing/any-character.ts'
import { readCsvRecords } from '../escape/readers/csv-reader.ts'

const formats = Object.entries(listFormatFacts)
const entry = (format: keyof typeof listFormatFacts, type: IndicatorType, value: string) =>
  listFormatFacts[format].entry(type, value)

/** What a firewall does: cut at every line end it may know, take the first word, pass over comments. */
function readAsFirewall(text: string): string[] {
  return text
    .split(/[\n\r\v\f\u0085\u2028\u2029]/)
    .map((line) => line.trim().split(/\s/)[0] ?? '')
    .filter((word) => word !== '' && !/^(?:#|;|!|\/\/)/.test(word))
}

describe('LIB-7: what each format says', () => {
  test.each([
    ['panos-ip', 'Address', '192.0.2.1', '192.0.2.1'],
    ['panos-ip', 'Address', '2001:db8::1', '2001:db8::1'],
    ['panos-ip', 'CIDR', '192.0.2.0/24', '192.0.2.0/24'],
    ['panos-ip', 'Host', 'evil.example.com', undefined],
    ['panos-ip', 'Address', '192.0.2.1 # all', undefined],
    ['panos-domain', 'Host', 'evil.example.com', 'evil.example.com'],
    ['panos-domain', 'Host', '*.example.com', undefined],
    ['panos-domain', 'Host', '^.example.com', undefined],
    ['panos-domain', 'Host', 'http://evil.example.com', undefined],
    ['panos-url', 'URL', 'http://evil.example.com', 'evil.example.com/'],
    ['panos-url', 'URL', 'https://evil.example.com/', 'evil.example.com/'],
    ['panos-url', 'URL', 'https://evil.example.com/a/b?c=d', 'evil.example.com/a/b?c=d'],
    ['panos-url', 'URL', 'https://evil.example.com?c=d', 'evil.example.com/?c=d'],
    ['panos-url', 'URL', 'http://192.0.2.1/a', '192.0.2.1/a'],
    ['panos-url', 'URL', 'http://evil.example.com:8080/a', undefined],
    ['panos-url', 'URL', 'http://user@evil.example.com/a', undefined],
    ['panos-url', 'URL', 'http://evil.example.com/a#b', undefined],
    ['panos-url', 'URL', 'http://evil.example.com/*', undefined],
    ['panos-url', 'URL', 'http://evil.example.com/^/x', undefined],
    ['panos-url', 'URL', 'ftp://evil.example.com/a', undefined],
    ['panos-url', 'URL', 'http://[2001:db8::1]/a', undefined],
    ['panos-url', 'URL', `http://evil.example.com/${'a'.repeat(238)}`, `evil.example.com/${'a'.repeat(238)}`],
    ['panos-url', 'URL', `http://evil.example.com/${'a'.repeat(239)}`, undefined],
    ['panos-url', 'Host', 'evil.example.com', 'evil.example.com/'],
    ['panos-url', 'Address', '192.0.2.1', '192.0.2.1/'],
    ['panos-url', 'Address', '2001:db8::1', undefined],
    ['fortigate-ip', 'CIDR', '2001:db8::/32', '2001:db8::/32'],
    ['fortigate-domain', 'Host', 'evil.example.com', 'evil.example.com'],
    ['fortigate-domain', 'Host', '*.example.com', undefined],
    ['fortigate-hash', 'File', 'd41d8cd98f00b204e9800998ecf8427e', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['fortigate-hash', 'File', 'd41d8cd98f00b204e9800998ecf8427e name', undefined],
    ['cisco-ip', 'CIDR', '192.0.2.0/24', '192.0.2.0/24'],
    ['cisco-ip', 'CIDR', '0.0.0.0/0', undefined],
    ['cisco-ip', 'CIDR', '::/0', undefined],
    ['text', 'Email Subject', 'pay now', 'pay now'],
    ['text', 'Hashtag', '#evil', undefined],
    ['csv', 'Email Subject', 'pay, "now"', 'Email Subject,"pay, ""now"""'],
    ['csv', 'Email Subject', '=1+1', undefined],
    ['json', 'Email Subject', 'pay "now"', '{"type":"Email Subject","value":"pay \\"now\\""}'],
  ] as const)('LIB-7: %s of %s %j is %j', (format, type, value, expected) => {
    expect(entry(format, type, value)).toBe(expected)
  })
})

describe.each(formats)('S6: the format %s', (name, format) => {
  const anyText = fc.oneof(
    fc.constantFrom(...hostileCorpus.map(({ text }) => text)),
    fc.string({ unit: anyCharacter }),
    fc
      .array(
        fc.constantFrom(
          'http://',
          'a.example.com',
          '/',
          '?',
          ':80',
          '@',
          '*',
          '^',
          '#',
          ' ',
          '\n',
          '192.0.2.1',
          '::1',
          '%',
          '"',
          '=',
        ),
      )
      .map((parts) => parts.join('')),
  )

  test('S6: reads back as one entry, the value itself or nothing, whatever the text is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...indicatorTypes), anyText, (type, text) => {
        const said = format.entry(type, text)
        if (said === undefined) return
        if (name === 'json') expect(JSON.parse(said)).toEqual({ type, value: text })
        else if (name === 'csv') expect(readCsvRecords(`${said}\r\n`)).toEqual([[type, text]])
        else if (name === 'text') expect(said).toBe(text)
        else {
          expect(readAsFirewall(said)).toEqual([said])
          expect(said).not.toMatch(/[*^#]/)
          // Without the slash behind a host and the scheme before it, it is the value.
          const plain = name === 'panos-url' ? text.replace(/^https?:\/\//, '') : text
          expect(said.replace('/', '')).toBe(plain.replace('/', ''))
        }
      }),
      { numRuns: process.env['POSTERN_SOAK'] === '1' ? 50_000 : 500 },
    )
  })

  test('LIB-7: says canonical values of its own types', () => {
    const good: Partial<Record<IndicatorType, string>> = {
      Address: '192.0.2.1',
      CIDR: '192.0.2.0/24',
      Host: 'a.example.com',
      URL: 'http://a.example.com/x',
      File: 'd41d8cd98f00b204e9800998ecf8427e',
    }
    for (const type of format.types) {
      const value = good[type]
      if (value === undefined) continue
      expect(canonicalise(type, value)).toMatchObject({ ok: true, value })
      expect(format.entry(type, value)).toBeDefined()
    }
  })
})
