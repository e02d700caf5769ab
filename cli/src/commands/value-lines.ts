import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { listFormatFacts } from '@postern/intel'
import { ValuesEnd } from '@postern/protocol'

export type PlainFormat = 'csv' | 'txt'

/** Entries that are gathered before they are written. */
const entriesAtOnce = 1000

/**
 * The lines of a version (gzip NDJSON) as a plain list, written as firewall lists are. @param leftOut is told at the end how many values
 * are missing, by reason
 * @throws Error where the answer was cut
 */
export async function* plainList(
  gzip: Readable,
  format: PlainFormat,
  leftOut: (counts: Record<string, number>) => void,
): AsyncGenerator<string> {
  const { start, after, entry } = listFormatFacts[format === 'csv' ? 'csv' : 'text']
  let text = start
  let [count, gathered, unsaid] = [0, 0, 0]
  let end: ValuesEnd | undefined
  // A failure on the way ends the lines early, which the missing end then tells.
  const plain = gzip.on('error', (error) => plain.destroy(error)).pipe(createGunzip())
  for await (const line of createInterface({ input: plain.on('error', () => {}), crlfDelay: Infinity })) {
    const read: unknown = JSON.parse(line)
    if (!Array.isArray(read)) {
      end = ValuesEnd.parse(read)
      continue
    }
    const [type, value] = read as [string, string]
    const said = entry(type, value)
    count += 1
    if (said === undefined) unsaid += 1
    else text += `${said}${after}`
    gathered += 1
    if (gathered < entriesAtOnce) continue
    yield text
    ;[text, gathered] = ['', 0]
  }
  if (end?.count !== count) throw new Error('The hub’s answer was cut; what was written is not the whole list.')
  leftOut({ ...end.leftOut, ...(unsaid === 0 ? {} : { format: unsaid }) })
  yield text
}
