import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { groupColumns } from '../stix/group-source.ts'
import { groupEnd } from '../stix/object-end.ts'
import { reportRefsMax } from '../stix/stix-limits.ts'
import { appendAndForget, takenIds } from './append-objects.ts'
import { type GroupCandidate, groupObjects } from './group-object.ts'
import type { OwnerSource } from './owner-source.ts'
import { groupMayLeave, valueMayLeave } from './what-may-leave.ts'

/**
 * Of these groups those that the owner has without a kept text: what entered gets an object, what changed a new version, what readers may not
 * have any more is revoked. A text says its group itself.
 */
export async function numberGroups(trx: Db, source: OwnerSource, groupIds: string[], now: Date): Promise<void> {
  if (groupIds.length === 0) return
  const { rows } = await candidates(source, groupIds).execute(trx)
  const told = rows.map((row) => groupObjects(row, now, 0))
  for (let generation = 1; ; generation++) {
    // Of a group that was deleted, and may be there again as another row.
    const entering = told.flatMap((each) => (each.entering && each.said !== undefined ? [each.said.objectId] : []))
    const taken = await takenIds(trx, source.id, entering)
    if (taken.size === 0) break
    for (const [index, row] of rows.entries())
      if (taken.has(told[index]?.said?.objectId ?? '')) told[index] = groupObjects(row, now, generation)
  }
  const objects = told.flatMap(({ revoked, said }) => [revoked, said].filter((object) => object !== undefined))
  await appendAndForget(trx, source.id, objects, now)
}

/** An object whose text was sent since is that text's: it is not revoked in its place. */
function candidates(source: OwnerSource, groupIds: string[]) {
  const { id, ownerId } = source
  return sql<GroupCandidate>`
    select c.id as "groupId", ${sql.raw(groupColumns)}, wanted.is_so as wanted,
      case when g.type = 'Report' then ${namedBy(source)} end as named, held.body
    from unnest(${groupIds}::bigint[]) c (id)
    left join library_group g on g.id = c.id and g.owner_id = ${ownerId}
    left join lateral (
      select (array_agg(o.body order by o.number desc))[1] as body from taxii_object o
      where o.taxii_collection_id = ${id} and o.group_id = c.id and o.is_last and o.kept_id is null
        and not exists (select from stix_object s where s.owner_id = ${ownerId} and s.object_id = o.object_id)
    ) held on true
    cross join lateral (
      select g.id is not null and ${groupMayLeave(source, sql`c.id`)}
        and not exists (select from stix_object s where s.group_id = c.id) as is_so
    ) wanted
    where wanted.is_so or held.body is not null
    order by c.id`
}

/** What is joined to the group `g` and may leave, by the object that the collection has of it, else the one that it will have. */
function namedBy(source: OwnerSource) {
  const { id, ownerId } = source
  return sql`(select json_agg(json_build_object('object', n.object, 'end', n.column) order by n.part, n.value) from (
    select 1 as part, t.xid as value, ${sql.raw(groupEnd('t'))} as column, coalesce(
      (select o.object_id from taxii_object o
        where o.taxii_collection_id = ${id} and o.group_id = t.id and o.is_last and not o.is_revoked limit 1),
      (select s.object_id from stix_object s where s.group_id = t.id order by s.version desc limit 1)) as object
    from (select linked_id as id from group_link where group_id = g.id union select group_id from group_link where linked_id = g.id) l
    join library_group t on t.id = l.id and t.owner_id = ${ownerId} and ${groupMayLeave(source, sql`t.id`)}
    union all
    select 2, i.value, json_build_object('type', i.type, 'value', i.value, 'tlp', null), coalesce(
      (select o.object_id from taxii_object o
        where o.taxii_collection_id = ${id} and o.indicator_id = i.id and o.is_last and not o.is_revoked limit 1),
      (select s.object_id from stix_object s where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) = 1
        and s.indicator_ids[1] = i.id order by s.version desc limit 1))
    from indicator_group l join indicator i on i.id = l.indicator_id
    where l.group_id = g.id and l.owner_id = ${ownerId} and ${valueMayLeave(source, sql`i.id`)}
    limit ${reportRefsMax}) n)`
}
