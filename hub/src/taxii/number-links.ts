import { killChainPhaseKind, stixId, stixRelationshipObject, stixRevokedObject } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { appendAndForget, type NewObject, takenIds } from './append-objects.ts'
import { numbered } from './group-object.ts'
import { relationOf, saidRelations } from '../stix/said-relations.ts'
import type { LibraryLink } from '../stix/unjoin.ts'
import { sourceKey, targetKey } from './links.ts'
import { numberGroups } from './number-groups.ts'
import type { OwnerSource } from './owner-source.ts'
import { laterThan } from './value-object.ts'

/** A link whose relationship object is not as it should be. */
type LinkCandidate = LibraryLink & {
  wanted: boolean
  addedAt: Date
  sourceRef: string
  targetRef: string
  heldId: string | null
  body: string | null
}

/**
 * Of these links those that no kept text says: one whose ends are both objects of the collection is a relationship object, and one that was
 * taken apart, or lost an end, is revoked. First reports, which name what they are joined to.
 */
export async function numberLinks(
  trx: Db,
  source: OwnerSource,
  links: readonly LibraryLink[],
  now: Date,
): Promise<void> {
  if (links.length === 0) return
  const groupIds = new Set(links.flatMap((link) => [link.sourceGroup, link.targetGroup]).filter((id) => id !== null))
  await numberGroups(trx, source, await reportsAmong(trx, [...groupIds]), now)
  const { rows } = await candidates(source, links).execute(trx)
  const entering = rows.filter(({ wanted }) => wanted)
  const told = entering.map((link) => relationship(link, now, 0))
  for (let generation = 1; ; generation++) {
    const taken = await takenIds(
      trx,
      source.id,
      told.map(({ objectId }) => objectId),
    )
    if (taken.size === 0) break
    for (const [index, link] of entering.entries())
      if (taken.has(told[index]?.objectId ?? '')) told[index] = relationship(link, now, generation)
  }
  const revoked = rows.flatMap((link) => revocation(link, now) ?? [])
  await appendAndForget(trx, source.id, [...revoked, ...told], now)
  await keepEnds(trx, source.id, rows, entering, told)
}

function candidates(source: OwnerSource, links: readonly LibraryLink[]): RawBuilder<LinkCandidate> {
  const { id, ownerId } = source
  const column = <Key extends keyof LibraryLink>(key: Key) => links.map((link) => link[key])
  return sql<LinkCandidate>`
    with placed as materialized (
      select g.*, ${addedAt(ownerId)} as added_at,
        ${objectsOf(source, sql`g.source_indicator`, sql`g.source_group`)} as source_objects,
        ${objectsOf(source, sql`g.target_indicator`, sql`g.target_group`)} as target_objects
      from unnest(${column('sourceIndicator')}::uuid[], ${column('sourceGroup')}::bigint[], ${column('targetIndicator')}::uuid[],
        ${column('targetGroup')}::bigint[], ${column('kind')}::text[]) g (source_indicator, source_group, target_indicator, target_group, kind)
    ), ${said(ownerId)}, judged as (
      select p.*, source_objects[1] as source_ref, target_objects[1] as target_ref,
        coalesce(p.added_at is not null and source_objects[1] <> target_objects[1] and not ${isTold}, false) as wanted
      from placed p
    )
    select j.source_indicator as "sourceIndicator", j.source_group::text as "sourceGroup", j.target_indicator as "targetIndicator",
      j.target_group::text as "targetGroup", j.kind, j.wanted, j.added_at as "addedAt", j.source_ref as "sourceRef", j.target_ref as "targetRef",
      held.object_id as "heldId", (select o.body from taxii_object o
        where o.taxii_collection_id = ${id} and o.object_id = held.object_id and o.is_last) as body
    from judged j left join lateral (
      select * from taxii_relationship r where r.taxii_collection_id = ${id} and r.kind = j.kind
        and ${sourceKey} = coalesce(j.source_indicator::text, j.source_group::text)
        and ${targetKey} = coalesce(j.target_indicator::text, j.target_group::text)
      limit 1
    ) held on true
    where case when j.wanted then (held.source_ref, held.target_ref) is distinct from (j.source_ref, j.target_ref)
      else held.object_id is not null end
    order by j.added_at, j.source_ref, j.target_ref, j.kind`
}

/** Since when the library has the link; null where it has not. */
function addedAt(ownerId: string) {
  return sql`(case
    when g.source_group is not null then (select l.added_at from group_link l
      where l.group_id = g.source_group and l.linked_id = g.target_group and l.kind = g.kind)
    when g.target_group is not null then (select l.added_at from indicator_group l
      where l.indicator_id = g.source_indicator and l.owner_id = ${ownerId} and l.group_id = g.target_group)
    else (select l.added_at from indicator_link l
      where l.indicator_id = g.source_indicator and l.owner_id = ${ownerId} and l.linked_id = g.target_indicator and l.kind = g.kind
        and l.taken_back_at is null) end)`
}

/**
 * The objects that the collection has of an end and that are in force: several texts may say a value, and one several values. Where the
 * value or the group alone is to be looked up, the collection is compared as text: else one without statistics is read whole for each link.
 */
function objectsOf({ id }: OwnerSource, indicator: RawBuilder<unknown>, group: RawBuilder<unknown>) {
  const inForce = sql`o.is_last and not o.is_revoked`
  const ofCollection = sql`o.taxii_collection_id::text = ${id}::text`
  return sql`(case when ${group} is null then (
      select array_agg(e.object_id order by e.part, e.object_id) from (
        select 1 as part, o.object_id from taxii_object o
        where o.taxii_collection_id = ${id} and o.indicator_id = ${indicator} and ${inForce}
        union all select 2, o.object_id from taxii_object o
        where o.value_ids @> array[${indicator}] and ${inForce} and ${ofCollection}) e)
    else (
      select array_agg(o.object_id order by o.object_id) from taxii_object o
      where o.group_id = ${group} and ${inForce} and ${ofCollection}) end)`
}

/**
 * What the owner's newest texts say of these objects. Each text is looked up by its own id or by its source; tactics are all read, since
 * what one phase says depends on the others, and only where there is a link of theirs.
 */
function said(ownerId: string) {
  const isOfOwner = sql`s.owner_id = ${ownerId} and s.outcome = 'mapped' and not exists (
    select from stix_object n where n.owner_id = s.owner_id and n.object_id = s.object_id and n.version > s.version)`
  const columns = sql`s.object_id, s.type, s.outcome, s.group_id, s.body`
  const idsOf = (type: string) => sql`array(select id from objects where id like ${`${type}--%`})`
  const hasPhases = sql`exists (select from placed where kind = ${killChainPhaseKind})`
  return sql`
    objects as materialized (select distinct unnest(source_objects || target_objects) as id from placed
    ), newest as materialized (
      select ${columns} from stix_object s
      where ${isOfOwner} and s.type = 'relationship'
        and ${sql.raw(relationOf('stix_json(s.body)').source)} = any(array(select id from objects))
      union all
      select ${columns} from stix_object s
      where ${isOfOwner} and s.type = 'report' and s.object_id = any(${idsOf('report')})
      union all
      select ${columns} from stix_object s
      where ${isOfOwner} and s.type = 'attack-pattern' and s.object_id = any(${idsOf('attack-pattern')}) and ${hasPhases}
      union all
      select ${columns} from stix_object s where ${isOfOwner} and s.type = 'x-mitre-tactic' and ${hasPhases}
    ), ${sql.raw(saidRelations)}`
}

/** With an indicator the library knows no kinds and no direction, so that there any relationship counts, either way. */
const isTold = sql<boolean>`exists (
  select from unnest(p.source_objects) source (id), unnest(p.target_objects) target (id)
  where (source.id, target.id, case when p.source_group is null then '*' else p.kind end) in (
    select source_ref, target_ref, kind from said where kind is not null))`

/** @param generation STIX lets nothing follow a revocation under the same id (2.1, 3.6) */
function relationship({ sourceRef, targetRef, kind, addedAt: created }: LinkCandidate, now: Date, generation: number) {
  const since = generation === 0 ? created : now
  const said = stixRelationshipObject({ sourceRef, targetRef, kind, created: since }, '2.1')
  return numbered(generation === 0 ? said : { ...said, id: stixId('relationship', said.id, String(generation)) }, null)
}

function revocation({ body }: LinkCandidate, now: Date): NewObject | undefined {
  if (body === null) return undefined
  // Our own text.
  const held = JSON.parse(body) as { type: string; spec_version: string; id: string; created: string; modified: string }
  const modified = laterThan(held.modified, now)
  return numbered(stixRevokedObject({ ...held, specVersion: held.spec_version, modified }), null)
}

/** Those that are in force from now on, in the place of those that were. */
async function keepEnds(
  trx: Db,
  taxiiCollectionId: string,
  looked: readonly LinkCandidate[],
  entering: readonly LinkCandidate[],
  told: readonly NewObject[],
): Promise<void> {
  const gone = looked.flatMap(({ heldId }) => heldId ?? [])
  await sql`
    delete from taxii_relationship where taxii_collection_id = ${taxiiCollectionId} and object_id = any(${gone}::text[])`.execute(
    trx,
  )
  const column = <Key extends keyof LinkCandidate>(key: Key) => entering.map((link) => link[key])
  await sql`
    insert into taxii_relationship (taxii_collection_id, object_id, source_indicator, source_group, target_indicator, target_group, kind,
      source_ref, target_ref)
    select ${taxiiCollectionId}, n.* from unnest(${told.map(({ objectId }) => objectId)}::text[], ${column('sourceIndicator')}::uuid[],
      ${column('sourceGroup')}::bigint[], ${column('targetIndicator')}::uuid[], ${column('targetGroup')}::bigint[], ${column('kind')}::text[],
      ${column('sourceRef')}::text[], ${column('targetRef')}::text[]) n`.execute(trx)
}

async function reportsAmong(trx: Db, groupIds: readonly string[]): Promise<string[]> {
  if (groupIds.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select id::text from library_group where id = any(${[...groupIds]}::bigint[]) and type = 'Report'`.execute(trx)
  return rows.map(({ id }) => id)
}
