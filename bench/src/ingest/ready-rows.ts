import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { indicatorId } from '@postern/intel'
import type { LibraryUnderTest } from './library-under-test.ts'
import type { SampleIndicator } from './sample.ts'

const columns = 'indicator_id, type, value, digest, rating, confidence, active, status, tags, first_seen, last_seen'

/** A table for them, as a batch of ours has one: of the connection, emptied by the end of each transaction. */
const createReadyTable = `
  set search_path = peer, public;
  create temp table ready (
    indicator_id uuid, type text, value text, digest uuid, rating real, confidence smallint, active boolean, status text,
    tags text[], first_seen timestamptz, last_seen timestamptz
  ) on commit delete rows;`

/**
 * Writes what our side left in the library as COPY files, one a batch, in the order in which it was sent: the other side gets the
 * same rows, ready. @returns the files
 */
export async function writeReadyRows(
  { database, owner }: LibraryUnderTest,
  batches: Iterable<readonly SampleIndicator[]>,
  folder: string,
): Promise<string[]> {
  const files: string[] = []
  for (const batch of batches) {
    const ids = batch.map(({ type, summary }) => indicatorId(type, summary))
    const { rows } = await database.query<{ line: string }>(
      `select concat_ws(E'\\t', a.indicator_id, i.type, replace(i.value, E'\\\\', E'\\\\\\\\'), a.digest, a.rating, a.confidence, a.active,
         a.status, a.tags, a.first_seen, a.last_seen) as line
       from unnest($1::uuid[]) with ordinality s (id, place)
       join indicator i on i.id = s.id join assertion a on a.indicator_id = s.id and a.owner_id = $2
       order by place`,
      [ids, owner.id],
    )
    if (rows.length !== batch.length)
      throw new Error(`Of ${batch.length} indicators ${rows.length} are in the library.`)
    const file = join(folder, `batch-${files.length}.copy`)
    writeFileSync(file, rows.map(({ line }) => `${line}\n`).join(''))
    files.push(file)
  }
  return files
}

/** What psql runs once after it connected. */
export const prepareScript = createReadyTable

/** One batch by COPY and upsert, in a transaction as ours: the same rows of the same three tables. Without a ledger. */
export function upsertScript({ owner }: LibraryUnderTest, file: string): string {
  return `begin;
    \\copy ready (${columns}) from '${file}'
    insert into indicator (id, type, value, canonical_version)
      select indicator_id, type, value, 1 from ready
      on conflict (id) do update set value = excluded.value;
    insert into assertion (indicator_id, owner_id, digest, rating, confidence, active, private, status, tags, labels, first_seen,
        last_seen, added_at, modified_at)
      select indicator_id, ${owner.id}, digest, rating, confidence, active, false, status, tags, '{}', first_seen, last_seen, now(), now()
      from ready
      on conflict (indicator_id, owner_id) do update set digest = excluded.digest, rating = excluded.rating,
        confidence = excluded.confidence, active = excluded.active, status = excluded.status, tags = excluded.tags,
        first_seen = excluded.first_seen, last_seen = excluded.last_seen, modified_at = excluded.modified_at;
    insert into indicator_view (organization_id, indicator_id, rating, confidence, active, owner_ids, tags, added_at, modified_at)
      select ${owner.organizationId}, indicator_id, rating, confidence, active, array[${owner.id}::bigint], tags, now(), now() from ready
      on conflict (organization_id, indicator_id) do update set rating = excluded.rating, confidence = excluded.confidence,
        active = excluded.active, tags = excluded.tags, modified_at = excluded.modified_at;
    commit;`
}
