import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ValuesFile } from './plan-store.ts'

/** Writes lines as gzip NDJSON, for the hub to keep as it is. */
export async function writeValuesFile(
  path: string,
  blocks: AsyncIterable<readonly (readonly string[])[]>,
): Promise<ValuesFile> {
  const digest = createHash('sha256')
  const text = chunked(blocks, (chunk) => void digest.update(chunk))
  await pipeline(Readable.from(text), createGzip(), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  return { path, bytes: (await stat(path)).size, linesSha256: digest.digest('hex') }
}

async function* chunked(
  blocks: AsyncIterable<readonly (readonly string[])[]>,
  onChunk: (text: string) => void,
): AsyncGenerator<string> {
  for await (const lines of blocks) {
    if (lines.length === 0) continue
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    onChunk(text)
    yield text
  }
}
