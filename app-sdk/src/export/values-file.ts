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
  await pipeline(Readable.from(chunked(blocks)), createGzip(), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  return { path, bytes: (await stat(path)).size }
}

async function* chunked(blocks: AsyncIterable<readonly (readonly string[])[]>): AsyncGenerator<string> {
  for await (const lines of blocks)
    if (lines.length > 0) yield lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}
