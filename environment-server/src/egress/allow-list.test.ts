import { expect, test } from 'vitest'
import { AllowList, parseTarget } from './allow-list.ts'

const hub = { host: 'hub.example.com', port: 8443 }

function list(entries: string[], only?: string[], forced: string[] = []): AllowList {
  return new AllowList({ hub, entries, only, forced })
}

function isOpen(allowed: AllowList, authority: string): boolean {
  const target = parseTarget(authority)
  return target !== undefined && allowed.refusal(target) === undefined
}

test('S7: the hub is always open, on its own port alone', () => {
  expect(isOpen(list([]), 'hub.example.com:8443')).toBe(true)
  expect(isOpen(list([]), 'HUB.example.com.:8443')).toBe(true)
  expect(isOpen(list([]), 'hub.example.com:22')).toBe(false)
  expect(isOpen(list([]), 'other.example.com:8443')).toBe(false)
})

test.each([
  ['aed.example.com', 'aed.example.com:443', true],
  ['aed.example.com', 'aed.example.com:80', true],
  ['aed.example.com', 'x.aed.example.com:443', false],
  ['aed.example.com:443', 'aed.example.com:443', true],
  ['aed.example.com:443', 'aed.example.com:8080', false],
  ['*.example.com', 'a.example.com:443', true],
  ['*.example.com', 'a.b.example.com:443', true],
  ['*.example.com', 'example.com:443', false],
  ['*.example.com', 'evilexample.com:443', false],
  ['*.example.com:443', 'a.example.com:22', false],
  ['192.0.2.7', '192.0.2.7:443', true],
  ['192.0.2.7', '192.0.2.70:443', false],
  ['[2001:db8::7]:443', '[2001:DB8:0::7]:443', true],
  ['2001:db8::7', '[2001:db8::7]:443', true],
  ['[2001:db8::7]:443', '[2001:db8::7]:22', false],
  ['', 'a.example.com:443', false],
  ['*', 'a.example.com:443', false],
  ['*.', 'a.example.com:443', false],
  ['https://aed.example.com/x', 'aed.example.com:443', false],
])('S7: with the entry %j, a connection to %s is open: %s', (entry, authority, expected) => {
  expect(isOpen(list([entry]), authority)).toBe(expected)
})

test('S16: what the local policy does not list stays closed, whatever the command names', () => {
  const allowed = list(['a.example.com', 'b.example.com'], ['a.example.com:443'])
  expect(isOpen(allowed, 'a.example.com:443')).toBe(true)
  expect(isOpen(allowed, 'a.example.com:80')).toBe(false)
  expect(isOpen(allowed, 'b.example.com:443')).toBe(false)
})

test('S7: only the hub and what the local policy names may lead to any address', () => {
  const allowed = list(['a.example.com', '127.0.0.1'], undefined, ['127.0.0.1:9443'])
  expect(allowed.mayBeAnyAddress({ host: '127.0.0.1', port: 9443 })).toBe(true)
  expect(allowed.mayBeAnyAddress({ host: '127.0.0.1', port: 22 })).toBe(false)
  expect(allowed.mayBeAnyAddress({ host: 'hub.example.com', port: 8443 })).toBe(true)
  expect(allowed.mayBeAnyAddress({ host: 'a.example.com', port: 443 })).toBe(false)
})

test.each([
  'a.example.com',
  'a.example.com:0',
  'a.example.com:99999',
  ':443',
  'a b:443',
  'http://a:443',
  'a/b:443',
  'user@a:443',
  '[::1:443',
  '',
])('S7: %j is no target', (authority) => {
  expect(parseTarget(authority)).toBeUndefined()
})

test('S7: numbers in disguise are seen as the address that they are', () => {
  expect(parseTarget('0x7f.1:80')?.host).toBe('127.0.0.1')
  expect(parseTarget('2130706433:80')?.host).toBe('127.0.0.1')
  expect(parseTarget('[::ffff:127.0.0.1]:80')?.host).toBe('::ffff:7f00:1')
})
