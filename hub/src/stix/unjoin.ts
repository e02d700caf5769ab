import type { PoolClient } from 'pg'
import type { BatchSender } from '../batches/batches.ts'
import { leaveToCollections } from '../collections/leave-to-collections.ts'
import type { Statements } from '../database/statements.ts'
import { leaveToLifecycle } from '../lifecycle/pending.ts'
import type { UnjoinedEnd, UnjoinedEnds } from './bundle-messages.ts'
import { relationOf } from './said-relations.ts'

/**
 * Takes apart what relationships joined that are revoked now: their links, and the sightings that these were. Only what an earlier version
 * of the same relationship joined, and what no other relationship of the owner says. The revoked object stays as the word of it for every
 * reader. After the bundle's objects are written; the batch runs alone (batch-turn.ts).
 */
export async function unjoin(client: PoolClient, sender: BatchSender, ends: readonly UnjoinedEnds[]): Promise<void> {
  const { organizationId, ownerId } = sender
  const due = await joinedBefore(client, ownerId, ends)
  if (due.length === 0) return
  const { rows } = await client.query<Touched>(unjoinPairs, [
    ownerId,
    due.map(({ relationshipId }) => relationshipId),
    due.map(({ sourceRef }) => sourceRef),
    due.map(({ targetRef }) => targetRef),
    due.map(({ kind }) => kind),
    due.map(({ source }) => indicatorOf(source)),
    due.map(({ source }) => xidOf(source)),
    due.map(({ target }) => indicatorOf(target)),
    due.map(({ target }) => xidOf(target)),
  ])
  await leaveTouched(client, organizationId, rows[0])
}

/** A link of the library: of two groups, of an indicator with a group, or of two indicators. */
export type LibraryLink = {
  sourceIndicator: string | null
  sourceGroup: string | null
  targetIndicator: string | null
  targetGroup: string | null
  kind: string
}

/** Takes a link apart, and the sightings that it was, whoever says it. In the owner's turn (batch-turn.ts). */
export async function takeLinkApart(
  db: Statements,
  { organizationId, ownerId }: { organizationId: string; ownerId: string },
  { sourceIndicator, sourceGroup, targetIndicator, targetGroup, kind }: LibraryLink,
): Promise<void> {
  const { rows } = await db.query<Touched>(
    `with doomed as materialized (
       select $2::uuid as source_indicator, $3::bigint as source_group, $4::uuid as target_indicator, $5::bigint as target_group, $6::text as kind
     ), ${takeDoomedApart}`,
    [ownerId, sourceIndicator, sourceGroup, targetIndicator, targetGroup, kind],
  )
  await leaveTouched(db, organizationId, rows[0])
}

type Touched = { touched: string[] | null; sighted: string[] | null }

async function leaveTouched(db: Statements, organizationId: string, row: Touched | undefined): Promise<void> {
  const { touched = null, sighted = null } = row ?? {}
  if (sighted !== null) await leaveToLifecycle(db, organizationId, sighted)
  if (touched !== null) await leaveToCollections(db, organizationId, touched)
}

async function joinedBefore(
  client: PoolClient,
  ownerId: string,
  ends: readonly UnjoinedEnds[],
): Promise<UnjoinedEnds[]> {
  if (ends.length === 0) return []
  const { rows } = await client.query<{ id: string }>(
    `select distinct object_id as id from stix_object where owner_id = $1 and object_id = any($2::text[]) and outcome = 'mapped'`,
    [ownerId, ends.map(({ relationshipId }) => relationshipId)],
  )
  const joined = new Set(rows.map(({ id }) => id))
  return ends.filter(({ relationshipId }) => joined.has(relationshipId))
}

/** Links between what `doomed` names; `$1` is the owner. Items that name what is no longer joined are written again when they are sent again. */
const takeDoomedApart = `
  of_groups as (
    delete from group_link l using doomed d
    where l.group_id = d.source_group and l.linked_id = d.target_group and l.kind = d.kind
    returning l.group_id, l.linked_id
  ), of_indicators as (
    delete from indicator_link l using doomed d
    where l.owner_id = $1 and l.indicator_id = least(d.source_indicator, d.target_indicator)
      and l.linked_id = greatest(d.source_indicator, d.target_indicator) and l.kind = d.kind
    returning l.indicator_id, l.linked_id
  ), of_both as (
    delete from indicator_group l using doomed d
    where l.owner_id = $1 and l.indicator_id = coalesce(d.source_indicator, d.target_indicator)
      and l.group_id = coalesce(d.source_group, d.target_group)
    returning l.indicator_id, l.group_id
  ), sighted as (
    delete from sighting s using of_both b where s.group_id = b.group_id and s.indicator_id = b.indicator_id
    returning s.indicator_id
  ), touched as (
    select indicator_id as id from of_both union select indicator_id from of_indicators union select linked_id from of_indicators
  ), parted as (
    select group_id as id from of_both union select group_id from of_groups union select linked_id from of_groups
  ), said_again as (
    update assertion a set digest = null from touched t where a.owner_id = $1 and a.indicator_id = t.id
  ), named_again as (
    update library_group g set digest = null from parted p where g.id = p.id
  )
  select (select array_agg(id) from touched) as touched, (select array_agg(distinct indicator_id) from sighted) as sighted`

const relation = relationOf('r.body')

/**
 * Between an indicator and a group the library knows no kinds and no direction, so there any other relationship holds the link, either way
 * round.
 */
const unjoinPairs = `
  with given as materialized (
    select * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::text[])
      as g (object_id, source_ref, target_ref, kind, source_indicator, source_xid, target_indicator, target_xid)
  ), relationship as materialized (
    select o.object_id, o.version, stix_json(o.body) as body from stix_object o
    where o.owner_id = $1 and o.type = 'relationship' and o.outcome = 'mapped'
      and ${relationOf('stix_json(o.body)').source} = any($3::text[] || $4::text[])
  ), told as materialized (
    select r.object_id, ${relation.source} as source_ref, ${relation.target} as target_ref, ${relation.kind} as kind
    from relationship r
    where not exists (select from stix_object n where n.owner_id = $1 and n.object_id = r.object_id and n.version > r.version)
  ), doomed as materialized (
    select g.kind, g.source_indicator, g.target_indicator, s.id as source_group, t.id as target_group
    from given g
    left join library_group s on s.owner_id = $1 and s.xid = g.source_xid
    left join library_group t on t.owner_id = $1 and t.xid = g.target_xid
    where not exists (
      select from told o where o.object_id <> g.object_id and (
        (o.source_ref = g.source_ref and o.target_ref = g.target_ref and (o.kind = g.kind or g.source_xid is null or g.target_xid is null))
        or (o.source_ref = g.target_ref and o.target_ref = g.source_ref and (g.source_xid is null or g.target_xid is null))))
  ), ${takeDoomedApart}`

function indicatorOf(end: UnjoinedEnd): string | null {
  return 'indicator' in end ? end.indicator : null
}

function xidOf(end: UnjoinedEnd): string | null {
  return 'xid' in end ? end.xid : null
}
