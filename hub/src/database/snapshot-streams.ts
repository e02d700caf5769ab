import { PassThrough, pipeline, Readable, type Transform } from 'node:stream'
import type { Pool, PoolClient } from 'pg'
import { putOff } from '../lib/put-off.ts'

/** Makes a text out of one snapshot of the database, in pieces of any length. */
export type Produce = (client: PoolClient) => AsyncGenerator<string>

/** A reader that takes nothing for so long is gone; PostgreSQL ends the transaction, which cuts the stream. */
const idleTimeout = '120s'
/** Text that is gathered before it is sent on. */
const chunkCharacters = 64 * 1024

/** Streams texts, each from one snapshot of the database, at flat memory. Each holds a connection while it is read. */
export class SnapshotStreams {
  readonly #pool: Pool
  readonly #openMax: number
  readonly #what: string
  #openCount = 0

  /** @param what is read, in words */
  constructor(pool: Pool, { openMax, what }: { openMax: number; what: string }) {
    this.#pool = pool
    this.#openMax = openMax
    this.#what = what
  }

  /**
   * A stream that fails on the way is cut. @param through what the text goes through on its way out
   * @throws Problem `unavailable` when too many are read at once
   */
  async open(produce: Produce, through: Transform = new PassThrough()): Promise<Readable> {
    if (this.#openCount >= this.#openMax)
      throw putOff(`${this.#openMax} readers take ${this.#what} already; try again in a moment.`)
    this.#openCount += 1
    try {
      const client = await this.#pool.connect()
      return this.#stream(client, produce, through)
    } catch (error) {
      this.#openCount -= 1
      throw error
    }
  }

  #stream(client: PoolClient, produce: Produce, through: Transform): Readable {
    let failure: Error | undefined
    // A connection that breaks between two fetches tells nobody else, and an error that nobody hears ends the process.
    const onError = (error: Error) => void (failure = error)
    client.on('error', onError)
    // Not in the generator's own finally: a stream that is destroyed before its first read never enters the generator.
    return pipeline(Readable.from(snapshotOf(client, produce)), through, (error) => {
      client.removeListener('error', onError)
      // A connection in the middle of its transaction is of no use to others.
      client.release(failure ?? error ?? undefined)
      this.#openCount -= 1
    })
  }
}

async function* snapshotOf(client: PoolClient, produce: Produce): AsyncGenerator<Buffer> {
  await client.query('begin isolation level repeatable read read only')
  await client.query("select set_config('idle_in_transaction_session_timeout', $1, true)", [idleTimeout])
  let text = ''
  for await (const piece of produce(client)) {
    text += piece
    if (text.length < chunkCharacters) continue
    yield Buffer.from(text)
    text = ''
  }
  await client.query('commit')
  yield Buffer.from(text)
}

/** Rows of a query, one by one. */
export async function* rowsOf<Row extends object>(
  client: PoolClient,
  name: string,
  query: string,
  parameters: readonly unknown[],
): AsyncGenerator<Row> {
  for await (const rows of rowsAtOnceOf<Row>(client, name, query, parameters, 2_000)) yield* rows
}

/**
 * Rows of a query, so many at a time as are fetched; with what a stream gathers, all that is in memory. Several may be open in one
 * transaction under names of their own. @param name a constant of this hub's @param query one too, or compiled by Kysely
 */
export async function* rowsAtOnceOf<Row extends object>(
  client: PoolClient,
  name: string,
  query: string,
  parameters: readonly unknown[],
  rowsAtOnce: number,
): AsyncGenerator<Row[]> {
  await client.query(`declare ${name} no scroll cursor for ${query}`, [...parameters])
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${rowsAtOnce} from ${name}`)
    if (rows.length === 0) break
    yield rows
  }
  await client.query(`close ${name}`)
}
