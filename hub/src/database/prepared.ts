import { createHash } from 'node:crypto'
import type { RawBuilder } from 'kysely'
import type { DatabaseConnection } from './database.ts'

const names = new Map<string, string>()
/** There are fewer texts than this; more would mean that something of a request gets into one. They are then run unprepared. */
const namesMax = 2000

/**
 * Runs a statement that the same few texts make again and again: prepared once a connection, so that a look-up of a row does not pay
 * more for its plan than for itself. For statements whose plan does not depend on their values.
 */
export async function runPrepared<Row extends object>(
  { db, pool }: Pick<DatabaseConnection, 'db' | 'pool'>,
  query: RawBuilder<Row>,
): Promise<Row[]> {
  const { sql: text, parameters } = query.compile(db)
  const name = nameOf(text)
  const { rows } = await pool.query<Row>({
    ...(name === undefined ? {} : { name }),
    text,
    values: [...parameters],
  })
  return rows
}

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= namesMax) return known
  const name = `postern ${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
  names.set(text, name)
  return name
}
