import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ValuesEnd } from '@postern/protocol'
import { compareUtf8 } from '../spill/compare-utf8.ts'
import { readLineBlocks } from '../spill/read-lines.ts'
import type { Value } from './control.ts'
import { keyOf } from './value-key.ts'

const lineBytesMax = 64 * 1024

/**
 * Reads a version's values (D4): every line is checked as it comes, and the end must agree in count and SHA-256.
 * @throws Error when the stream was cut, is out of order, or does not agree: nothing may be concluded from what was read.
 */
export async function* readValues(
  chunks: AsyncIterable<Buffer>,
  atEnd: (end: ValuesEnd) => void,
): AsyncGenerator<readonly Value[]> {
  const digest = createHash('sha256')
  let count = 0
  let last: string | undefined
  let end: ValuesEnd | undefined
  for await (const lines of readLineBlocks(plain(chunks), lineBytesMax)) {
    const values: Value[] = []
    for (const line of lines) {
      if (end !== undefined) throw new Error('the values of the data collection go on after their end')
      const read = readLine(line)
      if (!isValue(read)) {
        end = ValuesEnd.parse(read)
        continue
      }
      const key = keyOf(read)
      if (last !== undefined && compareUtf8(last, key) >= 0)
        throw new Error('the values of the data collection are not in order')
      last = key
      digest.update(line).update('\n')
      values.push(read)
    }
    count += values.length
    yield values
  }
  if (end === undefined) throw new Error('the values of the data collection were cut off; nothing was changed')
  if (end.count !== count || end.sha256 !== digest.digest('hex')) {
    throw new Error(
      `the values of the data collection do not agree with their checksum (${count} came, ${end.count} were announced); nothing was changed`,
    )
  }
  atEnd(end)
}

function readLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    throw new Error('the values of the data collection hold a line that is not JSON; nothing was changed')
  }
}

/** A `ValueLine` of the protocol, checked by hand: there are millions of them. */
function isValue(read: unknown): read is Value {
  return Array.isArray(read) && read.length === 2 && typeof read[0] === 'string' && typeof read[1] === 'string'
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
