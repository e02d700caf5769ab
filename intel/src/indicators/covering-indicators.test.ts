import { expect, test } from 'vitest'
import { coveringIndicators } from './covering-indicators.ts'

function around(...of: Parameters<typeof coveringIndicators>): string[] {
  return coveringIndicators(...of).map(({ type, value }) => `${type} ${value}`)
}

test('LIB-8: around an address are all its networks, from the nearest to everything', () => {
  const networks = around('Address', '192.0.2.77')
  expect(networks).toHaveLength(33)
  expect([networks[0], networks[8], networks[32]]).toEqual([
    'CIDR 192.0.2.77/32',
    'CIDR 192.0.2.0/24',
    'CIDR 0.0.0.0/0',
  ])
  expect(around('Address', '2001:db8::1')).toContain('CIDR 2001:db8::/32')
  expect(around('CIDR', '192.0.2.0/24')[0]).toBe('CIDR 192.0.2.0/23')
  expect(around('CIDR', '0.0.0.0/0')).toEqual([])
})

test('LIB-8: a URL is covered by its host, and by the networks around a host that is an address', () => {
  expect(around('URL', 'https://user@evil.example.com:8443/a?b')).toEqual(['Host evil.example.com'])
  expect(around('URL', 'http://192.0.2.77/')).toEqual(['Address 192.0.2.77', ...around('Address', '192.0.2.77')])
  expect(around('URL', 'http://[2001:db8::1]:8080/')[0]).toBe('Address 2001:db8::1')
  expect(around('Host', 'evil.example.com')).toEqual([])
})
