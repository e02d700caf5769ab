import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { LibraryLink } from '../stix/unjoin.ts'
import { taxiiLimits } from './taxii-limits.ts'

const columns = sql`source_indicator, source_group, target_indicator, target_group, kind`

const linkColumns = sql`source_indicator as "sourceIndicator", source_group::text as "sourceGroup",
  target_indicator as "targetIndicator", target_group::text as "targetGroup", kind`

/** Takes the oldest that wait, as many as a turn looks at. */
export async function takePendingLinks(trx: Db, taxiiCollectionId: string): Promise<LibraryLink[]> {
  const { rows } = await sql<LibraryLink>`
    with taken as (
      delete from taxii_pending_link where id in (
        select id from taxii_pending_link where taxii_collection_id = ${taxiiCollectionId}
        order by id limit ${taxiiLimits.numberedAtOnceMax})
      returning ${columns}
    )
    select distinct ${linkColumns} from taken`.execute(trx)
  return rows
}

/** All that are in force wait to be looked at again. */
export async function leaveAllLinks(trx: Db, taxiiCollectionId: string): Promise<void> {
  await sql`
    insert into taxii_pending_link (taxii_collection_id, ${columns})
    select taxii_collection_id, ${columns} from taxii_relationship where taxii_collection_id = ${taxiiCollectionId}`.execute(
    trx,
  )
}

/** The link of a relationship object that the hub made; undefined of any other. */
export async function linkOfObject(
  db: Db,
  taxiiCollectionId: string,
  objectId: string,
): Promise<LibraryLink | undefined> {
  const { rows } = await sql<LibraryLink>`
    select ${linkColumns} from taxii_relationship
    where taxii_collection_id = ${taxiiCollectionId} and object_id = ${objectId}`.execute(db)
  return rows[0]
}

/**
 * A relationship names objects: when one enters or is revoked, whatever joins it has to be looked at. They are left to later turns,
 * since a group may have any number of them. `offset` keeps each a look-up by its key, whatever the statistics say.
 * @param after number of the last object that was there before
 */
export async function leaveLinksOfNew(
  trx: Db,
  { id, ownerId }: { id: string; ownerId: string },
  after: string,
): Promise<void> {
  const values = sql`(select indicator_id from entered where indicator_id is not null union select unnest(value_ids) from entered)`
  const groups = sql`(select distinct group_id from entered where group_id is not null)`
  const keys = sql`(select indicator_id::text from ${values} v union all select group_id::text from ${groups} g)`
  const held = (key: RawBuilder<unknown>) => sql`
    select ${columns} from ${keys} k (key) cross join lateral (
      select * from taxii_relationship r where r.taxii_collection_id = ${id} and ${key} = k.key offset 0) r`
  await sql`
    with entered as materialized (
      select o.indicator_id, o.value_ids, o.group_id from taxii_object o
      where o.taxii_collection_id = ${id} and o.number > ${after}::bigint and o.type <> 'relationship'
        and (o.indicator_id is not null or o.value_ids is not null or o.group_id is not null)
        and (o.is_revoked or not exists (
          select from taxii_object e where e.taxii_collection_id = ${id} and e.object_id = o.object_id and e.number < o.number))
    )
    insert into taxii_pending_link (taxii_collection_id, ${columns})
    select ${id}::uuid, l.* from (
      select l.indicator_id, null::bigint, null::uuid, l.group_id, 'related-to' from ${values} v (id)
        cross join lateral (select * from indicator_group l where l.indicator_id = v.id and l.owner_id = ${ownerId} offset 0) l
      union select l.indicator_id, null, null, l.group_id, 'related-to' from ${groups} g (id)
        cross join lateral (select * from indicator_group l where l.group_id = g.id and l.owner_id = ${ownerId} offset 0) l
      union select l.indicator_id, null, l.linked_id, null, l.kind from ${values} v (id)
        cross join lateral (select * from indicator_link l where l.indicator_id = v.id and l.owner_id = ${ownerId} offset 0) l
      union select l.indicator_id, null, l.linked_id, null, l.kind from ${values} v (id)
        cross join lateral (select * from indicator_link l where l.linked_id = v.id and l.owner_id = ${ownerId} offset 0) l
      union select null, l.group_id, null, l.linked_id, l.kind from ${groups} g (id) cross join lateral (select * from group_link l where l.group_id = g.id offset 0) l
      union select null, l.group_id, null, l.linked_id, l.kind from ${groups} g (id) cross join lateral (select * from group_link l where l.linked_id = g.id offset 0) l
      union ${held(sourceKey)}
      union ${held(targetKeyAlone)}
    ) l`.execute(trx)
}

/** Ends of a row of `taxii_relationship`, as the index has them that finds it by both. */
export const sourceKey = sql`coalesce(source_indicator::text, source_group::text)`
export const targetKey = sql`coalesce(target_indicator::text, target_group::text)`
/** The same end as the index of targets has it, in another order on purpose: else PostgreSQL might look for both ends among all of one target. */
const targetKeyAlone = sql`coalesce(target_group::text, target_indicator::text)`
