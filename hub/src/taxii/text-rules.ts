import { sql } from 'kysely'
import { namesMarkingAbove } from '../stix/markings-above.ts'
import { itemlessTypes } from '../stix/stix-store.ts'
import type { OwnerSource } from './owner-source.ts'
import { saysTakenBack } from './taken-back.ts'
import { groupMayLeave, isRevokedNow, namedMayLeave, valuesMayLeave } from './what-may-leave.ts'

/** Conditions on a text `s` of an owner, for one of its collections. */

/** An indicator's revocation is the hub's to word; and STIX lets nothing follow one under the same id (2.1, 3.6). */
export function isSpecial(source: OwnerSource) {
  return sql<boolean>`(${seemsRevoked} or ${isReworded(source)} or exists (
    select from taxii_object e where e.taxii_collection_id = ${source.id} and e.kept_id = s.object_id and e.is_last and e.is_revoked))`
}

/** A sighting of what goes out under another id than the one that it names, so that it is worded anew (D45). */
export function isReworded({ id }: OwnerSource) {
  return sql<boolean>`(s.type = 'sighting' and exists (
    select from unnest(s.named_ids) named (id) where ${isRevokedNow(sql`${id}::uuid`, sql`named.id`)}))`
}

/** Of a text that is new: it did not go out, and the version before it did. */
export function isHeldBack({ id }: OwnerSource) {
  return sql<boolean>`exists (
    select from taxii_object e where e.taxii_collection_id = ${id} and e.kept_id = s.object_id and e.is_last and e.version < s.version)`
}

/** By its characters, since PostgreSQL cannot read every JSON text that is one. What it takes for one by mistake is read (numberDiffering). */
export const seemsRevoked = sql<boolean>`(s.indicator_ids <> '{}' and s.body ~ '"revoked"\\s*:\\s*true')`

/**
 * S1: an object of whose values one may not leave does not leave. D21: nor does one whose group is above the collection's TLP, or that names a
 * marking that says a higher one; a marking counts wherever in the object it is named, so that one of a single field
 * holds the whole object back. One whose group is gone is gone, and so is a relationship whose link a person took back. What it names
 * counts as well: a text goes out as it came or not at all.
 */
export function textMayLeave(source: OwnerSource) {
  return sql<boolean>`(
    case when s.group_id is not null then ${groupMayLeave(source, sql`s.group_id`)}
      else s.outcome = 'kept' or s.indicator_ids <> '{}' or s.type = any(${[...itemlessTypes]}::text[]) end
    and ${valuesMayLeave(source, sql`s.indicator_ids`)} and not ${saysTakenBack(source.ownerId)}
    and not ${namesMarkingAbove(source, sql`s.body`)} and ${namedMayLeave(source, sql`${source.id}::uuid`, sql`s.type`, sql`s.named_ids`)})`
}
