import { expect, test } from 'vitest'
import { egressHosts } from './egress-hosts.ts'

test.each([
  ['aed.example.com', 'aed.example.com'],
  ['aed.example.com:8443', 'aed.example.com:8443'],
  ['aed.example.com:443', 'aed.example.com:443'],
  ['https://aed.example.com/api?x=1', 'aed.example.com:443'],
  ['https://AED.example.com:443', 'aed.example.com:443'],
  ['http://feed.example.com/list.txt', 'feed.example.com:80'],
  ['https://user:pw@feed.example.com:9000/', 'feed.example.com:9000'],
  ['[2001:db8::1]:8443', '[2001:db8::1]:8443'],
  [' 192.0.2.1 ', '192.0.2.1'],
])('S7: the value %s of an address parameter opens %s', (value, host) => {
  expect(egressHosts([], ['host'], { host: value })).toEqual([host])
})

test('S7: what is no address opens nothing, and other parameters open nothing', () => {
  const parameters = {
    host: 'two words',
    also: 'a.example.com,b.example.com',
    list: ['c.example.com', '://'],
    other: 'd.example.com',
    flag: true,
  }
  expect(egressHosts(['e.example.com'], ['host', 'also', 'list', 'flag', 'absent'], parameters)).toEqual([
    'e.example.com',
    'c.example.com',
  ])
})
