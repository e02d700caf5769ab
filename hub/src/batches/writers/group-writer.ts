import type { LedgerOutcome } from '@postern/protocol'
import type { PoolClient } from 'pg'
import { leaveMembersToCollections } from '../../collections/leave-to-collections.ts'
import type { BatchModes } from '../batch-modes.ts'
import { selectEntries, writeLastFlag } from '../../database/copy/copy-lines.ts'
import { type AssertionWriter, rowNumbers } from './indicator-writer.ts'
import type { ItemOutcomes } from '../ledger/item-outcomes.ts'
import type { PreparedBatch, PreparedRows } from '../content/prepared-batch.ts'
import { copyPieces } from './sent-tables.ts'

/** Writes the batch's groups, before the indicators that refer to them. The batch runs alone (batch-turn.ts). */
export async function writeGroups(
  client: PoolClient,
  writer: AssertionWriter,
  batch: PreparedBatch,
  modes: BatchModes,
  outcomes: ItemOutcomes,
): Promise<void> {
  const { ownerId } = writer
  const rows = batch.groups
  if (rows.count === 0) return
  const ofRow = await classify(client, ownerId, rows)
  const changed = ofRow.flatMap((outcome, row) => (outcome === 'unchanged' ? [] : [row]))
  if (changed.length > 0) {
    for (const row of changed) writeLastFlag(rows.lines, row, ofRow[row] === 'created')
    await copyPieces(client, 'sent_group', selectEntries(rows.lines, changed))
    const named = modes.attributes === 'Static' ? changed.filter((row) => ofRow[row] === 'created') : changed
    await copyPieces(client, 'sent_group_attribute', selectEntries(rows.attributes, named))
    await upsertGroups(client, ownerId, modes)
    await writeAttributes(client, ownerId, modes)
    const updated = changed.filter((row) => ofRow[row] === 'updated')
    await leaveMembersToCollections(client, writer, rows.keys, updated)
  }
  outcomes.setFromRows(rows, ofRow)
}

async function classify(client: PoolClient, ownerId: string, rows: PreparedRows): Promise<LedgerOutcome[]> {
  const { rows: found } = await client.query<{ same: string | null; other: string | null }>(
    `select string_agg(s.row::text, ',') filter (where g.digest = s.digest) as same,
            string_agg(s.row::text, ',') filter (where g.digest is distinct from s.digest) as other
     from unnest($2::text[], $3::uuid[]) with ordinality s (xid, digest, row)
     cross join lateral (select digest from library_group where owner_id = $1 and xid = s.xid limit 1) g`,
    [ownerId, rows.keys, rows.digests],
  )
  const ofRow = Array.from<LedgerOutcome>({ length: rows.count }).fill('created')
  for (const row of rowNumbers(found[0]?.same)) ofRow[row] = 'unchanged'
  for (const row of rowNumbers(found[0]?.other)) ofRow[row] = 'updated'
  return ofRow
}

async function upsertGroups(client: PoolClient, ownerId: string, modes: BatchModes): Promise<void> {
  await client.query(
    `insert into library_group (owner_id, xid, type, name, status, event_date, publish_date, first_seen, last_seen, digest, tags,
       labels, tlp, detail, added_at, modified_at)
     select $1, xid, type, name, status, event_date, publish_date, first_seen, last_seen, digest, coalesce(tags, '{}'),
       coalesce(labels, '{}'), tlp, detail, now(), now()
     from sent_group where is_new order by xid`,
    [ownerId],
  )
  await client.query(
    `update library_group g set
       type = s.type, name = s.name, digest = s.digest,
       status = coalesce(s.status, g.status),
       event_date = coalesce(s.event_date, g.event_date),
       publish_date = coalesce(s.publish_date, g.publish_date),
       first_seen = coalesce(s.first_seen, g.first_seen),
       last_seen = coalesce(s.last_seen, g.last_seen),
       tags = case when s.tags is null then g.tags when $2 then array(select distinct t from unnest(g.tags || s.tags) t order by t) else s.tags end,
       labels = case when s.labels is null then g.labels when $3 then array(select distinct t from unnest(g.labels || s.labels) t order by t) else s.labels end,
       tlp = case when s.labels is null then g.tlp when $3 then greatest(g.tlp, s.tlp) else s.tlp end,
       detail = case when s.detail is null then g.detail else coalesce(g.detail, '{}') || s.detail end,
       modified_at = now()
     from sent_group s where g.owner_id = $1 and g.xid = s.xid and not s.is_new`,
    [ownerId, modes.tags === 'Append', modes.labels === 'Append'],
  )
}

async function writeAttributes(client: PoolClient, ownerId: string, modes: BatchModes): Promise<void> {
  if (modes.attributes === 'Replace' || modes.attributes === 'Singleton') {
    await client.query(
      `delete from group_attribute t using sent_group s, library_group g
       where g.owner_id = $1 and g.xid = s.xid and t.group_id = g.id and s.attributes_named and not s.is_new
         and ($2 or (s.xid, t.type) in (select xid, type from sent_group_attribute))`,
      [ownerId, modes.attributes === 'Replace'],
    )
  }
  await client.query(
    `insert into group_attribute (group_id, type, value, source, displayed, pinned)
     select g.id, x.type, x.value, x.source, x.displayed, x.pinned
     from sent_group_attribute x join library_group g on g.owner_id = $1 and g.xid = x.xid`,
    [ownerId],
  )
}
