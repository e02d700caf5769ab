import type { PoolClient } from 'pg'
import { leaveMembersToCollections } from '../../collections/leave-to-collections.ts'
import { refreshViewOfTouched } from '../../library/indicator-view.ts'
import { leaveSightedBy } from '../../sightings/group-sightings.ts'
import type { AssertionWriter } from './indicator-writer.ts'
import { rowNumbers } from './indicator-writer.ts'
import type { ItemOutcomes } from '../ledger/item-outcomes.ts'
import type { PreparedRows } from '../content/prepared-batch.ts'

/**
 * Takes away what the owner asserts; each leaves a tombstone. What is not there is `unchanged`: a delete that comes twice is
 * no error. The batch runs alone (batch-turn.ts).
 */
export async function deleteAssertions(
  client: PoolClient,
  writer: AssertionWriter,
  rows: PreparedRows,
  batchId: string,
  outcomes: ItemOutcomes,
): Promise<void> {
  if (rows.count === 0) return
  const { organizationId, ownerId } = writer
  const { keys } = rows
  // In the order of ids, as every writer of these indicators does.
  await client.query('select 1 from indicator where id = any($1::uuid[]) order by id for no key update', [keys])
  const { rows: found } = await client.query<{ numbers: string | null }>(
    `with gone as (
       delete from assertion a using unnest($2::uuid[]) with ordinality s (indicator_id, row)
       where a.owner_id = $1 and a.indicator_id = s.indicator_id
       returning s.row, a.indicator_id
     ), remembered as (
       insert into tombstone (organization_id, owner_id, kind, indicator_id, batch_id)
       select $3, $1, 'indicator', indicator_id, $4 from gone
     ), touched as (
       insert into touched_indicator select indicator_id from gone
     )
     select string_agg(row::text, ',') as numbers from gone`,
    [ownerId, keys, organizationId, batchId],
  )
  await deleteBelongings(client, ownerId)
  await refreshViewOfTouched(client, organizationId)
  const gone = new Set(rowNumbers(found[0]?.numbers))
  outcomes.setFromRows(
    rows,
    Array.from({ length: rows.count }, (_, row) => (gone.has(row) ? 'deleted' : 'unchanged')),
  )
}

async function deleteBelongings(client: PoolClient, ownerId: string): Promise<void> {
  await client.query(
    'delete from assertion_attribute t using touched_indicator s where t.owner_id = $1 and t.indicator_id = s.indicator_id',
    [ownerId],
  )
  await client.query(
    'delete from indicator_group t using touched_indicator s where t.owner_id = $1 and t.indicator_id = s.indicator_id',
    [ownerId],
  )
  // The other hashes of a file say again that they belong together when they are sent again.
  await client.query(
    `with gone as (
       delete from indicator_link t using touched_indicator s
       where t.owner_id = $1 and (t.indicator_id = s.indicator_id or t.linked_id = s.indicator_id)
       returning t.indicator_id, t.linked_id
     )
     update assertion a set digest = null from gone
     where a.owner_id = $1 and a.indicator_id in (gone.indicator_id, gone.linked_id)`,
    [ownerId],
  )
}

/** The same for groups. */
export async function deleteGroups(
  client: PoolClient,
  writer: AssertionWriter,
  rows: PreparedRows,
  batchId: string,
  outcomes: ItemOutcomes,
): Promise<void> {
  if (rows.count === 0) return
  await leaveSightedBy(client, writer.organizationId, writer.ownerId, rows.keys)
  await leaveMembersToCollections(client, writer, rows.keys)
  const { rows: found } = await client.query<{ numbers: string | null }>(
    `with doomed as (
       select g.id, g.xid, s.row from unnest($2::text[]) with ordinality s (xid, row)
       join library_group g on g.owner_id = $1 and g.xid = s.xid
     ), changed as (
       update assertion a set digest = null from indicator_group t
       where t.group_id in (select id from doomed) and t.owner_id = $1 and a.owner_id = $1 and a.indicator_id = t.indicator_id
     ), remembered as (
       insert into tombstone (organization_id, owner_id, kind, group_xid, batch_id) select $3, $1, 'group', xid, $4 from doomed
     )
     select string_agg(row::text, ',') as numbers from doomed`,
    [writer.ownerId, rows.keys, writer.organizationId, batchId],
  )
  // Groups that were linked to it say so again when they are sent again.
  await client.query(
    `update library_group g set digest = null from group_link l join library_group d on d.id in (l.group_id, l.linked_id)
     where d.owner_id = $1 and d.xid = any($2::text[]) and g.id in (l.group_id, l.linked_id)`,
    [writer.ownerId, rows.keys],
  )
  await client.query('delete from library_group where owner_id = $1 and xid = any($2::text[])', [
    writer.ownerId,
    rows.keys,
  ])
  const gone = new Set(rowNumbers(found[0]?.numbers))
  outcomes.setFromRows(
    rows,
    Array.from({ length: rows.count }, (_, row) => (gone.has(row) ? 'deleted' : 'unchanged')),
  )
}
