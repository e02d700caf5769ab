import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ValueLine, ValuesEnd } from '@postern/protocol'
import { compareUtf8 } from '../spill/compare-utf8.ts'
import { readLines } from '../spill/read-lines.ts'
import type { Value } from './control.ts'

const lineBytesMax = 64 * 1024

/**
 * Reads a version's values (D4): every line is checked as it comes, and the end must agree in count and SHA-256.
 * @throws Error when the stream was cut, is out of order, or does not agree: nothing may be concluded from what was read.
 */
export async function* readValues(
  chunks: AsyncIterable<Buffer>,
  atEnd: (end: ValuesEnd) => void,
): AsyncGenerator<Value> {
  const digest = createHash('sha256')
  let count = 0
  let last = ''
  let end: ValuesEnd | undefined
  for await (const line of readLines(plain(chunks), lineBytesMax)) {
    if (end !== undefined) throw new Error('the values of the data collection go on after their end')
    const parsed: unknown = JSON.parse(line.toString('utf8'))
    if (!Array.isArray(parsed)) {
      end = ValuesEnd.parse(parsed)
      continue
    }
    const value = ValueLine.parse(parsed)
    const key = keyOf(value)
    if (count > 0 && compareUtf8(last, key) >= 0) throw new Error('the values of the data collection are not in order')
    last = key
    digest.update(line).update('\n')
    count += 1
    yield value
  }
  if (end === undefined) throw new Error('the values of the data collection were cut off; nothing was changed')
  if (end.count !== count || end.sha256 !== digest.digest('hex')) {
    throw new Error(
      `the values of the data collection do not agree with their checksum (${count} came, ${end.count} were announced); nothing was changed`,
    )
  }
  atEnd(end)
}

/** What values are sorted by: their type, then their form, as UTF-8 bytes. */
export function keyOf([type, value]: Value): string {
  return `${type}\t${value}`
}

/** The session has undone a Content-Encoding; a body that is gzip in itself is undone here. */
async function* plain(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = chunks[Symbol.asyncIterator]()
  const first = await reader.next()
  if (first.done === true) return
  const all = (async function* () {
    yield first.value
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value
  })()
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b
  yield* isGzip ? (Readable.from(all).compose(createGunzip()) as AsyncIterable<Buffer>) : all
}
