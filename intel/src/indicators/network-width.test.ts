import { expect, test } from 'vitest'
import { isTooWide, prefixesMinDefault } from './network-width.ts'

test.each([
  ['10.0.0.0/16', false],
  ['10.0.0.0/15', true],
  ['0.0.0.0/0', true],
  ['2001:db8::/32', false],
  ['2001:db8::/31', true],
  ['::ffff:0:0/96', true],
  ['::ffff:10.0.0.0/111', true],
  ['::ffff:10.0.0.0/112', false],
  ['::/96', true],
  ['::/0', true],
])('a network is as wide as the addresses that it means: %s', (value, isWide) => {
  expect(isTooWide('CIDR', value, prefixesMinDefault)).toBe(isWide)
})

test('what is no network has no width, and a person may permit every width', () => {
  expect(isTooWide('Address', '10.0.0.1', prefixesMinDefault)).toBe(false)
  for (const all of ['0.0.0.0/0', '::/0', '::ffff:0:0/96'])
    expect(isTooWide('CIDR', all, { ipv4: 0, ipv6: 0 })).toBe(false)
})
