import { type RawBuilder, sql } from 'kysely'
import { lockClasses } from '../database/advisory-locks.ts'
import { arrayLiteral } from '../database/copy/copy-row.ts'
import type { Db } from '../database/database.ts'
import { countsOfLast } from './object-counts.ts'

/** A version of an object on its way into a collection. */
export type NewObject = {
  objectId: string
  type: string
  specVersion: string
  /** With six digits of a second. */
  version: string
  /** The one value that it says. */
  indicatorId: string | null
  /** Of an owner's kept object: its own id, whatever id it goes out by, and what it was mapped to where that is not one value. */
  keptId: string | null
  valueIds: readonly string[] | null
  groupId: string | null
  /** Ids of the objects that its text names. */
  namedIds: readonly string[] | null
  /** A revocation, which nothing follows. */
  isRevoked: boolean
  body: string
}

/** Waits for the collection's lock, which the transaction holds to its end. `lock_timeout` bounds the wait. */
export async function lockTaxiiCollection(trx: Db, id: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockClasses.taxiiCollection}::int, hashtext(${id}))`.execute(trx)
}

/** The same without waiting. @returns false while another writer is at it */
export async function tryLockTaxiiCollection(trx: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${lockClasses.taxiiCollection}::int, hashtext(${id})) as locked`.execute(trx)
  return rows[0]?.locked === true
}

/**
 * Numbers objects and adds them, in the caller's transaction, which holds the collection's lock. Each is added a microsecond after
 * the one before, so that a client that pages by time alone misses nothing. A version that is there already stays as it is.
 * @returns how many were added
 */
export async function appendObjects(
  trx: Db,
  taxiiCollectionId: string,
  objects: NewObject[],
  now: Date,
): Promise<number> {
  if (objects.length === 0) return 0
  const column = <Key extends keyof NewObject>(key: Key) => objects.map((object) => object[key])
  const sent = sql`
    select * from unnest(
      ${column('objectId')}::text[], ${column('type')}::text[], ${column('specVersion')}::text[],
      ${column('version')}::timestamptz[], ${column('indicatorId')}::uuid[], ${column('keptId')}::text[],
      ${objects.map(({ valueIds }) => (valueIds === null ? null : `{${valueIds.join(',')}}`))}::text[],
      ${column('groupId')}::bigint[], ${objects.map(({ namedIds }) => (namedIds === null ? null : arrayLiteral(namedIds)))}::text[],
      ${column('isRevoked')}::boolean[], ${column('body')}::text[]
    ) with ordinality as n (object_id, type, spec_version, version, indicator_id, kept_id, value_texts, group_id, named_texts, is_revoked,
      body, place)
    cross join lateral (select n.value_texts::uuid[] as value_ids, n.named_texts::text[] as named_ids) v`
  return await appendSent(trx, taxiiCollectionId, sent, now)
}

/**
 * The same for what a query gives.
 * @param sent object_id, type, spec_version, version, indicator_id, value_ids, group_id, named_ids, kept_id, is_revoked, body, and place,
 *   by which they are numbered
 */
export async function appendSent(
  trx: Db,
  taxiiCollectionId: string,
  sent: RawBuilder<unknown>,
  now: Date,
): Promise<number> {
  // All parts see the table as it was before; what one writes is no other's.
  const { rows } = await sql<{ added: string }>`
    with sent as (${sent}
    ), unlike as (
      select distinct on (object_id, version) * from sent order by object_id, version, place
    ), fresh as (
      select n.*, row_number() over (order by n.place) as number,
        row_number() over (partition by n.object_id order by n.version desc) = 1 and coalesce(n.version > held.newest, true) as is_last
      from unlike n cross join lateral (
        select max(e.version) as newest, coalesce(bool_or(e.version = n.version), false) as is_known from taxii_object e
        where e.taxii_collection_id = ${taxiiCollectionId} and e.object_id = n.object_id
      ) held where not held.is_known
    ), replaced as (
      -- Each by its key, whatever the statistics say.
      update taxii_object e set is_last = false from fresh n cross join lateral (
        select o.ctid as place from taxii_object o
        where o.taxii_collection_id = ${taxiiCollectionId} and o.object_id = n.object_id and o.is_last
        order by o.object_id, o.version desc limit 1
      ) l where n.is_last and e.ctid = l.place
      returning e.is_revoked
    ), place as (
      select number_last, greatest(added_last, ${now}::timestamptz) as base
      from taxii_collection where id = ${taxiiCollectionId}
    ), added as (
      insert into taxii_object (taxii_collection_id, number, object_id, type, spec_version, version, added_at, is_last, is_revoked,
        indicator_id, value_ids, group_id, named_ids, kept_id, body)
      select ${taxiiCollectionId}, p.number_last + n.number, n.object_id, n.type, n.spec_version, n.version,
        p.base + n.number * interval '1 microsecond', n.is_last, n.is_revoked, n.indicator_id, n.value_ids, n.group_id,
        n.named_ids, n.kept_id, n.body
      from fresh n, place p order by n.number
      returning number, added_at, is_last, is_revoked, octet_length(body) as bytes,
        value_ids is null and group_id is null and named_ids is null and type <> 'relationship' as is_value
    ), marked as (
      update taxii_collection c set number_last = a.number, added_last = a.added_at,
        body_bytes_max = greatest(c.body_bytes_max, a.bytes), only_values = c.only_values and a.only_values, live_count = c.live_count + l.live - r.live,
        revoked_count = c.revoked_count + l.revoked - r.revoked
      from (select max(number) as number, max(added_at) as added_at, max(bytes) as bytes,
          bool_and(is_value) as only_values from added) a,
        (select ${countsOfLast} from added where is_last) l, (select ${countsOfLast} from replaced) r
      where c.id = ${taxiiCollectionId} and a.number is not null
    )
    select count(*) as added from added`.execute(trx)
  return Number(rows[0]?.added)
}

/** Of these ids those that the collection has had. */
export async function takenIds(trx: Db, taxiiCollectionId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select distinct object_id as id from taxii_object
    where taxii_collection_id = ${taxiiCollectionId} and object_id = any(${[...ids]}::text[])`.execute(trx)
  return new Set(rows.map((row) => row.id))
}

/** Appends them, and takes out whatever was said before of those that are revoked. */
export async function appendAndForget(
  trx: Db,
  taxiiCollectionId: string,
  objects: NewObject[],
  now: Date,
): Promise<void> {
  await appendObjects(trx, taxiiCollectionId, objects, now)
  const revoked = objects.filter(({ isRevoked }) => isRevoked).map(({ objectId }) => objectId)
  await forgetEarlier(trx, taxiiCollectionId, revoked)
}

/** Takes the versions before the last of these objects out: what a reader may not have now must not stand in a history either. */
export async function forgetEarlier(trx: Db, taxiiCollectionId: string, objectIds: readonly string[]): Promise<void> {
  if (objectIds.length === 0) return
  await sql`
    delete from taxii_object
    where taxii_collection_id = ${taxiiCollectionId} and object_id = any(${[...objectIds]}::text[]) and not is_last`.execute(
    trx,
  )
}
