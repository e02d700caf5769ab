import { type RawBuilder, sql } from 'kysely'

/** An instant as STIX and TAXII write it: UTC with six digits of a second, which is all that PostgreSQL keeps. */
export function instantText(instant: RawBuilder<unknown>): RawBuilder<string> {
  return sql`to_char(${instant} at time zone 'UTC', ${sql.lit(format)})`
}

/** The same for a statement that is written as text. @param column a name of ours, never a stranger's */
export function instantTextOf(column: string): string {
  return `to_char(${column} at time zone 'UTC', '${format}')`
}

const format = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
