import { Readable } from 'node:stream'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { listLimits } from './list-limits.ts'

export type Encoding = 'identity' | 'gzip'

/** Parts that are read in one statement; the next ones are asked for while these are sent. */
const partsAtOnce = 4

/**
 * Sends stored texts at flat memory. No connection to the database is held between two reads, so that a slow firewall costs nothing
 * but its place here; the text stays for it when another one has taken its place.
 */
export class TextStreams {
  readonly #db: Db
  readonly #open = new Map<string, number>()
  #openCount = 0

  constructor(db: Db) {
    this.#db = db
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
    const stream = Readable.from(bytesOf(this.#db, textId, encoding, bytes), { objectMode: false })
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

async function* bytesOf(db: Db, textId: string, encoding: Encoding, bytes: number): AsyncGenerator<Buffer> {
  let sent = 0
  let next = readParts(db, textId, encoding, 0)
  for (let from = partsAtOnce; ; from += partsAtOnce) {
    const parts = await next
    if (parts.length === 0) break
    next = readParts(db, textId, encoding, from)
    // It is awaited in the next turn, if there is one: a reader that goes away must not leave a failure that nobody hears.
    next.catch(() => {})
    for (const part of parts) {
      const chunk = typeof part === 'string' ? Buffer.from(part) : part
      sent += chunk.length
      yield chunk
    }
  }
  // The length was promised; an answer that is short is cut, so that nobody takes it for the whole list.
  if (sent !== bytes) throw new Error(`the text ${textId} of a list has ${sent} bytes instead of ${bytes}`)
}

async function readParts(db: Db, textId: string, encoding: Encoding, from: number): Promise<(string | Buffer)[]> {
  const { rows } = await sql<{ part: string | Buffer }>`
    select ${encoding === 'gzip' ? sql`gzip` : sql`body`} as part from list_text_part
    where text_id = ${textId} and number >= ${from} and number < ${from + partsAtOnce} order by number`.execute(db)
  return rows.map(({ part }) => part)
}
