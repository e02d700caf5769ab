import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { lockTaxiiCollection } from './append-objects.ts'
import type { Filters } from './filters.ts'

/** What of the library nothing says any more once an object is gone. */
export type Deleted = { indicators: { type: string; value: string }[]; groups: { type: string; xid: string }[] }

/**
 * Deletes versions of an object from an owner's collections: all, unless the filters name some (5.7). Its kept texts go with it, so
 * that it is as new if it is sent again.
 * @returns undefined where there is no such object
 */
export async function deleteObject(
  trx: Db,
  { taxiiCollectionId, ownerId }: { taxiiCollectionId: string; ownerId: string },
  objectId: string,
  { versions, specVersions }: Filters,
): Promise<Deleted | undefined> {
  await lockTaxiiCollection(trx, taxiiCollectionId)
  const { rows } = await sql<{
    version: string
    isFirst: boolean
    isLast: boolean
    specVersion: string
    indicator: string | null
  }>`
    select version::text, version = min(version) over () as "isFirst", is_last as "isLast", spec_version as "specVersion",
      indicator_id as indicator
    from taxii_object where taxii_collection_id = ${taxiiCollectionId} and object_id = ${objectId}`.execute(trx)
  if (rows.length === 0) return undefined
  const exact = versions === 'all' ? [] : await instants(trx, versions.exact)
  const chosen = rows.filter(
    (row) =>
      (specVersions?.includes(row.specVersion) ?? true) &&
      (versions === 'all' ||
        (versions.first && row.isFirst) ||
        (versions.last && row.isLast) ||
        exact.includes(row.version)),
  )
  if (chosen.length === 0) return undefined
  const gone = chosen.map(({ version }) => version)
  await sql`
    delete from taxii_object o using taxii_collection c
    where c.id = o.taxii_collection_id and c.owner_id = ${ownerId} and o.object_id = ${objectId}
      and o.version = any(${gone}::timestamptz[])`.execute(trx)
  const said = await deleteKept(trx, ownerId, objectId, gone)
  const built = chosen.flatMap(({ indicator }) => indicator ?? [])
  if (chosen.length < rows.length) {
    await markLast(trx, ownerId, objectId)
    return { indicators: [], groups: [] }
  }
  return await wordsOf(trx, ownerId, [...said.indicatorIds, ...built], said.groupIds)
}

async function instants(trx: Db, texts: string[]): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`select unnest(${texts}::timestamptz[])::text as text`.execute(trx)
  return rows.map(({ text }) => text)
}

async function deleteKept(trx: Db, ownerId: string, objectId: string, versions: string[]) {
  const { rows } = await sql<{ indicator_ids: string[]; group_id: string | null }>`
    delete from stix_object where owner_id = ${ownerId} and object_id = ${objectId} and version = any(${versions}::timestamptz[])
    returning indicator_ids, group_id`.execute(trx)
  return {
    indicatorIds: rows.flatMap(({ indicator_ids: ids }) => ids),
    groupIds: rows.flatMap(({ group_id: id }) => id ?? []),
  }
}

/** The latest of the versions that are left. */
async function markLast(trx: Db, ownerId: string, objectId: string): Promise<void> {
  await sql`
    update taxii_object o set is_last = true from (
      select distinct on (e.taxii_collection_id) e.taxii_collection_id, e.number
      from taxii_object e join taxii_collection c on c.id = e.taxii_collection_id
      where c.owner_id = ${ownerId} and e.object_id = ${objectId}
      order by e.taxii_collection_id, e.version desc
    ) l where o.taxii_collection_id = l.taxii_collection_id and o.number = l.number and not o.is_last`.execute(trx)
}

/** What the owner says because of the object alone: what another object of it says too stays. */
async function wordsOf(trx: Db, ownerId: string, indicatorIds: string[], groupIds: string[]): Promise<Deleted> {
  const { rows: indicators } = await sql<{ type: string; value: string }>`
    select distinct i.type, i.value from indicator i
    join assertion a on a.indicator_id = i.id and a.owner_id = ${ownerId}
    where i.id = any(${indicatorIds}::uuid[]) and not exists (
      select from stix_object s where s.owner_id = ${ownerId} and s.indicator_ids @> array[i.id])`.execute(trx)
  const { rows: groups } = await sql<{ type: string; xid: string }>`
    select type, xid from library_group g where g.owner_id = ${ownerId} and g.id = any(${groupIds}::bigint[])
      and not exists (select from stix_object s where s.owner_id = ${ownerId} and s.group_id = g.id)`.execute(trx)
  return { indicators, groups }
}
