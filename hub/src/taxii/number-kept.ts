import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { instantText } from '../database/instant-text.ts'
import type { LibraryLink } from '../stix/unjoin.ts'
import { appendAndForget, appendSent } from './append-objects.ts'
import { type KeptRow, keptObject } from './kept-object.ts'
import { leaveLinksOfNew } from './links.ts'
import type { Changed } from './pending.ts'
import { relationshipsOf } from './taken-back.ts'
import { taxiiLimits } from './taxii-limits.ts'
import { numberGroups } from './number-groups.ts'
import { discountGone } from './object-counts.ts'
import type { OwnerSource } from './owner-source.ts'
import { idsOfReturned, namingNow } from './reworded-sightings.ts'
import { isHeldBack, isReworded, isSpecial, seemsRevoked, textMayLeave } from './text-rules.ts'

/**
 * Numbers kept objects that are new, in the order in which they came. Set-based: no text passes through this process, but those
 * of objects that were revoked before or say so themselves.
 * @param last number of the last kept object that is looked at
 * @returns whether there are more
 */
export async function numberNewObjects(trx: Db, source: OwnerSource, last: string, now: Date): Promise<boolean> {
  const { rows } = await sql<{ count: string; upTo: string }>`
    select count(*) as count, coalesce(max(number), 0) as "upTo" from (
      select number from stix_object
      where owner_id = ${source.ownerId} and number > ${source.stixNumber}::bigint and number <= ${last}::bigint
      order by number limit ${taxiiLimits.numberedAtOnceMax}) s`.execute(trx)
  const { count = '0', upTo: lastOfTurn = '0' } = rows[0] ?? {}
  const isWhole = Number(count) < taxiiLimits.numberedAtOnceMax
  const upTo = isWhole ? last : lastOfTurn
  if (count !== '0') {
    const isNew = sql`s.owner_id = ${source.ownerId} and s.number > ${source.stixNumber}::bigint and s.number <= ${upTo}::bigint`
    await appendSent(trx, source.id, plainTexts(source, isNew), now)
    const { rows: others } = await sql<{ id: string }>`
      select distinct s.object_id as id from stix_object s where ${isNew} and (${isSpecial(source)} or ${isHeldBack(source)})`.execute(
      trx,
    )
    const keptIds = others.map(({ id }) => id)
    await numberDiffering(trx, source, sql`select unnest(${keptIds}::text[])`, now)
    const newIds = sql`select s.object_id from stix_object s where ${isNew}`
    await numberDiffering(trx, source, namersOf(source, newIds), now)
  }
  await leaveLinksOfNew(trx, source, source.numberLast)
  await sql`update taxii_collection set stix_number = ${upTo}::bigint where id = ${source.id}`.execute(trx)
  return !isWhole
}

/** The same for those that say one of these values or are one of these groups, and for what the collection has of them. */
export async function numberChangedObjects(
  trx: Db,
  source: OwnerSource,
  { indicatorIds, groupIds }: Changed,
  now: Date,
): Promise<void> {
  const { id, ownerId } = source
  // By arrays, since a join of them may be planned as every one with every row.
  const changed = sql`${indicatorIds}::uuid[]`
  const { rows } = await sql<{ id: string }>`
      select s.object_id as id from stix_object s
        where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) = 1 and s.indicator_ids[1] = any(${changed})
          and s.number <= ${source.stixNumber}::bigint
      union select s.object_id from stix_object s
        where s.owner_id = ${ownerId} and cardinality(s.indicator_ids) > 1 and s.indicator_ids && ${changed}
          and s.number <= ${source.stixNumber}::bigint
      union select s.object_id from stix_object s
        where s.owner_id = ${ownerId} and s.group_id = any(${groupIds}::bigint[]) and s.number <= ${source.stixNumber}::bigint
      union select o.kept_id from taxii_object o
        where o.taxii_collection_id = ${id} and o.indicator_id = any(${changed}) and o.is_last and o.kept_id is not null
      union select o.kept_id from taxii_object o
        where o.value_ids && ${changed} and o.taxii_collection_id = ${id} and o.is_last and o.kept_id is not null
      union select o.kept_id from taxii_object o
        where o.group_id = any(${groupIds}::bigint[]) and o.taxii_collection_id = ${id} and o.is_last and o.kept_id is not null`.execute(
    trx,
  )
  const theirs = sql`select unnest(${rows.map((row) => row.id)}::text[])`
  await numberDiffering(trx, source, theirs, now)
  // After them, so that a sighting names what they are now.
  const withGroups = sql`${theirs} union select xid from library_group where id = any(${groupIds}::bigint[])`
  await numberDiffering(trx, source, namersOf(source, withGroups), now)
}

/** A query for the ids of the owner's numbered objects that name one of these. @param ids a query */
function namersOf({ ownerId, stixNumber }: OwnerSource, ids: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select n.object_id from stix_object n
    where n.named_ids && array(${ids}) and n.owner_id = ${ownerId} and n.number <= ${stixNumber}::bigint`
}

/** The same for relationships between the indicators of these links. */
export async function numberChangedRelationships(
  trx: Db,
  source: OwnerSource,
  links: readonly LibraryLink[],
  now: Date,
): Promise<void> {
  const ofIndicators = links.filter(({ targetIndicator }) => targetIndicator !== null)
  if (ofIndicators.length > 0) await numberDiffering(trx, source, relationshipsOf(source, ofIndicators), now)
}

/** The same for the next objects that the collection has, whatever is known of their values and groups. */
export async function checkHeldObjects(trx: Db, source: OwnerSource, now: Date): Promise<void> {
  const { id, checkedAfter } = source
  const { rows } = await sql<{ number: string; keptId: string | null; groupId: string | null }>`
    select number, kept_id as "keptId", group_id as "groupId" from taxii_object
    where taxii_collection_id = ${id} and number > ${checkedAfter}::bigint and is_last
    order by number limit ${taxiiLimits.numberedAtOnceMax}`.execute(trx)
  const kept = rows.flatMap(({ keptId }) => keptId ?? [])
  await numberDiffering(trx, source, sql`select distinct unnest(${kept}::text[])`, now)
  const groupIds = rows.flatMap(({ keptId, groupId }) => (keptId === null && groupId !== null ? [groupId] : []))
  await numberGroups(trx, source, [...new Set(groupIds)], now)
  const next = rows.length < taxiiLimits.numberedAtOnceMax ? null : (rows.at(-1)?.number ?? null)
  await sql`update taxii_collection set checked_after = ${next}::bigint where id = ${id}`.execute(trx)
}

/** The same for an object whose texts were deleted: it is revoked for whoever had it. */
export async function numberGoneObject(trx: Db, source: OwnerSource, keptId: string, now: Date): Promise<void> {
  await numberDiffering(trx, source, sql`select ${keptId}::text`, now)
  await leaveLinksOfNew(trx, source, source.numberLast)
}

/** Texts that go out as they came: may leave, are no revocation, and are of no object that was revoked. */
function plainTexts(source: OwnerSource, which: ReturnType<typeof sql>) {
  return sql`
    select s.object_id, s.type, s.spec_version, s.version,
      case when cardinality(s.indicator_ids) = 1 then s.indicator_ids[1] end as indicator_id,
      case when cardinality(s.indicator_ids) > 1 then s.indicator_ids end as value_ids, s.group_id, s.named_ids, s.object_id as kept_id,
      false as is_revoked, s.body, s.number as place
    from stix_object s where ${which} and ${textMayLeave(source)} and not ${isSpecial(source)}`
}

/** Brings what the collection has of kept objects to what it may have. @param keptIds a query for their ids */
async function numberDiffering(
  trx: Db,
  source: OwnerSource,
  keptIds: ReturnType<typeof sql>,
  now: Date,
): Promise<void> {
  const { rows } = await sql<KeptRow>`
    select k.id as "keptId", coalesce(s.type, held.type) as type, coalesce(s.spec_version, held.spec_version) as "specVersion",
      ${instantText(sql.ref('s.version'))} as version, coalesce(s.may_leave, false) as wanted, coalesce(s.seems_revoked, false) as "mayBeRevoked",
      coalesce(s.is_reworded, false) as "isReworded",
      case when cardinality(s.indicator_ids) = 1 then s.indicator_ids[1]::text else held.indicator_id::text end as "indicatorId",
      case when cardinality(s.indicator_ids) > 1 then s.indicator_ids::text[] else held.value_ids::text[] end as "valueIds",
      coalesce(s.group_id, held.group_id)::text as "groupId", coalesce(s.named_ids, held.named_ids) as "namedIds",
      held.object_id as "heldId", ${instantText(sql.ref('held.version'))} as "heldVersion", held.is_revoked as "heldRevoked",
      (select count(*)::int from taxii_object o where o.taxii_collection_id = ${source.id} and o.kept_id = k.id and o.is_last) as generations,
      greatest(octet_length(s.body), octet_length(held.body)) as bytes
    from (${keptIds}) k (id)
    left join lateral (
      select s.*, ${textMayLeave(source)} as may_leave, ${seemsRevoked} as seems_revoked, ${isReworded(source)} as is_reworded from stix_object s
      where s.owner_id = ${source.ownerId} and s.object_id = k.id order by s.version desc limit 1
    ) s on true
    left join lateral (
      select o.* from taxii_object o where o.taxii_collection_id = ${source.id} and o.kept_id = k.id and o.is_last
      -- Not the number itself: by its order all rows would be read for one.
      order by o.number + 0 desc limit 1
    ) held on true
    where coalesce(s.may_leave, false) <> coalesce(not held.is_revoked, false)
      or s.may_leave and (s.seems_revoked or held.object_id <> k.id and s.version > held.version)
    order by k.id`.execute(trx)
  const isFirst = ({ wanted, mayBeRevoked, isReworded, heldId }: KeptRow) =>
    wanted && !mayBeRevoked && !isReworded && heldId === null
  const first = rows.filter(isFirst).map(({ keptId }) => keptId)
  if (first.length > 0) {
    const newest = sql`s.owner_id = ${source.ownerId} and s.object_id = any(${first}::text[]) and not exists (
      select from stix_object later where later.owner_id = s.owner_id and later.object_id = s.object_id and later.version > s.version)`
    await appendSent(trx, source.id, plainTexts(source, newest), now)
  }
  for (const some of piecesOf(rows.filter((row) => !isFirst(row)))) await numberByText(trx, source, some, now)
}

/** Those whose texts are read. */
async function numberByText(trx: Db, source: OwnerSource, rows: KeptRow[], now: Date): Promise<void> {
  const ids = rows.map(({ keptId }) => keptId)
  const { rows: texts } = await sql<{ keptId: string; text: string }>`
    select distinct on (object_id) object_id as "keptId", body as text from stix_object
    where owner_id = ${source.ownerId} and object_id = any(${ids}::text[]) order by object_id, version desc`.execute(
    trx,
  )
  const { rows: heldTexts } = await sql<{ keptId: string; text: string }>`
    select kept_id as "keptId", body as text from taxii_object
    where taxii_collection_id = ${source.id} and kept_id = any(${ids}::text[]) and is_last and not is_revoked`.execute(
    trx,
  )
  const textOf = new Map(texts.map(({ keptId, text }) => [keptId, text]))
  const heldTextOf = new Map(heldTexts.map(({ keptId, text }) => [keptId, text]))
  const idsNow = await idsOfReturned(trx, source.id, rows)
  const objects = rows.flatMap((row) => {
    const text = row.isReworded ? namingNow(textOf.get(row.keptId), idsNow) : textOf.get(row.keptId)
    return keptObject(row, text, heldTextOf.get(row.keptId), now) ?? []
  })
  await appendAndForget(trx, source.id, objects, now)
  // STIX has no word for what has no versions and is taken back: it goes, and comes as if it were new.
  const gone = rows.filter(({ keptId, wanted }) => !wanted && isUnversioned(heldTextOf.get(keptId)))
  await sql`
    with gone as (
      delete from taxii_object
      where taxii_collection_id = ${source.id} and kept_id = any(${gone.map(({ keptId }) => keptId)}::text[])
      returning taxii_collection_id, is_last, is_revoked
    ) ${discountGone}`.execute(trx)
}

function isUnversioned(heldText: string | undefined): boolean {
  return heldText !== undefined && (JSON.parse(heldText) as { created?: string }).created === undefined
}

/** So many at a time as their texts are no more than a page's, one at least. */
function* piecesOf(rows: readonly KeptRow[]): Generator<KeptRow[]> {
  let piece: KeptRow[] = []
  let bytes = 0
  for (const row of rows) {
    if (piece.length > 0 && bytes + row.bytes > taxiiLimits.pageBytesMax) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(row)
    bytes += row.bytes
  }
  if (piece.length > 0) yield piece
}
