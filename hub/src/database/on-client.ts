import { Kysely, PostgresDialect } from 'kysely'
import type { PoolClient } from 'pg'
import type { Db } from './database.ts'
import type { Database } from './tables.ts'

/** Kysely on a connection that somebody else took and whose transaction is theirs: what is written is theirs to commit. */
export function databaseOnClient(client: PoolClient): Db {
  const connection = {
    query: client.query.bind(client),
    // Who took it gives it back.
    release: () => {},
  }
  // Of a client the driver uses these two alone; pg's own type has many more.
  const pool = { connect: async () => connection as unknown as PoolClient, end: async () => {}, options: {} }
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
}
