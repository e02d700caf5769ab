import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { ValuesEnd } from '@postern/protocol'
import type { RawBuilder } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import type { DatabaseConnection } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import type { ValueRow } from './version-queries.ts'

/** gzip NDJSON of one version, or of the way from one to the other; `version` is the one that the reader has at the end. */
export type VersionStream = { version: number; body: Readable }

/** Each holds a connection while it is read. */
const streamsMax = 6
/** Rows fetched at a time: with what the compression holds, all that is in memory. */
const rowsAtOnce = 5_000
/** A reader that takes nothing for so long is gone; PostgreSQL ends the transaction, which cuts the stream. */
const idleTimeout = '120s'

/** Streams values out of a cursor, at flat memory, all from one snapshot of the database. */
export class VersionStreams {
  readonly #pool: Pool
  readonly #db: DatabaseConnection['db']
  #openCount = 0

  constructor({ pool, db }: { pool: Pool; db: DatabaseConnection['db'] }) {
    this.#pool = pool
    this.#db = db
  }

  /**
   * Lines of `query`, then the line that says that this was all. A stream that fails on the way ends without it.
   * @throws Problem `unavailable` when too many are read at once
   */
  async open(query: RawBuilder<ValueRow>): Promise<Readable> {
    if (this.#openCount >= streamsMax) {
      throw new Problem(
        'unavailable',
        `${streamsMax} readers take values of data collections already; try again in a moment.`,
      )
    }
    this.#openCount += 1
    try {
      const client = await this.#pool.connect()
      return this.#stream(client, query)
    } catch (error) {
      this.#openCount -= 1
      throw error
    }
  }

  #stream(client: PoolClient, query: RawBuilder<ValueRow>): Readable {
    let failure: Error | undefined
    // A connection that breaks between two fetches tells nobody else, and an error that nobody hears ends the process.
    const onError = (error: Error) => void (failure = error)
    client.on('error', onError)
    const { sql, parameters } = query.compile(this.#db)
    // Not in the generator's own finally: a stream that is destroyed before its first read never enters the generator.
    return pipeline(Readable.from(linesOf(client, sql, parameters)), createGzip({ level: 4 }), (error) => {
      const ended = failure ?? error ?? undefined
      const release = (broken?: Error) => {
        client.removeListener('error', onError)
        client.release(broken)
        this.#openCount -= 1
      }
      if (ended === undefined) release()
      else release(ended)
    })
  }
}

async function* linesOf(client: PoolClient, query: string, parameters: readonly unknown[]): AsyncGenerator<Buffer> {
  await client.query('begin isolation level repeatable read read only')
  await client.query("select set_config('idle_in_transaction_session_timeout', $1, true)", [idleTimeout])
  // `query` is compiled by Kysely: its values are parameters.
  await client.query(`declare value_row no scroll cursor for ${query}`, [...parameters])
  const digest = createHash('sha256')
  const end: { count: number; leftOut: Record<string, number> } = { count: 0, leftOut: {} }
  for (;;) {
    const { rows } = await client.query<ValueRow>(`fetch ${rowsAtOnce} from value_row`)
    if (rows.length === 0) break
    const lines: string[] = []
    for (const { change, type, value, leftOut } of rows) {
      if (leftOut !== null) end.leftOut[leftOut] = (end.leftOut[leftOut] ?? 0) + 1
      else lines.push(JSON.stringify(change === undefined ? [type, value] : [change, type, value]))
    }
    if (lines.length === 0) continue
    end.count += lines.length
    const chunk = Buffer.from(`${lines.join('\n')}\n`)
    digest.update(chunk)
    yield chunk
  }
  await client.query('commit')
  const last: ValuesEnd = { ...end, sha256: digest.digest('hex') }
  yield Buffer.from(`${JSON.stringify(last)}\n`)
}
