import { expect, test } from 'vitest'
import { readPasted } from './pasted-lines.ts'

test('LIB-1: each line of a pasted text is an indicator, nothing, or refused by its number', () => {
  const text = '# ours\nevil.test\r\n\n192.0.2[.]1 # a server\nlocalhost\n'
  expect(readPasted(text, undefined)).toEqual({
    indicators: [
      { type: 'Host', value: 'evil.test' },
      { type: 'Address', value: '192.0.2[.]1' },
    ],
    refused: [{ line: 5, reason: expect.stringContaining('localhost') }],
  })
  expect(readPasted('a subject', 'Email Subject').indicators).toEqual([{ type: 'Email Subject', value: 'a subject' }])
})
