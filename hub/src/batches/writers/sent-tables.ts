import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PoolClient } from 'pg'
import { intoCollectionPending } from '../../collections/leave-to-collections.ts'
import type { Statements } from '../../database/statements.ts'
import { from as copyFrom } from 'pg-copy-streams'

/**
 * Temporary tables that a batch's rows are copied to; they stay with the connection. Only what other transactions use too is emptied
 * by their end: PostgreSQL then truncates every such table of a connection at each commit, whether or not it was used, and for all of
 * these that took longer than everything else of a small batch.
 */
const createSentTables = `
  create temp table if not exists sent_indicator (
    indicator_id uuid, type text, value text, digest uuid, rating real, confidence smallint, active boolean, private boolean,
    status text, tags text[], labels text[], tlp smallint, first_seen timestamptz, last_seen timestamptz, expires timestamptz,
    detail jsonb, attributes_named boolean, is_new boolean
  );
  create temp table if not exists sent_attribute (
    indicator_id uuid, type text, value text, source text, displayed boolean, pinned boolean
  );
  create temp table if not exists sent_group (
    xid text, digest uuid, type text, name text, status text, event_date timestamptz, publish_date timestamptz,
    first_seen timestamptz, last_seen timestamptz, tags text[], labels text[], tlp smallint, detail jsonb,
    attributes_named boolean, is_new boolean
  );
  create temp table if not exists sent_group_attribute (
    xid text, type text, value text, source text, displayed boolean, pinned boolean
  );
  create temp table if not exists sent_link (
    position int, left_kind text, left_key text, right_kind text, right_key text, kind text
  );
  create temp table if not exists resolved_link (
    position int, left_key text, left_indicator uuid, left_group bigint, right_key text, right_indicator uuid, right_group bigint,
    kind text
  );
  create temp table if not exists sent_excluded (
    indicator_id uuid, list_id bigint, entry text, blocks_export boolean
  );
  create temp table if not exists sent_stix_object (
    object_id text, type text, version timestamptz, spec_version text, body text, body_sha256 bytea, indicator_ids uuid[],
    group_xid text, marking_tlp smallint, sighting_of text, sighted_at timestamptz, sighted_count int, named_ids text[],
    outcome text, reason text
  );
  create temp table if not exists touched_indicator (indicator_id uuid) on commit delete rows`

const copyCommands = {
  sent_indicator: 'copy sent_indicator from stdin',
  sent_attribute: 'copy sent_attribute from stdin',
  sent_group: 'copy sent_group from stdin',
  sent_group_attribute: 'copy sent_group_attribute from stdin',
  sent_link: 'copy sent_link from stdin',
  sent_excluded: 'copy sent_excluded from stdin',
  sent_stix_object: 'copy sent_stix_object from stdin',
} as const

const keptTables = [...Object.keys(copyCommands), 'resolved_link']
const emptyTables = keptTables.map((table) => `delete from ${table}`).join('; ')

/** What was copied to a connection's tables, and the batches that used them, since they were made or truncated. */
type Use = { bytes: number; batches: number }
const uses = new WeakMap<PoolClient, Use>()
/** Above either, dead rows would cost each statement more than truncating does. */
const usedMost: Use = { bytes: 1 << 20, batches: 100 }

/** Before the transaction: makes the tables if this connection has none yet, and takes away the dead rows of earlier batches. */
export async function makeSentTables(client: PoolClient): Promise<void> {
  const use = uses.get(client)
  if (use === undefined) await client.query(createSentTables)
  else if (use.bytes < usedMost.bytes && use.batches < usedMost.batches) return void (use.batches += 1)
  else await client.query(`truncate ${keptTables.join(', ')}`)
  uses.set(client, { bytes: 0, batches: 1 })
}

/**
 * First in the batch's transaction: plans are of look-ups, a lock is waited for no longer than this, and what an earlier batch of the
 * connection left is gone.
 */
export async function beginBatch(client: PoolClient, lockWaitMsMax: number): Promise<void> {
  await client.query(`${lookUpSettings}; set local lock_timeout = ${Math.round(lockWaitMsMax)}; ${emptyTables}`)
}

/**
 * After a part of a batch's indicators: tells the data collections what it touched, and makes room for the next. In the batch's
 * transaction: a hub that dies right after the commit forgets nothing.
 */
export async function noteTouched(client: PoolClient, organizationId: string): Promise<void> {
  await client.query(
    `with sent as (delete from sent_indicator returning indicator_id),
       touched as (delete from touched_indicator returning indicator_id),
       attributes as (delete from sent_attribute)
     ${intoCollectionPending}
     select $1, array_agg(indicator_id) from (select indicator_id from sent union all select indicator_id from touched) both_tables
     having count(*) > 0`,
    [organizationId],
  )
}

const lookUpSettings = `set local enable_hashjoin = off; set local enable_mergejoin = off; set local random_page_cost = 1.1;
  set local work_mem = '64MB'`

/**
 * In the transaction: every join goes from the few rows that were sent to the many that are stored, by their keys, whatever the
 * statistics say; so a batch costs the same in a large library. Temporary tables are compared with each other by hashed
 * subqueries, never by joins.
 */
export async function preferLookUps(client: Statements): Promise<void> {
  await client.query(lookUpSettings)
}

export async function copyPieces(
  client: PoolClient,
  table: keyof typeof copyCommands,
  pieces: readonly Uint8Array[],
): Promise<void> {
  if (pieces.length === 0) return
  const use = uses.get(client)
  if (use !== undefined) use.bytes += pieces.reduce((bytes, piece) => bytes + piece.length, 0)
  await pipeline(Readable.from(pieces, { objectMode: false }), client.query(copyFrom(copyCommands[table])))
}
