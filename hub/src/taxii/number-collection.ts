import { type RawBuilder, sql } from 'kysely'
import { inVersion } from '../collections/version-queries.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { isKeptFromExports } from '../exclusions/exclusions.ts'
import type { Clock } from '../lib/clock.ts'
import { appendObjects, forgetEarlier, lockTaxiiCollection, tryLockTaxiiCollection } from './append-objects.ts'
import { taxiiLimits } from './taxii-limits.ts'
import { takePending } from './pending.ts'
import { type Candidate, valueObject } from './value-object.ts'

/** What a TAXII collection reads, and how far its objects have come. */
type Source = {
  id: string
  collectionId: string
  organizationId: string
  tlpMax: number
  objectVersion: number
  version: number
}

type Parts = { db: DatabaseConnection['db']; clock: Clock }

/**
 * Brings a TAXII collection's numbered objects up to the newest version of its data collection: what entered gets an object, what
 * changed a new version, what left a version that is revoked. One writer a collection; each turn of ten thousand values is a
 * transaction of its own, so that a process that dies in between loses none that it wrote.
 * @param wait false: leaves it to a writer that is at it, or to the background where there is much to do
 */
export async function numberCollection({ db, clock }: Parts, taxiiCollectionId: string, wait: boolean): Promise<void> {
  const first = await readSource(db, taxiiCollectionId)
  if (first === undefined || first.objectVersion >= first.version) return
  const isPartial = await hasChangesSince(db, first)
  if (!wait && (!isPartial || (await countChanges(db, first)) > taxiiLimits.numberedByReaderMax)) return
  const candidates = isPartial ? changedSince : everyCandidate
  for (let after: string | undefined = nilId; after !== undefined;) {
    const from: string = after
    after = await db.transaction().execute(async (trx) => {
      if (wait) await lockTaxiiCollection(trx, taxiiCollectionId)
      else if (!(await tryLockTaxiiCollection(trx, taxiiCollectionId))) return undefined
      return await numberTurn(trx, first, candidates(first, from), clock.now())
    })
  }
}

/**
 * Gives members that were touched a new version where what is said of them changed, though the data collection did not. Who entered or
 * left since is left to its next version.
 */
export async function numberTouchedMembers({ db, clock }: Parts, taxiiCollectionId: string): Promise<void> {
  for (let more = true; more;) {
    more = await db.transaction().execute(async (trx) => {
      await lockTaxiiCollection(trx, taxiiCollectionId)
      const source = await readSource(trx, taxiiCollectionId)
      const taken = await takePending(trx, taxiiCollectionId)
      if (source === undefined || taken === undefined) return false
      const held = sql`
        select t.id as indicator_id from unnest(${taken.indicatorIds}::uuid[]) t (id) where exists (
          select from taxii_object o where o.taxii_collection_id = ${source.id} and o.indicator_id = t.id and o.is_last and not o.is_revoked)`
      const at = { ...source, version: source.objectVersion }
      const { rows } = await readCandidates(at, held).execute(trx)
      const now = clock.now()
      const objects = rows.flatMap((row) => (row.wanted ? (valueObject(row, now) ?? []) : []))
      await appendObjects(trx, source.id, objects, now)
      return true
    })
  }
}

const nilId = '00000000-0000-0000-0000-000000000000'

/** @returns the last value that was looked at, or undefined where none is left or another writer was faster */
async function numberTurn(
  trx: Db,
  source: Source,
  candidates: RawBuilder<unknown>,
  now: Date,
): Promise<string | undefined> {
  const current = await readSource(trx, source.id)
  const isSame = (['objectVersion', 'tlpMax', 'collectionId'] as const).every((key) => current?.[key] === source[key])
  if (current === undefined || !isSame) return undefined
  const { rows } = await readCandidates(source, candidates).execute(trx)
  const objects = rows.map((row) => valueObject(row, now)).filter((object) => object !== undefined)
  await appendObjects(trx, source.id, objects, now)
  const withdrawn = new Set(rows.filter(({ forbidden }) => forbidden).map(({ indicatorId }) => indicatorId))
  // After a change of what is served, nothing of what was before stays in a history.
  const isWhole = source.objectVersion === 0
  const revoked = objects.filter(
    ({ isRevoked, indicatorId }) => isRevoked && (isWhole || withdrawn.has(indicatorId ?? '')),
  )
  await forgetEarlier(
    trx,
    source.id,
    revoked.map(({ objectId }) => objectId),
  )
  const last = rows.at(-1)
  if (rows.length === taxiiLimits.numberedAtOnceMax && last !== undefined) return last.indicatorId
  await trx
    .updateTable('taxii_collection')
    .set({ object_version: source.version })
    .where('id', '=', source.id)
    .execute()
  return undefined
}

async function readSource(db: Db, taxiiCollectionId: string): Promise<Source | undefined> {
  const { rows } = await sql<Source>`
    select t.id, t.collection_id as "collectionId", c.organization_id as "organizationId", t.tlp_max as "tlpMax",
      t.object_version as "objectVersion", c.version
    from taxii_collection t join collection c on c.id = t.collection_id where t.id = ${taxiiCollectionId}`.execute(db)
  return rows[0]
}

/** Whether all changes since the version of the objects are still kept. */
async function hasChangesSince(db: Db, { collectionId, objectVersion }: Source): Promise<boolean> {
  const { rows } = await sql<{ kept: boolean }>`
    select coalesce(min(version) <= ${objectVersion}, false) as kept from collection_version
    where collection_id = ${collectionId}`.execute(db)
  return objectVersion > 0 && rows[0]?.kept === true
}

async function countChanges(db: Db, { collectionId, objectVersion, version }: Source): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from (
      select from collection_change where collection_id = ${collectionId} and version > ${objectVersion} and version <= ${version}
      limit ${taxiiLimits.numberedByReaderMax + 1}) c`.execute(db)
  return Number(rows[0]?.count)
}

function changedSince({ collectionId, objectVersion, version }: Source, after: string): RawBuilder<unknown> {
  return sql`
    select distinct indicator_id from collection_change
    where collection_id = ${collectionId} and version > ${objectVersion} and version <= ${version} and indicator_id > ${after}
    order by indicator_id limit ${taxiiLimits.numberedAtOnceMax}`
}

/** Members, and what the collection has objects of: for a first time, and for one that stayed behind for too long. */
function everyCandidate({ id, collectionId, version }: Source, after: string): RawBuilder<unknown> {
  const limit = taxiiLimits.numberedAtOnceMax
  return sql`
    select indicator_id from (
      (select m.indicator_id from collection_member m
        where m.collection_id = ${collectionId} and m.indicator_id > ${after} and ${inVersion(version)}
        order by m.indicator_id limit ${limit})
      union
      (select indicator_id from taxii_object
        where taxii_collection_id = ${id} and is_last and indicator_id is not null and indicator_id > ${after}
        order by indicator_id limit ${limit})
    ) either order by indicator_id limit ${limit}`
}

/**
 * A member's TLP, activity and exclusion are those of the version, and those of now must do too: nothing leaves that was marked meanwhile. It
 * leaves for good with the next version.
 */
function readCandidates(
  source: Source,
  candidates: RawBuilder<unknown>,
): RawBuilder<Candidate & { forbidden: boolean }> {
  const { id, collectionId, organizationId, tlpMax, version } = source
  return sql<Candidate & { forbidden: boolean }>`
    select c.indicator_id as "indicatorId", i.type, i.value,
      coalesce(m.active and v.active and not m.excluded and not never.leaves
        and coalesce(m.tlp <= ${tlpMax}, true) and coalesce(v.tlp <= ${tlpMax}, true), false) as wanted,
      never.leaves or coalesce(v.tlp > ${tlpMax}, false) as forbidden,
      v.rating, v.confidence, v.tlp, v.tags, v.added_at as "addedAt", v.modified_at as "modifiedAt",
      said.first_seen as "firstSeen", said.last_seen as "lastSeen", said.expires,
      held.body, held.generations
    from (${candidates}) c
    join indicator i on i.id = c.indicator_id
    cross join lateral (select ${isKeptFromExports(organizationId, sql`c.indicator_id`)} as leaves) never
    left join collection_member m on m.collection_id = ${collectionId} and m.indicator_id = c.indicator_id and ${inVersion(version)}
    left join indicator_view v on v.organization_id = ${organizationId} and v.indicator_id = c.indicator_id
    left join lateral (
      select min(a.first_seen) as first_seen, max(a.last_seen) as last_seen,
        case when bool_and(a.expires is not null) then max(a.expires) end as expires
      from assertion a where a.indicator_id = c.indicator_id and a.owner_id = any(v.owner_ids)
    ) said on true
    left join lateral (
      select (array_agg(o.body order by o.number desc))[1] as body, count(*)::int as generations
      from taxii_object o
      where o.taxii_collection_id = ${id} and o.indicator_id = c.indicator_id and o.is_last
    ) held on true
    order by c.indicator_id`
}
