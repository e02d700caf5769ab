import { canonicalise, type IndicatorType } from '@postern/intel'
import { expect, test } from 'vitest'
import { defanged } from './defanged.ts'

const samples: [IndicatorType, string, string][] = [
  ['Host', 'evil.example.com', 'evil[.]example[.]com'],
  ['Address', '198.51.100.7', '198[.]51[.]100[.]7'],
  ['Address', '2001:db8::1', '2001[:]db8[:][:]1'],
  ['CIDR', '198.51.100.0/24', '198[.]51[.]100[.]0/24'],
  ['EmailAddress', 'someone@example.com', 'someone[@]example[.]com'],
  ['URL', 'https://evil.example.com/a.html?b=c.d', 'hxxps://evil[.]example[.]com/a.html?b=c.d'],
  ['URL', 'http://198.51.100.7:8080/x', 'hxxp://198[.]51[.]100[.]7:8080/x'],
  ['URL', 'ftp://files.example.com/x', 'fxp://files[.]example[.]com/x'],
]

test.each(samples)('%s %s is written %s, and the hub reads it as the same value', (type, value, written) => {
  expect(defanged(type, value)).toBe(written)
  const plain = canonicalise(type, value)
  expect(plain.ok).toBe(true)
  expect(canonicalise(type, written)).toEqual(plain)
})

test.each([
  ['File', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['Mutex', 'Global\\a.b'],
  ['User Agent', 'Mozilla/5.0 (http://example.com)'],
])('a %s, of which nothing makes a link, stays as it is', (type, value) => {
  expect(defanged(type, value)).toBe(value)
})
