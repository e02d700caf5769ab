import { type RawBuilder, sql } from 'kysely'
import { isKeptFromExports } from '../exclusions/never-exported.ts'
import { inForce } from '../library/in-force.ts'
import { namesMarkingAbove, type TlpScope } from '../stix/markings-above.ts'
import { namesAbove, ofNewestText } from '../stix/names-above.ts'

/** Whose words a collection gives out, and up to which TLP. */
export type OwnerScope = TlpScope & { organizationId: string }

/**
 * S1, D21: whether a value of the owner may be given out at this moment: asserted by the owner as active and free of review, by no label above
 * the collection's TLP, and kept from exports by nobody. A scalar query, so that it is look-ups by keys whatever the planner thinks of the
 * tables.
 * @param indicatorId a column
 */
export function valueMayLeave(
  { organizationId, ownerId, tlpMax }: OwnerScope,
  indicatorId: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`coalesce((
    select ${inForce()} and coalesce(a.tlp <= ${tlpMax}::int, true)
      and not ${isKeptFromExports(organizationId, sql`a.indicator_id`)}
    from assertion a where a.indicator_id = ${indicatorId} and a.owner_id = ${ownerId}), false)`
}

/** The same of a group. @param groupId a column */
export function groupMayLeave({ ownerId, tlpMax }: OwnerScope, groupId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`coalesce((select g.owner_id = ${ownerId} and coalesce(g.tlp <= ${tlpMax}::int, true) from library_group g where g.id = ${groupId}), false)`
}

/** Of several values each must. @param indicatorIds a column */
export function valuesMayLeave(scope: OwnerScope, indicatorIds: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not exists (
    select from unnest(${indicatorIds}) said (id) where not ${valueMayLeave(scope, sql`said.id`)})`
}

/**
 * D45: whether what a text names lets it leave. A relationship and a sighting tell that both of their ends are there, so that each end must be
 * one that may leave and that the collection has not revoked; of anything else that is named, none may be above the TLP. Where an end is
 * back as another object, the hub says the relationship anew and words the sighting anew.
 * @param taxiiCollectionId of the collection @param type a column @param namedIds one too
 */
export function namedMayLeave(
  scope: OwnerScope,
  taxiiCollectionId: RawBuilder<unknown>,
  type: RawBuilder<unknown>,
  namedIds: RawBuilder<unknown>,
): RawBuilder<boolean> {
  const isGone = sql`${isRevokedNow(taxiiCollectionId, sql`named.id`)} and (${type} = 'relationship' or not exists (
    select from taxii_object r
    where r.taxii_collection_id = ${taxiiCollectionId} and r.kept_id = named.id and r.is_last and not r.is_revoked))`
  return sql<boolean>`(${namedIds} is null or case when ${type} in ('relationship', 'sighting')
    then not exists (select from unnest(${namedIds}) named (id) where not ${endMayLeave(scope, sql`named.id`)} or ${isGone})
    else not ${namesAbove(scope, namedIds)} end)`
}

/** STIX lets nothing follow a revocation under the same id (2.1, 3.6). @param objectId a column */
export function isRevokedNow(
  taxiiCollectionId: RawBuilder<unknown>,
  objectId: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from taxii_object r
    where r.taxii_collection_id = ${taxiiCollectionId} and r.object_id = ${objectId} and r.is_last and r.is_revoked)`
}

/** What is not there keeps nothing back: it may come from elsewhere. */
function endMayLeave(scope: OwnerScope, objectId: RawBuilder<unknown>): RawBuilder<boolean> {
  const { ownerId, tlpMax } = scope
  const said = sql`(e.group_id is null or ${groupMayLeave(scope, sql`e.group_id`)}) and ${valuesMayLeave(scope, sql`e.indicator_ids`)}
    and not ${namesMarkingAbove(scope, sql`e.body`)}`
  return sql<boolean>`coalesce(${ofNewestText(ownerId, objectId, said)},
    (select coalesce(g.tlp <= ${tlpMax}::int, true) from library_group g where g.owner_id = ${ownerId} and g.xid = ${objectId}), true)`
}

/**
 * Whether a numbered object of an owner may be given out now, whatever held when it was numbered: until the background has revoked it, it
 * is left out. A revocation tells nothing, and goes to all.
 */
export function objectMayLeave(scope: OwnerScope): RawBuilder<boolean> {
  return sql<boolean>`(o.is_revoked or (
    (o.indicator_id is null or ${valueMayLeave(scope, sql`o.indicator_id`)})
    and (o.value_ids is null or ${valuesMayLeave(scope, sql`o.value_ids`)})
    and (o.group_id is null or ${groupMayLeave(scope, sql`o.group_id`)})
    and ${namedMayLeave(scope, sql`o.taxii_collection_id`, sql`o.type`, sql`o.named_ids`)}
    and (o.type <> 'relationship' or o.kept_id is not null or exists (
      select from taxii_relationship r
      where r.taxii_collection_id = o.taxii_collection_id and r.object_id = o.object_id
        and (r.source_indicator is null or ${valueMayLeave(scope, sql`r.source_indicator`)})
        and (r.source_group is null or ${groupMayLeave(scope, sql`r.source_group`)})
        and (r.target_indicator is null or ${valueMayLeave(scope, sql`r.target_indicator`)})
        and (r.target_group is null or ${groupMayLeave(scope, sql`r.target_group`)})))))`
}

/** The same of one that says one value at most and names nothing: each question more would cost each page, asked or not. */
export function valueObjectMayLeave(scope: OwnerScope): RawBuilder<boolean> {
  return sql<boolean>`(o.is_revoked or o.indicator_id is null or ${valueMayLeave(scope, sql`o.indicator_id`)})`
}

/**
 * Whether a text of the owner says a value: by the index of those that say one, or of those that say several.
 * @param indicatorId a column @param condition of the text `s` beside that
 */
export function textSays(
  ownerId: string,
  indicatorId: RawBuilder<unknown>,
  condition = sql`true`,
): RawBuilder<boolean> {
  return sql<boolean>`(
    exists (select from stix_object s
      where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) = 1 and s.indicator_ids[1] = ${indicatorId} and ${condition})
    or exists (select from stix_object s
      where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) > 1 and s.indicator_ids @> array[${indicatorId}] and ${condition}))`
}

/**
 * The same beside it while the objects are looked at again, since the collection was changed: they are of its owner, and name no marking
 * that says a higher TLP.
 */
export function uncheckedMayLeave(scope: Pick<OwnerScope, 'ownerId' | 'tlpMax'>): RawBuilder<boolean> {
  return sql<boolean>`(o.is_revoked or (
    (o.kept_id is null or exists (select from stix_object s where s.owner_id = ${scope.ownerId} and s.object_id = o.kept_id))
    and not ${namesMarkingAbove(scope, sql`o.body`)}))`
}

/** The same of a data collection: they are of its newest version's members, and may leave by what is known now. */
export function uncheckedMemberMayLeave(
  organizationId: string,
  collectionId: string,
  tlpMax: number,
): RawBuilder<boolean> {
  return sql<boolean>`(o.is_revoked or exists (
    select from collection_member m where m.collection_id = ${collectionId} and m.indicator_id = o.indicator_id and m.until_version is null
      and m.active and not m.excluded and coalesce(m.tlp <= ${tlpMax}::int, true)
      and ${valueMayLeaveNow(organizationId, tlpMax)}))`
}

/** Whether a version of a data collection's object may be given out still, that another one replaced. */
export function earlierMayLeave(organizationId: string, tlpMax: number): RawBuilder<boolean> {
  return sql<boolean>`(o.is_last or o.indicator_id is null or ${valueMayLeaveNow(organizationId, tlpMax)})`
}

function valueMayLeaveNow(organizationId: string, tlpMax: number): RawBuilder<boolean> {
  return sql<boolean>`(
    select coalesce(v.tlp <= ${tlpMax}::int, true) and not ${isKeptFromExports(organizationId, sql`i.id`)}
    from indicator i left join indicator_view v on v.organization_id = ${organizationId} and v.indicator_id = i.id
    where i.id = o.indicator_id)`
}
