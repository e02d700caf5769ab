import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import type { Database } from './tables.ts'

/** What every store takes; a transaction is the same type, so that a store works in and out of one. */
export type Db = Kysely<Database> | Transaction<Database>

/** The pool for COPY and LISTEN, which Kysely does not speak, and Kysely over the same pool. */
export type DatabaseConnection = { pool: pg.Pool; db: Kysely<Database>; close(): Promise<void> }

const connectionsMax = 20

/** @param url a PostgreSQL connection string @param onError hears of idle connections that broke */
export function connectDatabase(
  url: string,
  onError: (error: Error) => void,
  max = connectionsMax,
): DatabaseConnection {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'postern',
    connectionTimeoutMillis: 10_000,
    // A server that waits for itself for ten minutes is broken; bulk statements take seconds.
    statement_timeout: 600_000,
  })
  pool.on('error', onError)
  // One in use that breaks between two queries tells only its own listeners; the next query then fails by itself.
  pool.on('connect', (client) => void client.on('error', onError))
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  return { pool, db, close: () => db.destroy() }
}
