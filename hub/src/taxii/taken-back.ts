import { type RawBuilder, sql } from 'kysely'
import type { Link } from '../stix/unjoin.ts'

const sourceRef = (body: RawBuilder<unknown>) => sql`stix_json(${body})->>'source_ref'`
const targetRef = (body: RawBuilder<unknown>) => sql`stix_json(${body})->>'target_ref'`

/** Whether a text `s` of the owner is a relationship of two indicators whose link a person took back; few are, so that these are looked for. */
export function saysTakenBack(ownerId: string): RawBuilder<boolean> {
  const body = sql`s.body`
  return sql<boolean>`(s.type = 'relationship' and s.outcome = 'mapped' and exists (
    select from indicator_link l
    where l.owner_id = ${ownerId} and l.taken_back_at is not null
      and l.kind = coalesce(stix_json(s.body)->>'x_postern_kind', stix_json(s.body)->>'relationship_type')
      and ${saysOneOf(ownerId, sourceRef(body), sql`l.indicator_id, l.linked_id`)}
      and ${saysOneOf(ownerId, targetRef(body), sql`l.indicator_id, l.linked_id`)}))`
}

/** A query for the ids of the owner's numbered relationships between the indicators of these links, whatever their kind. */
export function relationshipsOf(
  { ownerId, stixNumber }: { ownerId: string; stixNumber: string },
  links: readonly Link[],
): RawBuilder<unknown> {
  return sql`
    select r.object_id
    from unnest(${links.map((link) => link.sourceIndicator)}::uuid[], ${links.map((link) => link.targetIndicator)}::uuid[]) g (one, other)
      cross join lateral (
        select s.object_id from stix_object s
        where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) = 1 and s.indicator_ids[1] = any(array[g.one, g.other])
        union select s.object_id from stix_object s
        where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) > 1 and s.indicator_ids && array[g.one, g.other]
      ) e
      join stix_object r on r.owner_id = ${ownerId} and r.type = 'relationship' and r.outcome = 'mapped'
        and ${sourceRef(sql`r.body`)} = e.object_id
    where g.one is not null and g.other is not null and r.number <= ${stixNumber}::bigint
      and ${saysOneOf(ownerId, targetRef(sql`r.body`), sql`g.one, g.other`)}`
}

function saysOneOf(
  ownerId: string,
  objectId: RawBuilder<unknown>,
  indicatorIds: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from stix_object o
    where o.owner_id = ${ownerId} and o.object_id = ${objectId} and o.indicator_ids && array[${indicatorIds}])`
}
