import type { PoolClient } from 'pg'
import { asksBeside, intoCollectionPending } from '../../collections/leave-to-collections.ts'
import { noteGroupSightings } from '../../sightings/group-sightings.ts'
import type { BatchSender } from '../batches.ts'
import { selectEntries } from '../../database/copy/copy-lines.ts'
import type { ItemOutcomes } from '../ledger/item-outcomes.ts'
import { ledgerEntry } from '../ledger/ledger-blocks.ts'
import { type PreparedBatch, rowsOf, type WholeBatch } from '../content/prepared-batch.ts'
import { notValid, refusalCodes } from '../content/refusal-codes.ts'
import { copyPieces } from './sent-tables.ts'

/**
 * Writes the associations of items that were written, after groups and indicators: each end is looked up among what the owner
 * has by now, so that an item may refer to a group of an earlier batch (TcEx sends chunks as batches of their own).
 */
export async function writeLinks(
  client: PoolClient,
  sender: BatchSender,
  batch: WholeBatch,
  outcomes: ItemOutcomes,
  now: Date,
): Promise<number> {
  const { ownerId } = sender
  const { positions, lines } = batch.links
  const due = positions.flatMap((position, index) => (isDue(outcomes.of(position)) ? [index] : []))
  if (due.length === 0) return 0
  await copyPieces(client, 'sent_link', selectEntries(lines, due))
  await resolve(client, ownerId)
  const written = await insertLinks(client, sender)
  await noteGroupSightings(client, sender, now)
  await noteUnresolved(client, ownerId, batch, outcomes)
  for (const position of associationPositions(batch))
    if (outcomes.of(position) === undefined) outcomes.set(position, 'created')
  return written
}

/** Associations have no outcome yet; those of unchanged items are there already. */
function isDue(outcome: string | undefined): boolean {
  return outcome === undefined || outcome === 'created' || outcome === 'updated'
}

function associationPositions(batch: PreparedBatch): number[] {
  const first = batch.groupCount + batch.indicatorCount
  const count = Math.max(0, batch.processedCount - first)
  return Array.from({ length: count }, (_, index) => first + index)
}

async function resolve(client: PoolClient, ownerId: string): Promise<void> {
  await client.query(
    `insert into resolved_link
     select position, left_key,
       case left_kind
         when 'indicator' then (select a.indicator_id from assertion a where a.indicator_id = left_key::uuid and a.owner_id = $1)
         when 'indicator-number' then (select a.indicator_id from assertion a where a.id = left_key::bigint and a.owner_id = $1) end,
       case left_kind
         when 'group' then (select g.id from library_group g where g.owner_id = $1 and g.xid = left_key)
         when 'group-number' then (select g.id from library_group g where g.owner_id = $1 and g.id = left_key::bigint) end,
       right_key,
       case right_kind
         when 'indicator' then (select a.indicator_id from assertion a where a.indicator_id = right_key::uuid and a.owner_id = $1)
         when 'indicator-number' then (select a.indicator_id from assertion a where a.id = right_key::bigint and a.owner_id = $1) end,
       case right_kind
         when 'group' then (select g.id from library_group g where g.owner_id = $1 and g.xid = right_key)
         when 'group-number' then (select g.id from library_group g where g.owner_id = $1 and g.id = right_key::bigint) end,
       kind
     from sent_link`,
    [ownerId],
  )
}

/** What is new of them, data collections that ask for it are told of: an association alone writes no indicator. */
async function insertLinks(client: PoolClient, { ownerId, organizationId }: BatchSender): Promise<number> {
  const toGroups = await client.query<{ count: number }>(
    `with written as (
       insert into indicator_group (indicator_id, owner_id, group_id)
       select distinct coalesce(left_indicator, right_indicator), $1::bigint, coalesce(left_group, right_group) from resolved_link
       where (left_indicator is not null and right_group is not null) or (left_group is not null and right_indicator is not null)
       on conflict do nothing returning indicator_id
     ), told as (
       ${intoCollectionPending}
       select $2::bigint, array_agg(indicator_id) from written where ${asksBeside('$2::bigint')} having count(*) > 0
     )
     select count(*)::int as count from written`,
    [ownerId, organizationId],
  )
  const ofGroups = await client.query(
    // A kind that was said has a direction: the first group does it to the second. Plain associations have none.
    `insert into group_link (group_id, linked_id, kind, owner_id)
     select distinct case when kind = 'Associated' then least(left_group, right_group) else left_group end,
       case when kind = 'Associated' then greatest(left_group, right_group) else right_group end,
       case when kind = 'Associated' then 'related-to' else kind end, $1::bigint
     from resolved_link
     where left_group <> right_group
     on conflict do nothing`,
    [ownerId],
  )
  const ofIndicators = await client.query<{ count: number }>(
    `with written as (
       insert into indicator_link (indicator_id, owner_id, linked_id, kind)
       select distinct least(left_indicator, right_indicator), $1::bigint, greatest(left_indicator, right_indicator), kind from resolved_link
       where left_indicator <> right_indicator
       on conflict do nothing returning indicator_id, linked_id
     ), told as (
       ${intoCollectionPending}
       select $2::bigint, array_agg(id) from (select indicator_id as id from written union select linked_id from written) ends
       where ${asksBeside('$2::bigint')} having count(*) > 0
     )
     select count(*)::int as count from written`,
    [ownerId, organizationId],
  )
  return (toGroups.rows[0]?.count ?? 0) + (ofGroups.rowCount ?? 0) + (ofIndicators.rows[0]?.count ?? 0)
}

/** The item stays, its association does not; its digest goes, so that the same item sent again is tried again. */
async function noteUnresolved(
  client: PoolClient,
  ownerId: string,
  batch: WholeBatch,
  outcomes: ItemOutcomes,
): Promise<void> {
  const { rows } = await client.query<{ position: number; missing: string }>(
    `select position, case when left_indicator is null and left_group is null then left_key else right_key end as missing
     from resolved_link
     where (left_indicator is null and left_group is null) or (right_indicator is null and right_group is null)`,
  )
  if (rows.length === 0) return
  const parted = new Set<number>()
  for (const { position, missing } of rows) {
    const { kind, code } = partOf(batch, position)
    const [, , type, summary] = ledgerEntry(batch.ledger, position)
    const reason = notValid(
      kind === 'association' ? 'Association' : type,
      summary,
      `It is associated with ${missing}, which this owner does not have.`,
    )
    if (kind === 'association') outcomes.refuse(position, code, reason)
    else outcomes.notePart(position, code, reason)
    parted.add(position)
  }
  await forgetDigests(client, ownerId, batch, parted)
}

async function forgetDigests(
  client: PoolClient,
  ownerId: string,
  { indicators, groups }: WholeBatch,
  positions: ReadonlySet<number>,
): Promise<void> {
  for (const part of indicators) {
    await client.query(
      `update assertion set digest = null
       where owner_id = $1 and indicator_id in (select ($2::uuid[])[row + 1] from unnest($3::int[]) row)`,
      [ownerId, part.keys, rowsOf(part, positions)],
    )
  }
  await client.query(
    `update library_group set digest = null
     where owner_id = $1 and xid in (select ($2::text[])[row + 1] from unnest($3::int[]) row)`,
    [ownerId, groups.keys, rowsOf(groups, positions)],
  )
}

function partOf(batch: PreparedBatch, position: number): { kind: 'group' | 'indicator' | 'association'; code: string } {
  if (position < batch.groupCount) return { kind: 'group', code: refusalCodes.groupPartly }
  if (position < batch.groupCount + batch.indicatorCount)
    return { kind: 'indicator', code: refusalCodes.indicatorPartly }
  return { kind: 'association', code: refusalCodes.association }
}
