import { expect, test } from 'vitest'
import type { IndicatorType } from '../indicators/indicator-types.ts'
import { mistakeInExclusion } from './mistaken-entry.ts'

test.each<[string, IndicatorType[] | null]>([
  ['192.0.2.0/33', null],
  ['192.0.2/24', null],
  ['192.0.2.256', null],
  ['2001:db8:::1', null],
  ['2001:db8::/129', null],
  ['192.0.2.1-192.0.2.9', null],
  ['192.0.2.1 - 192.0.2.9', null],
  ['exam ple.com', null],
  ['example .com', ['Host', 'Mutex']],
  ['*.exam ple.com', null],
  ['a.example.com, b.example.com', null],
  ['192.0.2.1;192.0.2.7', null],
  ['example.com,', null],
  ['"example.com"', null],
  ['exam!ple.com', null],
  ['example..com', null],
  ['bob@example..com', null],
  ['http://', null],
  ['d41d8cd98f00b204e9800998ecf8427', null],
])('LIB-4: the entry %j of a list of %j is doubtful', (entry, types) => {
  expect(mistakeInExclusion(entry, types)).toMatchObject({ kind: 'doubtful', reason: expect.stringMatching(/\.$/) })
})

test.each<[string, IndicatorType[]]>([
  ['exam ple.com', ['Host']],
  ['10.0.0.0/8', ['Host', 'EmailAddress']],
  ['192.0.2.0/33', ['Address', 'CIDR']],
  ['.example.com', ['Address']],
  ['*.example.com', ['File', 'Mutex']],
  ['mail *.example.com', ['Host', 'URL']],
  ['example.com', ['Address', 'File']],
])('LIB-4: the entry %j of a list of %j can hit nothing', (entry, types) => {
  expect(mistakeInExclusion(entry, types)).toMatchObject({ kind: 'never', reason: expect.stringMatching(/\.$/) })
})

test.each<[string, IndicatorType[] | null]>([
  ['example.com', null],
  ['example[.]com', null],
  ['EXAMPLE.com.', ['Host']],
  ['münchen.de', null],
  ['example.com', ['URL']],
  ['192.0.2.7', ['URL']],
  ['192.0.2.0/24', null],
  ['::ffff:10.0.0.0/104', null],
  ['.internal', null],
  ['*.example.com', ['EmailAddress']],
  ['mail*.example.com', null],
  ['192.0.2.*', null],
  ['*Invoice 2026*', null],
  ['Mozilla/5.0 (compatible; *', ['User Agent', 'Host']],
  ['Your invoice of May', null],
  ['Local\\Mutex.of.mine', null],
  ['evil.exe', null],
  ['192.0.2.0/33', ['Mutex']],
  ['http://example.com/a b', ['Email Subject']],
  ['d41d8cd98f00b204e9800998ecf8427e', null],
  ['AS64496', null],
  ['#evil.tag', null],
  ['', null],
])('LIB-4: the entry %j of a list of %j is taken as it is', (entry, types) => {
  expect(mistakeInExclusion(entry, types)).toBeUndefined()
})
