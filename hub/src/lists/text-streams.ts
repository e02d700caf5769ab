import { Readable } from 'node:stream'
import type { Pool } from 'pg'
import { Problem } from '../lib/problem.ts'
import { copyParts } from './copy-parts.ts'
import { listLimits } from './list-limits.ts'
import { SentParts } from './sent-parts.ts'

export type Encoding = 'identity' | 'gzip'

/** Parts that are read in one statement; the next ones are asked for while these are sent. */
const partsAtOnce = 8

/**
 * Sends stored texts at flat memory. No connection to the database is held between two reads, so that a slow firewall costs nothing
 * but its place here; the text stays for it when another one has taken its place.
 */
export class TextStreams {
  readonly #pool: Pool
  readonly #sent = new SentParts()
  readonly #open = new Map<string, number>()
  #openCount = 0

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /**
   * @param reader who reads: no one takes all places
   * @throws Problem `unavailable` when too many texts are sent at once
   */
  open(textId: string, encoding: Encoding, bytes: number, reader: string): Readable {
    const ofReader = this.#open.get(reader) ?? 0
    if (this.#openCount >= listLimits.streamsMax || ofReader >= listLimits.streamsOfOneMax) {
      throw new Problem('unavailable', 'Too many lists are being sent right now; try again in a minute.')
    }
    this.#openCount += 1
    this.#open.set(reader, ofReader + 1)
    const stream = Readable.from(bytesOf({ pool: this.#pool, sent: this.#sent, textId, encoding }, bytes), {
      objectMode: false,
    })
    const late = () => stream.destroy(new Error(`a list took longer than ${listLimits.streamMinutesMax} minutes`))
    const timer = setTimeout(late, listLimits.streamMinutesMax * 60_000).unref()
    stream.once('close', () => {
      clearTimeout(timer)
      this.#openCount -= 1
      const left = (this.#open.get(reader) ?? 1) - 1
      if (left === 0) this.#open.delete(reader)
      else this.#open.set(reader, left)
    })
    return stream
  }
}

type Source = { pool: Pool; sent: SentParts; textId: string; encoding: Encoding }

async function* bytesOf(source: Source, bytes: number): AsyncGenerator<Buffer> {
  let sent = 0
  let next = readParts(source, 0)
  for (let from = partsAtOnce; ; from += partsAtOnce) {
    const chunk = await next
    if (chunk.length === 0) break
    next = readParts(source, from)
    // It is awaited in the next turn, if there is one: a reader that goes away must not leave a failure that nobody hears.
    next.catch(() => {})
    sent += chunk.length
    yield chunk
  }
  // The length was promised; an answer that is short is cut, so that nobody takes it for the whole list.
  if (sent !== bytes) throw new Error(`the text ${source.textId} of a list has ${sent} bytes instead of ${bytes}`)
}

/** @returns nothing behind the last part */
async function readParts({ pool, sent, textId, encoding }: Source, from: number): Promise<Buffer> {
  const key = `${textId} ${encoding} ${from}`
  const kept = sent.get(key)
  if (kept !== undefined) return kept
  const parts = { textId: BigInt(textId), from, to: from + partsAtOnce }
  const bytes = await copyParts(pool, encoding === 'gzip' ? 'gzip' : 'body', parts)
  if (bytes.length > 0) sent.keep(key, bytes)
  return bytes
}
