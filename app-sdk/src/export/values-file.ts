import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ValuesFile } from './plan-store.ts'

/** Writes lines as gzip NDJSON, for the hub to keep as it is. */
export async function writeValuesFile(path: string, lines: AsyncIterable<readonly string[]>): Promise<ValuesFile> {
  await pipeline(Readable.from(chunked(lines)), createGzip(), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  return { path, bytes: (await stat(path)).size }
}

async function* chunked(lines: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  let pending = ''
  for await (const line of lines) {
    pending += `${JSON.stringify(line)}\n`
    if (pending.length < 64 * 1024) continue
    yield pending
    pending = ''
  }
  if (pending !== '') yield pending
}
