import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { waitAlone } from '../batches/batch-turn.ts'
import { statementsOf } from '../database/statements.ts'
import { takeSightingsBack } from '../stix/count-sightings.ts'
import { type LibraryLink, takeLinkApart } from '../stix/unjoin.ts'
import { lockTaxiiCollection } from './append-objects.ts'
import type { Filters } from './filters.ts'
import { linkOfObject } from './links.ts'
import { discountGone } from './object-counts.ts'
import { numberGoneObject } from './number-kept.ts'
import { type OwnerSource, readOwnerSource } from './owner-source.ts'
import { textSays } from './what-may-leave.ts'

/** What of the library nothing says any more once an object is gone. */
export type Deleted = { indicators: { type: string; value: string }[]; groups: { type: string; xid: string }[] }

/** What a request to delete takes out: versions of an object, the texts that they came from, and what they alone said. */
export type Deletion = {
  versions: string[]
  isWhole: boolean
  keptId: string | null
  /** Texts of the object, numbered or not. */
  texts: number
  /** What a relationship object of the hub's joins. */
  link: LibraryLink | undefined
  said: Deleted
}

type Place = { taxiiCollectionId: string; ownerId: string }

/**
 * Versions of an object of an owner's collection that the filters name: all, unless they name some (5.7). Reads only. A revocation is
 * not among them, since the next version of its object must know of it.
 * @returns undefined where there is no such object
 */
export async function chooseDeletion(
  db: Db,
  { taxiiCollectionId, ownerId }: Place,
  objectId: string,
  { versions, specVersions }: Filters,
): Promise<Deletion | undefined> {
  const { rows } = await sql<{
    version: string
    isFirst: boolean
    isLast: boolean
    specVersion: string
    indicator: string | null
    groupId: string | null
    keptId: string | null
  }>`
    select version::text, version = min(version) over () as "isFirst", is_last as "isLast", spec_version as "specVersion",
      indicator_id as indicator, group_id as "groupId", kept_id as "keptId"
    from taxii_object where taxii_collection_id = ${taxiiCollectionId} and object_id = ${objectId} and not is_revoked
    order by version`.execute(db)
  const exact = versions === 'all' ? [] : await instants(db, versions.exact)
  const chosen = rows.filter(
    (row) =>
      (specVersions?.includes(row.specVersion) ?? true) &&
      (versions === 'all' ||
        (versions.first && row.isFirst) ||
        (versions.last && row.isLast) ||
        exact.includes(row.version)),
  )
  const [first] = chosen
  if (first === undefined) return undefined
  const { keptId } = first
  const gone = chosen.map(({ version }) => version)
  const isWhole = chosen.length === rows.length
  const { rows: texts } = await sql<{ count: number }>`
    select count(*)::int as count from stix_object where owner_id = ${ownerId} and object_id = ${keptId}`.execute(db)
  const link = keptId === null && isWhole ? await linkOfObject(db, taxiiCollectionId, objectId) : undefined
  const deletion = { versions: gone, isWhole, keptId, texts: texts[0]?.count ?? 0, link }
  if (!isWhole) return { ...deletion, said: { indicators: [], groups: [] } }
  const built = chosen.flatMap(({ indicator }) => indicator ?? [])
  // What a text says is found by the text, since another one may say it too.
  const groups = keptId === null ? chosen.flatMap(({ groupId }) => groupId ?? []) : []
  return { ...deletion, said: await saidAlone(db, ownerId, { keptId, gone, built, groups }) }
}

/**
 * Takes them out, with the kept texts, so that the object is as new if it is sent again. In a transaction. Clients of other collections of
 * the owner asked for no delete: where the whole object goes they read that it is revoked (5.7 is about one collection).
 * @returns false where others changed meanwhile what there is to delete; nothing is written then
 */
export async function deleteChosen(
  trx: Db,
  place: Place,
  objectId: string,
  filters: Filters,
  chosen: Deletion,
  at: Date,
): Promise<boolean> {
  if (chosen.link !== undefined) await waitAlone(statementsOf(trx), place.ownerId)
  const sources = await lockOwnerSources(trx, place.ownerId)
  const now = await chooseDeletion(trx, place, objectId, filters)
  // Groups are not compared: a batch that deletes them has done so by now. Rows of indicators stay, so that these are.
  if (comparable(now) !== comparable(chosen)) return false
  const { versions, keptId, isWhole, link } = chosen
  const others = sources.filter(({ id }) => id !== place.taxiiCollectionId)
  const emptied = isWhole ? [place.taxiiCollectionId] : sources.map(({ id }) => id)
  await sql`
    with gone as (
      delete from taxii_object o
      where o.taxii_collection_id = any(${emptied}::uuid[]) and o.object_id = ${objectId} and not o.is_revoked
        and o.version = any(${versions}::timestamptz[])
      returning o.taxii_collection_id, o.is_last, o.is_revoked
    ) ${discountGone}`.execute(trx)
  await sql`
    delete from stix_object where owner_id = ${place.ownerId} and object_id = ${keptId}
      and version = any(${versions}::timestamptz[])`.execute(trx)
  const own = sources.find(({ id }) => id === place.taxiiCollectionId)
  if (link !== undefined && own !== undefined) {
    await trx
      .deleteFrom('taxii_relationship')
      .where('taxii_collection_id', '=', own.id)
      .where('object_id', '=', objectId)
      .execute()
    await takeLinkApart(statementsOf(trx), own, link)
  }
  if (isWhole && keptId !== null && own !== undefined)
    await takeSightingsBack(statementsOf(trx), own.organizationId, own.ownerId, [keptId])
  if (!isWhole) await markLast(trx, place.ownerId, objectId)
  else if (keptId !== null) for (const other of others) await numberGoneObject(trx, other, keptId, at)
  return true
}

/** Every TAXII collection of an owner, each this transaction's to write from here on: always in the same order, so that none waits for another in a ring. */
async function lockOwnerSources(trx: Db, ownerId: string): Promise<OwnerSource[]> {
  const { rows } = await sql<{ id: string }>`
    select id from taxii_collection where owner_id = ${ownerId} order by id`.execute(trx)
  const sources: OwnerSource[] = []
  for (const { id } of rows) {
    await lockTaxiiCollection(trx, id)
    const source = await readOwnerSource(trx, id)
    if (source !== undefined) sources.push(source)
  }
  return sources
}

function comparable(deletion: Deletion | undefined): string {
  const { said, ...rest } = deletion ?? { said: undefined }
  return JSON.stringify([rest, said?.indicators])
}

async function instants(db: Db, texts: string[]): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`select unnest(${texts}::timestamptz[])::text as text`.execute(db)
  return rows.map(({ text }) => text)
}

/** The latest of the versions that are left. */
async function markLast(trx: Db, ownerId: string, objectId: string): Promise<void> {
  await sql`
    with marked as (
      update taxii_object o set is_last = true from (
        select distinct on (e.taxii_collection_id) e.taxii_collection_id, e.number
        from taxii_object e join taxii_collection c on c.id = e.taxii_collection_id
        where c.owner_id = ${ownerId} and e.object_id = ${objectId}
        order by e.taxii_collection_id, e.version desc
      ) l where o.taxii_collection_id = l.taxii_collection_id and o.number = l.number and not o.is_last
      returning o.taxii_collection_id
    )
    -- A revocation is always the last version: what takes its place is in force.
    update taxii_collection c set live_count = c.live_count + 1 from marked m where c.id = m.taxii_collection_id`.execute(
    trx,
  )
}

/** What the owner says because of the object alone: what another object of it says too stays. */
async function saidAlone(
  db: Db,
  ownerId: string,
  {
    keptId,
    gone,
    built,
    groups: builtGroups,
  }: Record<'gone' | 'built' | 'groups', string[]> & { keptId: string | null },
): Promise<Deleted> {
  const isGone = sql`s.object_id = ${keptId} and s.version = any(${gone}::timestamptz[])`
  const { rows: indicators } = await sql<{ type: string; value: string }>`
    select i.type, i.value from indicator i where i.id in (
      select unnest(${built}::uuid[]) union
      select unnest(s.indicator_ids) from stix_object s where s.owner_id = ${ownerId} and ${isGone})
    and not ${textSays(ownerId, sql`i.id`, sql`(${isGone}) is not true`)}
    order by i.type, i.value`.execute(db)
  const { rows: groups } = await sql<{ type: string; xid: string }>`
    select type, xid from library_group g where g.owner_id = ${ownerId}
      and (g.id = any(${builtGroups}::bigint[]) or g.id in (select s.group_id from stix_object s where s.owner_id = ${ownerId} and ${isGone}))
      and not exists (select from stix_object s where s.owner_id = ${ownerId} and s.group_id = g.id and (${isGone}) is not true)
    order by type, xid`.execute(db)
  return { indicators, groups }
}
