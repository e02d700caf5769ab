import { pipeline, type Readable } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'
import { Problem } from '../lib/problem.ts'
import { bodyChunks } from './body-chunks.ts'
import { httpLimits } from './http-limits.ts'

/** Bounds of a body of lines (S14). */
export type LinesBounds = {
  /** Bytes as sent. */
  compressedMax: number
  /** Bytes after decompression. */
  bytesMax: number
  /** Bytes of one line. */
  lineMax: number
}

const { blankLinesMax, linesRatioMax } = httpLimits
const ratioCountsFrom = 1024 * 1024

/**
 * Reads a gzip body as lines, bounded while it comes; blank ones are passed over. `onCompressed` sees the bytes as they were sent, for keeping them; what it
 * returns is waited for, so that memory stays flat.
 */
export async function* readGzipLines(
  body: Readable,
  bounds: LinesBounds,
  onCompressed?: (chunk: Buffer) => Promise<void> | void,
): AsyncGenerator<string> {
  const counted = { compressed: 0, plain: 0 }
  const gunzip = pipeline(bounded(body, bounds, counted, onCompressed), createGunzip(), () => {
    // The error reaches the reader of `gunzip`, who reports it.
  }) as unknown as Gunzip
  let pending: Buffer[] = []
  let pendingBytes = 0
  let blankLines = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      counted.plain += chunk.length
      checkPlain(counted, bounds)
      let from = 0
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        if (end === from && pending.length === 0) {
          blankLines += 1
          if (blankLines > blankLinesMax)
            throw new Problem('invalid', `The body has more than ${blankLinesMax} blank lines.`)
        } else {
          pending.push(chunk.subarray(from, end))
          yield text(pending)
          pending = []
          pendingBytes = 0
        }
        from = end + 1
      }
      if (from < chunk.length) {
        pending.push(chunk.subarray(from))
        pendingBytes += chunk.length - from
        if (pendingBytes > bounds.lineMax)
          throw new Problem('too-large', `A line is longer than ${bounds.lineMax} bytes.`)
      }
    }
  } catch (error) {
    throw explain(error)
  } finally {
    gunzip.destroy()
  }
  if (pending.length > 0) yield text(pending)
}

async function* bounded(
  body: Readable,
  { compressedMax }: LinesBounds,
  counted: { compressed: number },
  onCompressed: ((chunk: Buffer) => Promise<void> | void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of bodyChunks(body)) {
    counted.compressed += chunk.length
    if (counted.compressed > compressedMax)
      throw new Problem('too-large', `The body is larger than ${compressedMax} bytes.`)
    await onCompressed?.(chunk)
    yield chunk
  }
}

function checkPlain({ plain, compressed }: { plain: number; compressed: number }, { bytesMax }: LinesBounds): void {
  if (plain > bytesMax)
    throw new Problem('too-large', `The body holds more than ${bytesMax} bytes after decompression.`)
  if (plain > ratioCountsFrom && plain > compressed * linesRatioMax) {
    throw new Problem(
      'invalid',
      `The body grows more than ${linesRatioMax} times when decompressed; it is no honest list of lines.`,
    )
  }
}

function text(parts: Buffer[]): string {
  const line = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  return line.toString('utf8')
}

function explain(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === undefined || !/^(Z_|ERR_STREAM_PREMATURE_CLOSE|ECONNRESET)/.test(code)) return error
  return new Problem('invalid', 'The body is not whole gzip: it was cut, or is something else.', { cause: error })
}
