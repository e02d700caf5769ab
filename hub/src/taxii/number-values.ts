import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { appendAndForget } from './append-objects.ts'
import type { OwnerSource } from './owner-source.ts'
import { type Candidate, valueObject } from './value-object.ts'
import { textSays, valueMayLeave } from './what-may-leave.ts'

/**
 * Of these values those that the owner asserts without a kept text: what entered gets an object, what changed a new version, what readers
 * may not have any more is revoked. A text says its values itself, or keeps them back.
 */
export async function numberValues(trx: Db, source: OwnerSource, indicatorIds: string[], now: Date): Promise<void> {
  if (indicatorIds.length === 0) return
  const { rows } = await candidates(source, indicatorIds).execute(trx)
  const objects = rows.map((row) => valueObject(row, now)).filter((object) => object !== undefined)
  await appendAndForget(trx, source.id, objects, now)
}

/** An object whose text was sent since is that text's: it is not revoked in its place. */
function candidates(source: OwnerSource, indicatorIds: string[]) {
  const { id, ownerId } = source
  return sql<Candidate>`
    select i.id as "indicatorId", i.type, i.value, wanted.is_so as wanted, a.rating, a.confidence, a.tlp, a.tags,
      a.added_at as "addedAt", a.modified_at as "modifiedAt", a.first_seen as "firstSeen", a.last_seen as "lastSeen", a.expires,
      held.body, held.generations
    from unnest(${indicatorIds}::uuid[]) c (id)
    join indicator i on i.id = c.id
    left join lateral (
      -- By its key, whatever the statistics say: not among all of the owner's.
      select * from assertion a where a.indicator_id = c.id and a.owner_id = ${ownerId} limit 1
    ) a on true
    left join lateral (
      select (array_agg(o.body order by o.number desc))[1] as body, count(*)::int as generations
      from taxii_object o
      where o.taxii_collection_id = ${id} and o.indicator_id = c.id and o.is_last and o.kept_id is null
        and not exists (select from stix_object s where s.owner_id = ${ownerId} and s.object_id = o.object_id)
    ) held on true
    cross join lateral (
      select ${valueMayLeave(source, sql`c.id`)} and not ${textSays(ownerId, sql`c.id`)} as is_so
    ) wanted
    where wanted.is_so or held.body is not null
    order by i.id`
}
