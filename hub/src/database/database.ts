import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import type { Database } from './tables.ts'
import { brokenByDatabase, DatabaseUnreachable } from './unavailable.ts'

/** What every store takes; a transaction is the same type, so that a store works in and out of one. */
export type Db = Kysely<Database> | Transaction<Database>

/** The pool for COPY and LISTEN, which Kysely does not speak, and Kysely over the same pool. */
export type DatabaseConnection = { pool: pg.Pool; db: Kysely<Database>; close(): Promise<void> }

const connectionsMax = 20

/**
 * The hub's statements look up by keys or stream; compiling one takes longer than it does, up to seconds. Starting workers for a
 * page of a search takes longer than they save, and from whoever asks at the same time.
 */
export const connectionSettings = 'set jit = off; set max_parallel_workers_per_gather = 0'

/** @param url a PostgreSQL connection string @param onError hears of idle connections that broke */
export function connectDatabase(
  url: string,
  onError: (error: Error) => void,
  max = connectionsMax,
): DatabaseConnection {
  const pool = new pg.Pool({
    Client: HubClient,
    connectionString: url,
    max,
    application_name: 'postern',
    connectionTimeoutMillis: 10_000,
    // A server that waits for itself for ten minutes is broken; bulk statements take seconds.
    statement_timeout: 600_000,
    onConnect: async (client) => void (await client.query(connectionSettings)),
  })
  pool.on('error', onError)
  // One in use that breaks between two queries tells only its own listeners; the next query then fails by itself.
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      brokenByDatabase(error)
      onError(error)
    })
  })
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  return { pool, db, close: () => db.destroy() }
}

/** Says of a connection that was not made that it was the database's: the error alone might be of any socket. */
class HubClient extends pg.Client {
  override connect(): Promise<pg.Client>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<pg.Client> | void {
    if (callback === undefined) return super.connect().catch(unreachable)
    // One function that takes both, as every caller's does.
    const done = callback as (error: Error | null, client?: pg.Client) => void
    super.connect((error: unknown) => (error instanceof Error ? done(named(error)) : done(null, this)))
  }
}

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void)

function unreachable(error: unknown): never {
  throw named(error)
}

/** A refusal by a server that answers, such as of a wrong password, stays what it is. */
function named(error: unknown): Error {
  const { code } = error as { code?: unknown }
  const answered = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && /[0-9]/.test(code)
  return answered && error instanceof Error ? error : new DatabaseUnreachable({ cause: error })
}
