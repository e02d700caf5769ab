import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '../database/tables.ts'
import { compileTql } from '../library/tql-to-sql.ts'

type Trx = Transaction<Database>

/** Brings a collection's members up to date; returns its version, which is a new one only if something changed. */
export type RefreshResult = { version: number; entered: number; departed: number }

/**
 * Compares what the query finds with the members, all of them or only among `touched`, and writes the difference as one version
 * whose changes are numbered on from the last. Member is who has an assertion, in an owner of the organization, that satisfies
 * the query, is active, of status Active or Indirect, and has not expired: what is under review leaves in no export (S1).
 *
 * One writer a collection: the row is locked, so numbers are given in commit order without gaps (D3).
 */
export async function refreshCollection(trx: Trx, collectionId: string, now: Date, touched?: readonly string[]): Promise<RefreshResult> {
  const collection = await trx.selectFrom('collection').selectAll().where('id', '=', collectionId).forUpdate().executeTakeFirst()
  if (collection === undefined) return { version: 0, entered: 0, departed: 0 }
  const among = (column: RawBuilder<unknown>) => (touched === undefined ? sql`true` : sql`${column} = any(${literal(touched)}::uuid[])`)
  const next = collection.version + 1
  await sql`create temp table if not exists refresh_change (indicator_id uuid, change text) on commit delete rows`.execute(trx)
  await sql`truncate refresh_change`.execute(trx)
  await sql`
    with found as (
      select distinct a.indicator_id from assertion a join indicator i on i.id = a.indicator_id
      where ${among(sql`a.indicator_id`)}
        and a.owner_id in (select o.id from owner o where o.organization_id = ${collection.organization_id})
        and a.active and a.status in ('Active', 'Indirect') and (a.expires is null or a.expires > ${now})
        and ${compileTql(collection.tql, now)}
    ), member as (
      select m.indicator_id from collection_member m
      where m.collection_id = ${collectionId} and m.until_version is null and ${among(sql`m.indicator_id`)}
    )
    insert into refresh_change
    select coalesce(found.indicator_id, member.indicator_id), case when member.indicator_id is null then 'entered' else 'departed' end
    from found full join member on member.indicator_id = found.indicator_id
    where found.indicator_id is null or member.indicator_id is null`.execute(trx)
  const { rows } = await sql<{ entered: string; departed: string }>`
    select count(*) filter (where change = 'entered') as entered, count(*) filter (where change = 'departed') as departed
    from refresh_change`.execute(trx)
  const entered = Number(rows[0]?.entered ?? 0)
  const departed = Number(rows[0]?.departed ?? 0)
  // The first refresh makes version 1 even of nothing, so that a reader can tell an empty collection from one never filled.
  const isChange = entered + departed > 0 || collection.version === 0
  if (isChange) await writeVersion(trx, collectionId, next, entered, departed, now)
  if (touched === undefined) await trx.updateTable('collection').set({ refreshed_at: now }).where('id', '=', collectionId).execute()
  return { version: isChange ? next : collection.version, entered, departed }
}

async function writeVersion(trx: Trx, collectionId: string, version: number, entered: number, departed: number, now: Date): Promise<void> {
  await sql`
    update collection_member m set until_version = ${version} from refresh_change h
    where h.change = 'departed' and m.collection_id = ${collectionId} and m.until_version is null and m.indicator_id = h.indicator_id`.execute(trx)
  await sql`
    insert into collection_member (collection_id, indicator_id, from_version)
    select ${collectionId}::bigint, indicator_id, ${version}::int from refresh_change where change = 'entered'`.execute(trx)
  await sql`
    insert into collection_change (collection_id, number, version, indicator_id, change)
    select c.id, c.change_last + row_number() over (order by h.indicator_id), ${version}::int, h.indicator_id, h.change
    from refresh_change h join collection c on c.id = ${collectionId}`.execute(trx)
  await sql`
    update collection set version = ${version}::int, member_count = member_count + ${entered - departed}::bigint,
      change_last = change_last + ${entered + departed}::bigint
    where id = ${collectionId}`.execute(trx)
  await sql`
    insert into collection_version (collection_id, version, member_count, entered, departed, made_at)
    select id, version, member_count, ${entered}::bigint, ${departed}::bigint, ${now} from collection where id = ${collectionId}`.execute(trx)
}

function literal(ids: readonly string[]): string {
  return `{${ids.join(',')}}`
}
