import { type RawBuilder, sql } from 'kysely'
import { relationOf } from '../stix/said-relations.ts'
import type { LibraryLink } from '../stix/unjoin.ts'

/** Of a relationship `s`. */
const relation = relationOf('stix_json(s.body)')

/** Whether a text `s` of the owner is a relationship of two indicators whose link a person took back; few are, so that these are looked for. */
export function saysTakenBack(ownerId: string): RawBuilder<boolean> {
  return sql<boolean>`(s.type = 'relationship' and s.outcome = 'mapped' and exists (
    select from indicator_link l
    where l.owner_id = ${ownerId} and l.taken_back_at is not null
      and l.kind = ${sql.raw(relation.kind)}
      and ${saysOneOf(ownerId, sql.raw(relation.source), sql`l.indicator_id, l.linked_id`)}
      and ${saysOneOf(ownerId, sql.raw(relation.target), sql`l.indicator_id, l.linked_id`)}))`
}

/** A query for the ids of the owner's numbered relationships between the indicators of these links, whatever their kind. */
export function relationshipsOf(
  { ownerId, stixNumber }: { ownerId: string; stixNumber: string },
  links: readonly LibraryLink[],
): RawBuilder<unknown> {
  return sql`
    select s.object_id
    from unnest(${links.map((link) => link.sourceIndicator)}::uuid[], ${links.map((link) => link.targetIndicator)}::uuid[]) g (one, other)
      cross join lateral (
        select s.object_id from stix_object s
        where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) = 1 and s.indicator_ids[1] = any(array[g.one, g.other])
        union select s.object_id from stix_object s
        where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) > 1 and s.indicator_ids && array[g.one, g.other]
      ) e
      join stix_object s on s.owner_id = ${ownerId} and s.type = 'relationship' and s.outcome = 'mapped'
        and ${sql.raw(relation.source)} = e.object_id
    where g.one is not null and g.other is not null and s.number <= ${stixNumber}::bigint
      and ${saysOneOf(ownerId, sql.raw(relation.target), sql`g.one, g.other`)}`
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
