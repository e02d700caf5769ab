import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { plainList, type PlainFormat } from './value-lines.ts'

const values = [
  ['Host', 'evil.example.com'],
  ['Email Subject', 'pay, now'],
  ['Hashtag', '#evil'],
  ['Email Subject', '=1+1'],
]
const end = { count: values.length, leftOut: { tlp: 2 }, sha256: 'a'.repeat(64) }
const answer = (...lines: unknown[]) => gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

async function read(format: PlainFormat, bytes: Buffer): Promise<{ text: string; leftOut: object }> {
  let leftOut = {}
  let text = ''
  for await (const piece of plainList(Readable.from([bytes]), format, (counts) => (leftOut = counts))) text += piece
  return { text, leftOut }
}

test('LIB-7: a data collection is taken out as a plain list; what that cannot say is left out and counted', async () => {
  expect(await read('txt', answer(...values, end))).toEqual({
    text: 'evil.example.com\npay, now\n=1+1\n',
    leftOut: { tlp: 2, format: 1 },
  })
  expect(await read('csv', answer(...values, end))).toEqual({
    text: 'type,value\r\nHost,evil.example.com\r\nEmail Subject,"pay, now"\r\nHashtag,#evil\r\n',
    leftOut: { tlp: 2, format: 1 },
  })
})

test('LIB-7: an answer that was cut is no list', async () => {
  await expect(read('txt', answer(...values))).rejects.toThrow('was cut')
  const whole = answer(...values, end)
  await expect(read('txt', whole.subarray(0, whole.length - 12))).rejects.toThrow()
})
