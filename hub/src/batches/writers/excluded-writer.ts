import type { PoolClient } from 'pg'
import type { ReadyExclusions } from '../../exclusions/matchers.ts'
import type { PreparedRows } from '../content/prepared-batch.ts'
import { copyPieces } from './sent-tables.ts'

/**
 * Writes what exclusion lists say of a part's rows (D25), and notes what changed by it; rows that are there already are not written. A list that was deleted
 * meanwhile says nothing more. The lists are held until the batch ends, so that none is deleted in between.
 */
export async function writeExcluded(client: PoolClient, organizationId: string, rows: PreparedRows): Promise<void> {
  if (rows.excluded === '') return
  await copyPieces(client, 'sent_excluded', [Buffer.from(rows.excluded)])
  await client.query(
    `with sent as (
       delete from sent_excluded returning *
     ), held as materialized (
       select id from exclusion_list where organization_id = $1 and id in (select list_id from sent) order by id for key share
     ), written as (
       insert into excluded_indicator as x (organization_id, indicator_id, list_id, entry, blocks_export)
       select $1, indicator_id, list_id, entry, blocks_export from sent where list_id in (select id from held)
       order by indicator_id, list_id
       on conflict (organization_id, indicator_id, list_id) do update
         set entry = excluded.entry, blocks_export = excluded.blocks_export
         where (x.entry, x.blocks_export) is distinct from (excluded.entry, excluded.blocks_export)
       returning indicator_id
     )
     insert into touched_indicator select indicator_id from written`,
    [organizationId],
  )
}

/**
 * At the end of a batch: where the lists are others than it was judged by, what it wrote is noted for one more look. Holds the
 * organization's row shared until the commit, so that no change of the lists comes between (exclusion-pass.ts).
 */
export async function noteJudgedBefore(
  client: PoolClient,
  { organizationId, revision }: ReadyExclusions,
  parts: readonly PreparedRows[],
): Promise<void> {
  const wanted = (await heldRevision(client, organizationId)) ?? (await madeRevision(client, organizationId))
  if (wanted === revision) return
  for (const { keys } of parts) {
    await client.query('insert into exclusion_pending (organization_id, indicator_ids) values ($1, $2::uuid[])', [
      organizationId,
      keys,
    ])
  }
}

async function heldRevision(client: PoolClient, organizationId: string): Promise<string | undefined> {
  const { rows } = await client.query<{ revision: string }>(
    'select wanted_revision as revision from exclusion_pass where organization_id = $1 for share',
    [organizationId],
  )
  return rows[0]?.revision
}

/** The organization's first batch makes the row, or waits for whoever makes it with the first list. */
async function madeRevision(client: PoolClient, organizationId: string): Promise<string | undefined> {
  await client.query('insert into exclusion_pass (organization_id) values ($1) on conflict do nothing', [
    organizationId,
  ])
  return await heldRevision(client, organizationId)
}
