import { expect, test } from 'vitest'
import { isBroadExclusion } from './broad-entry.ts'

test.each([
  '*.com',
  '.com',
  '.CO.UK',
  '0.0.0.0/0',
  '::/0',
  '128.0.0.0/1',
  '2000::/3',
  'http*',
  '*.com/*',
  '*.php*',
  'https://*',
])('LIB-4: the entry %j is broad', (entry) => expect(isBroadExclusion(entry, null)).toBe(true))

test.each([
  'example.com',
  '.example.com',
  '*.example.co.uk',
  'mail*.example.com',
  'http://*/gate.php',
  '*example*',
  '.corp',
  '10.0.0.0/8',
  'fc00::/7',
  '192.0.2.7',
  'd41d8cd98f00b204e9800998ecf8427e',
  '',
])('LIB-4: the entry %j is not', (entry) => expect(isBroadExclusion(entry, null)).toBe(false))
