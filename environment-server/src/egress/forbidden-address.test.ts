import { expect, test } from 'vitest'
import { forbiddenKind } from './forbidden-address.ts'

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['169.254.169.254', 'metadata'],
  ['169.254.0.1', 'link-local'],
  ['100.100.100.200', 'metadata'],
  ['192.0.0.192', 'metadata'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['febf::1', 'link-local'],
  ['fd00:ec2::254', 'metadata'],
  ['ff02::1', 'multicast'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:a9fe:a9fe', 'metadata'],
  ['::127.0.0.1', 'loopback'],
  ['::ffff:0:127.0.0.1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['64:ff9b::169.254.169.254', 'metadata'],
  ['2002:7f00:1::', 'loopback'],
  ['not an address', 'no IP address'],
])('S7: %s is forbidden as %s', (address, kind) => {
  expect(forbiddenKind(address)).toContain(kind)
})

test.each([
  '192.0.2.1',
  '10.0.0.1',
  '172.16.3.4',
  '192.168.1.1',
  '8.8.8.8',
  '2001:db8::1',
  'fd12:3456::1',
  '64:ff9b::192.0.2.1',
  '2002:c000:201::',
])('S7: %s may be reached', (address) => {
  expect(forbiddenKind(address)).toBeUndefined()
})
