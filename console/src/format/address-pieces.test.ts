import { expect, test } from 'vitest'
import { addressPieces } from './address-pieces.ts'

function addressesIn(text: string): string[] {
  const pieces = addressPieces(text)
  expect(pieces.map((piece) => piece.text).join('')).toBe(text)
  return pieces.filter(({ isAddress }) => isAddress).map((piece) => piece.text)
}

test.each([
  ['See https://attack.mitre.org/groups/G0032.', ['https://attack.mitre.org/groups/G0032']],
  [
    '[Lazarus](https://attack.mitre.org/groups/G0032) and **http://a.example/?q=1**',
    ['https://attack.mitre.org/groups/G0032', 'http://a.example/?q=1'],
  ],
  [
    '(https://en.wikipedia.org/wiki/Worm_(computing)), "https://b.example"',
    ['https://en.wikipedia.org/wiki/Worm_(computing)', 'https://b.example'],
  ],
  ['https://a.example/\u202Egpj.exe', ['https://a.example/']],
  ['javascript:alert(1) hxxps://a[.]example ftp://a.example https:// xhttps://a.example', []],
  ['', []],
])('LIB-1: the addresses in %j', (text, addresses) => {
  expect(addressesIn(text)).toEqual(addresses)
})
