import { expect, test } from 'vitest'
import { readPasted } from './pasted-lines.ts'

test('LIB-1: each line of a pasted text is an indicator, nothing, or refused by its number', () => {
  const text = '# ours\nevil.test\r\n\n192.0.2[.]1 # a server\nlocalhost\n'
  expect(readPasted(text, undefined, {})).toEqual({
    indicators: [
      { type: 'Host', value: 'evil.test' },
      { type: 'Address', value: '192.0.2[.]1' },
    ],
    refused: [{ line: 5, reason: expect.stringContaining('localhost') }],
    mended: { port: 0, scheme: 0 },
  })
  expect(readPasted('a subject', 'Email Subject', {}).indicators).toEqual([
    { type: 'Email Subject', value: 'a subject' },
  ])
})

test('LIB-1: what was done to lines that are no indicators as they are written is counted', () => {
  const text = '192.0.2.1:80\n192.0.2.1:443\nevil.test/a\nevil.test\n'
  const { indicators, mended } = readPasted(text, undefined, { dropsPort: true, scheme: 'http' })
  expect(indicators.map(({ value }) => value)).toEqual(['192.0.2.1', '192.0.2.1', 'http://evil.test/a', 'evil.test'])
  expect(mended).toEqual({ port: 2, scheme: 1 })
})
