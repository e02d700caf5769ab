import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { StoredExclusionList } from './exclusion-store.ts'
import type { ReadUpload } from './read-upload.ts'

/**
 * What a write takes away of a list that is hardly meant: all of it, or more than half of what a protected list protects. A download that
 * was cut off looks so.
 *
 * @returns a sentence; undefined where nothing is to be asked
 */
export async function whatIsLost(
  db: Db,
  { id, name, kind, entryCount }: StoredExclusionList,
  read: ReadUpload,
): Promise<string | undefined> {
  if (entryCount === 0) return undefined
  if (read.entryCount === 0)
    return `${name} would be empty: ${entryCount === 1 ? 'its one entry goes' : `all its ${entryCount} entries go`}.`
  if (kind !== 'protected') return undefined
  const { gone, of } = await countGone(db, id, read)
  return 2 * gone > of ? `${name} protects: ${gone} of its ${of} entries would go.` : undefined
}

/** Of the different texts in the list. */
async function countGone(db: Db, listId: string, { pieces }: ReadUpload): Promise<{ gone: number; of: number }> {
  const sent = sql.join(
    pieces.map(({ entries }) => sql`select unnest(${entries}::text[])`),
    sql` union all `,
  )
  const { rows } = await sql<{ gone: number; of: number }>`
    with stored as (select distinct entry from exclusion_entry where list_id = ${listId}), sent (entry) as (${sent})
    select count(*)::float8 as of, (count(*) filter (where not exists (select 1 from sent where sent.entry = stored.entry)))::float8 as gone
    from stored`.execute(db)
  return rows[0] ?? { gone: 0, of: 0 }
}
