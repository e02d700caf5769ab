import type { IndicatorStatus, LedgerOutcome } from '@postern/protocol'
import type { PoolClient } from 'pg'
import { refreshViewOfSent } from '../../library/indicator-view.ts'
import { type SentLifecycle, settleSent } from '../../lifecycle/settle-sent.ts'
import { writeExcluded } from './excluded-writer.ts'
import type { BatchModes } from '../batch-modes.ts'
import { selectEntries, writeLastFlag } from '../../database/copy/copy-lines.ts'
import type { ItemOutcomes } from '../ledger/item-outcomes.ts'
import type { PreparedRows } from '../content/prepared-batch.ts'
import { notValid, refusalCodes } from '../content/refusal-codes.ts'
import { copyPieces } from './sent-tables.ts'

/** Whose assertions a batch writes. */
export type AssertionWriter = {
  organizationId: string
  ownerId: string
  /** Status of assertions that a batch makes without saying one: the owner's (LIB-2), and Review for what alerts saw first (S1). */
  statusDefault: IndicatorStatus
  /** Whether that holds whatever an item says. */
  isStatusFixed?: boolean
}

/**
 * Writes one part of a batch's indicators and what the owner asserts of them; rows that say what they said before are not touched.
 * Others of the owner may write beside it (batch-turn.ts): what this one creates they do not have, or it fails; what it changes is
 * locked before it is changed.
 * @param withheld rows that are not to be written after all (file-writer.ts)
 */
export async function writeIndicators(
  client: PoolClient,
  writer: AssertionWriter,
  rows: PreparedRows,
  modes: BatchModes,
  lifecycle: SentLifecycle,
  outcomes: ItemOutcomes,
  withheld: ReadonlySet<number> = new Set(),
): Promise<void> {
  if (rows.count === 0) return
  const classified = await classify(client, writer.ownerId, rows, lifecycle)
  const { ofRow } = classified
  const repeated = classified.repeated.filter((row) => !withheld.has(row))
  const changed = ofRow.flatMap((outcome, row) => (outcome === 'unchanged' || withheld.has(row) ? [] : [row]))
  if (changed.length + repeated.length > 0) {
    const createdCount = changed.reduce((count, row) => count + (ofRow[row] === 'created' ? 1 : 0), 0)
    const copiedCount = changed.length + repeated.length
    await copyRows(client, rows, { changed, repeated }, ofRow, modes)
    if (writer.isStatusFixed === true)
      await client.query('update sent_indicator set status = null where status is not null')
    const collidedCount = await writeIdentities(client, rows, copiedCount, ofRow, outcomes)
    const restated = repeated.length === 0 ? [] : await takeRepeated(client, writer.ownerId, rows, repeated)
    const updatedCount = changed.length - createdCount
    const dueCount = await writeAssertions(client, writer, modes, lifecycle, createdCount, updatedCount)
    if (updatedCount > 0) await removeAttributes(client, writer.ownerId, modes)
    if (rows.attributes.bytes.length > 0) await insertAttributes(client, writer.ownerId)
    const others = await settleSent(client, writer, lifecycle, dueCount, restated)
    await refreshViewOfSent(client, writer, changed.length - collidedCount, others)
  }
  await writeExcluded(client, writer.organizationId, rows)
  outcomes.setFromRows(
    rows,
    withheld.size === 0 ? ofRow : ofRow.map((outcome, row) => (withheld.has(row) ? undefined : outcome)),
  )
}

/**
 * Which rows are new to the owner, and which say what they said before; among these, those that a rule has aged since and that are to
 * be said anew (`repeated`).
 */
async function classify(
  client: PoolClient,
  ownerId: string,
  rows: PreparedRows,
  { restateBefore }: SentLifecycle,
): Promise<{ ofRow: LedgerOutcome[]; repeated: number[] }> {
  const { rows: found } = await client.query<{ same: string | null; other: string | null; repeated: string | null }>(
    `select string_agg(s.row::text, ',') filter (where a.digest = s.digest) as same,
            string_agg(s.row::text, ',') filter (where a.digest is distinct from s.digest) as other,
            string_agg(s.row::text, ',') filter (where a.digest = s.digest and a.stated_at <= $4::timestamptz) as repeated
     from unnest($2::uuid[], $3::uuid[]) with ordinality s (indicator_id, digest, row)
     cross join lateral (
       select digest, coalesce(stated_at, modified_at) as stated_at from assertion
       where indicator_id = s.indicator_id and owner_id = $1 limit 1
     ) a`,
    [ownerId, rows.keys, rows.digests, restateBefore],
  )
  const ofRow = Array.from<LedgerOutcome>({ length: rows.count }).fill('created')
  for (const row of rowNumbers(found[0]?.same)) ofRow[row] = 'unchanged'
  for (const row of rowNumbers(found[0]?.other)) ofRow[row] = 'updated'
  return { ofRow, repeated: rowNumbers(found[0]?.repeated) }
}

/** Ordinality counts from 1. */
export function rowNumbers(list: string | null | undefined): number[] {
  return list === null || list === undefined ? [] : list.split(',').map((text) => Number(text) - 1)
}

async function copyRows(
  client: PoolClient,
  rows: PreparedRows,
  { changed, repeated }: { changed: readonly number[]; repeated: readonly number[] },
  ofRow: readonly LedgerOutcome[],
  modes: BatchModes,
): Promise<void> {
  const copied = repeated.length === 0 ? changed : [...changed, ...repeated].sort((a, b) => a - b)
  for (const row of copied) writeLastFlag(rows.lines, row, ofRow[row] === 'created')
  await copyPieces(client, 'sent_indicator', selectEntries(rows.lines, copied))
  const named = modes.attributes === 'Static' ? changed.filter((row) => ofRow[row] === 'created') : changed
  await copyPieces(client, 'sent_attribute', selectEntries(rows.attributes, named))
}

/**
 * Adds the identities that are new and locks those that are not, in the order of their ids: batches of several owners that
 * meet wait for each other and never in a ring, and the parts of a batch come in that order too. From here on no other batch computes the view of these indicators.
 * @returns how many of them collide with other stored values, and are not sent any more
 */
async function writeIdentities(
  client: PoolClient,
  rows: PreparedRows,
  changedCount: number,
  ofRow: LedgerOutcome[],
  outcomes: ItemOutcomes,
): Promise<number> {
  const { rowCount } = await client.query(
    `insert into indicator (id, type, value, canonical_version)
     select indicator_id, type, value, 1 from sent_indicator order by indicator_id
     on conflict (id) do update set value = excluded.value where false`,
  )
  if (rowCount === changedCount) return 0
  const { rows: collisions } = await client.query<{ row: number; type: string; value: string }>(
    `with gone as (
       delete from sent_indicator s
       where (select i.type <> s.type or i.value <> s.value from indicator i where i.id = s.indicator_id)
       returning s.indicator_id, s.type, s.value
     ), gone_too as (
       delete from sent_attribute where indicator_id in (select indicator_id from gone)
     )
     select array_position($1::uuid[], indicator_id) - 1 as row, type, value from gone`,
    [rows.keys],
  )
  if (collisions.length === 0) return 0
  const reasons = new Map(collisions.map(({ row, type, value }) => [row, notValid(type, value, collided)]))
  for (const row of reasons.keys()) ofRow[row] = 'refused'
  for (const [index, position] of rows.itemPositions.entries()) {
    const reason = reasons.get(rows.itemRows[index] ?? -1)
    if (reason !== undefined) outcomes.refuse(position, refusalCodes.indicator, reason)
  }
  return collisions.length
}

/**
 * Takes the rows that were sent again out of what is to be written, now that their identities are locked. @returns ids of those that
 * say the owner's word anew: its confidence, or all of it where the owner never says one. A batch beside this one may have changed some.
 */
async function takeRepeated(
  client: PoolClient,
  ownerId: string,
  rows: PreparedRows,
  repeated: readonly number[],
): Promise<string[]> {
  const { rows: found } = await client.query<{ id: string }>(
    `with taken as (
       delete from sent_indicator where (indicator_id in (select ($2::uuid[])[row + 1] from unnest($3::int[]) row)) is true
       returning indicator_id, digest, confidence
     )
     select t.indicator_id as id from taken t join assertion a on a.indicator_id = t.indicator_id and a.owner_id = $1
     where a.digest = t.digest and (t.confidence is not null or ${saysNoConfidence})`,
    [ownerId, rows.keys, repeated],
  )
  return found.map(({ id }) => id)
}

/** Of an assertion `a`: its owner has never said a confidence. */
const saysNoConfidence = `case when a.said ? 'confidence' then a.said->>'confidence' is null else a.confidence is null end`

/** D1: on conflict the stored value must be equal. */
const collided = 'Its identity is that of another stored value (identity-collision).'

/** @returns how many of those that were there already are to be computed anew, since the values in force were not the owner's */
async function writeAssertions(
  client: PoolClient,
  writer: AssertionWriter,
  modes: BatchModes,
  { now, hasRules }: SentLifecycle,
  createdCount: number,
  updatedCount: number,
): Promise<number> {
  if (createdCount > 0) await insertAssertions(client, writer, hasRules ? now : undefined)
  if (updatedCount === 0) return 0
  // A confidence that is said anew begins anew; without one, only what never had any does (D24).
  const { rows } = await client.query<{ due: string }>(
    `with updated as (
       update assertion a set
         digest = s.digest,
         rating = coalesce(s.rating, a.rating),
         confidence = coalesce(s.confidence, a.confidence),
         active = coalesce(s.active, a.active),
         private = coalesce(s.private, a.private),
         status = coalesce(s.status, a.status),
         tags = case when s.tags is null then a.tags when $2 then array(select distinct t from unnest(a.tags || s.tags) t order by t) else s.tags end,
         labels = case when s.labels is null then a.labels when $3 then array(select distinct t from unnest(a.labels || s.labels) t order by t) else s.labels end,
         tlp = case when s.labels is null then a.tlp when $3 then greatest(a.tlp, s.tlp) else s.tlp end,
         first_seen = coalesce(s.first_seen, a.first_seen),
         last_seen = coalesce(s.last_seen, a.last_seen),
         expires = coalesce(s.expires, a.expires),
         detail = case when s.detail is null then a.detail else coalesce(a.detail, '{}') || s.detail end,
         said = case when a.said is not null then nullif(a.said - array_remove(array[
           case when s.rating is not null then 'rating' end, case when s.confidence is not null then 'confidence' end,
           case when s.active is not null then 'active' end, case when s.status is not null then 'status' end,
           case when s.expires is not null then 'expires' end], null), '{}') end,
         stated_at = case when s.confidence is not null or ${saysNoConfidence}
           then case when $5 then $4::timestamptz end else coalesce(a.stated_at, a.modified_at) end,
         next_change_at = case when a.next_change_at is not null or a.said is not null or s.expires is not null or $5 then $4::timestamptz end,
         modified_at = now()
       from sent_indicator s
       where a.indicator_id = s.indicator_id and a.owner_id = $1 and not s.is_new
       returning a.next_change_at
     ) select count(next_change_at) as due from updated`,
    [writer.ownerId, modes.tags === 'Append', modes.labels === 'Append', now, hasRules],
  )
  return Number(rows[0]?.due)
}

/** @param aged now, where rules age what the owner asserts; what has no confidence to begin with is computed at once */
async function insertAssertions(
  client: PoolClient,
  { ownerId, statusDefault }: AssertionWriter,
  aged: Date | undefined,
): Promise<void> {
  const columns = `indicator_id, owner_id, digest, rating, confidence, active, private, status, tags, labels, tlp,
    first_seen, last_seen, expires, detail, added_at, modified_at, next_change_at`
  const values = `indicator_id, $1, digest, rating, confidence, coalesce(active, true), coalesce(private, false), coalesce(status, $2),
    coalesce(tags, '{}'), coalesce(labels, '{}'), tlp, first_seen, last_seen, expires, detail, now(), now()`
  if (aged === undefined) {
    await client.query(
      `insert into assertion (${columns}) select ${values}, expires from sent_indicator where is_new order by indicator_id`,
      [ownerId, statusDefault],
    )
    return
  }
  await client.query(
    `insert into assertion (${columns}, stated_at)
     select ${values},
       case when r.hours is null then expires when confidence is null then $3::timestamptz
         else least(expires, $3::timestamptz + make_interval(hours => r.hours)) end, $3::timestamptz
     from sent_indicator s left join lateral (
       select interval_hours as hours from deprecation_rule
       where owner_id = $1 and indicator_type in (s.type, '*') order by indicator_type = '*' limit 1
     ) r on true
     where is_new order by indicator_id`,
    [ownerId, statusDefault, aged],
  )
}

/** Of assertions that are there already. */
async function removeAttributes(client: PoolClient, ownerId: string, modes: BatchModes): Promise<void> {
  if (modes.attributes === 'Replace' || modes.attributes === 'Singleton') {
    await client.query(
      `delete from assertion_attribute t using sent_indicator s
       where t.owner_id = $1 and t.indicator_id = s.indicator_id and s.attributes_named and not s.is_new
         and ($2 or (t.indicator_id, t.type) in (select indicator_id, type from sent_attribute))`,
      [ownerId, modes.attributes === 'Replace'],
    )
  }
}

async function insertAttributes(client: PoolClient, ownerId: string): Promise<void> {
  await client.query(
    `insert into assertion_attribute (indicator_id, owner_id, type, value, source, displayed, pinned)
     select indicator_id, $1, type, value, source, displayed, pinned from sent_attribute`,
    [ownerId],
  )
}
