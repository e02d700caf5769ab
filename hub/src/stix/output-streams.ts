import { pipeline, PassThrough, Readable } from 'node:stream'
import type { Pool, PoolClient } from 'pg'
import { Problem } from '../lib/problem.ts'
import { stixOutputsMax } from './stix-limits.ts'

/** A reader that takes nothing for so long is gone; PostgreSQL ends the transaction, which cuts the stream. */
const idleTimeout = '120s'
/** Rows fetched at a time. */
const rowsAtOnce = 2000
/** Text that is gathered before it is sent on. */
const chunkCharacters = 64 * 1024

/** Streams texts made of rows, all from one snapshot of the database, at flat memory. */
export class OutputStreams {
  readonly #pool: Pool
  #openCount = 0

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** @throws Problem `unavailable` when too many are read at once */
  async open(produce: (client: PoolClient) => AsyncGenerator<string>): Promise<Readable> {
    if (this.#openCount >= stixOutputsMax)
      throw new Problem('unavailable', `${stixOutputsMax} readers take STIX already; try again in a moment.`)
    this.#openCount += 1
    try {
      const client = await this.#pool.connect()
      return this.#stream(client, produce)
    } catch (error) {
      this.#openCount -= 1
      throw error
    }
  }

  #stream(client: PoolClient, produce: (client: PoolClient) => AsyncGenerator<string>): Readable {
    let failure: Error | undefined
    // A connection that breaks between two fetches tells nobody else, and an error that nobody hears ends the process.
    const onError = (error: Error) => void (failure = error)
    client.on('error', onError)
    // Not in the generator's own finally: a stream that is destroyed before its first read never enters the generator.
    return pipeline(Readable.from(snapshotOf(client, produce)), new PassThrough(), (error) => {
      client.removeListener('error', onError)
      const ended = failure ?? error ?? undefined
      // A connection in the middle of its transaction is of no use to others.
      if (ended === undefined) client.release()
      else client.release(ended)
      this.#openCount -= 1
    })
  }
}

async function* snapshotOf(
  client: PoolClient,
  produce: (client: PoolClient) => AsyncGenerator<string>,
): AsyncGenerator<Buffer> {
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

/** Rows of a query, a few at a time. Several may be open in one transaction under names of their own. */
export async function* rowsOf<Row extends object>(
  client: PoolClient,
  name: string,
  query: string,
  parameters: readonly unknown[],
): AsyncGenerator<Row> {
  // `name` is a constant of this hub's, `query` one too or compiled by Kysely; values are parameters.
  await client.query(`declare ${name} no scroll cursor for ${query}`, [...parameters])
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${rowsAtOnce} from ${name}`)
    if (rows.length === 0) break
    yield* rows
  }
  await client.query(`close ${name}`)
}
