import { compareTlp, tlpLevels, tlpOfMarkingRef } from '@postern/intel'
import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { tryAlone, waitAlone } from '../batches/batch-turn.ts'
import { statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import { appendObjects, lockTaxiiCollection, type NewObject, tryLockTaxiiCollection } from './append-objects.ts'
import { taxiiLimits } from './taxii-limits.ts'

type Source = { id: string; ownerId: string; tlpMax: number; stixNumber: string }
type KeptRow = {
  number: string
  objectId: string
  type: string
  specVersion: string
  version: string
  body: string
  indicatorIds: string[]
  tlp: number | null
}
type Parts = { db: DatabaseConnection['db']; clock: Clock }

/**
 * Takes an owner's kept objects over into a TAXII collection. It holds the owner's turn of the batches, so that no object is under way
 * that has a number below those that it sees.
 * @param wait false: leaves it to another turn where a batch or another writer is at it
 */
export async function numberOwner({ db, clock }: Parts, taxiiCollectionId: string, wait: boolean): Promise<void> {
  for (let more = true; more;) {
    more = await db.transaction().execute(async (trx) => {
      if (wait) await lockTaxiiCollection(trx, taxiiCollectionId)
      else if (!(await tryLockTaxiiCollection(trx, taxiiCollectionId))) return false
      const source = await readSource(trx, taxiiCollectionId)
      if (source === undefined) return false
      const { ownerId } = source
      if (wait) await waitAlone(statementsOf(trx), ownerId)
      else if (!(await tryAlone(statementsOf(trx), ownerId))) return false
      return await numberTurn(trx, source, clock.now())
    })
  }
}

/** @returns whether there may be more */
async function numberTurn(trx: Db, source: Source, now: Date): Promise<boolean> {
  const rows = await readKept(trx, source)
  await appendObjects(trx, source.id, rows.filter((row) => mayLeave(row, source.tlpMax)).map(toObject), now)
  const last = rows.at(-1)
  const isWhole = rows.length < taxiiLimits.numberedAtOnceMax
  // What this owner writes after this turn has a higher number than all that there is now, whoever's.
  const upTo = isWhole
    ? sql`greatest(stix_number, coalesce((select max(number) from stix_object), 0))`
    : sql`${last?.number ?? '0'}::bigint`
  await sql`update taxii_collection set stix_number = ${upTo} where id = ${source.id}`.execute(trx)
  return !isWhole
}

async function readSource(db: Db, taxiiCollectionId: string): Promise<Source | undefined> {
  const { rows } = await sql<Source>`
    select id, owner_id as "ownerId", tlp_max as "tlpMax", stix_number as "stixNumber"
    from taxii_collection where id = ${taxiiCollectionId} and owner_id is not null`.execute(db)
  return rows[0]
}

async function readKept(trx: Db, { ownerId, stixNumber }: Source): Promise<KeptRow[]> {
  const { rows } = await sql<KeptRow>`
    select s.number, s.object_id as "objectId", s.type, s.spec_version as "specVersion", s.version::text as version, s.body,
      s.indicator_ids as "indicatorIds",
      greatest(g.tlp, (
        select max(a.tlp) from assertion a where a.owner_id = s.owner_id and a.indicator_id = any(s.indicator_ids))) as tlp
    from stix_object s left join library_group g on g.id = s.group_id
    where s.owner_id = ${ownerId} and s.number > ${stixNumber}
    order by s.number limit ${taxiiLimits.numberedAtOnceMax}`.execute(trx)
  return rows
}

/** By the label that the library gave it, and by the markings that say a TLP by themselves (D21). */
function mayLeave({ body, tlp }: KeptRow, tlpMax: number): boolean {
  if (tlp !== null && tlp > tlpMax) return false
  // Our own text of an object that was validated.
  const { object_marking_refs: refs = [] } = JSON.parse(body) as { object_marking_refs?: string[] }
  const highest = tlpLevels[tlpMax] ?? 'CLEAR'
  return refs.every((ref) => {
    const level = tlpOfMarkingRef(ref)
    return level === undefined || compareTlp(level, highest) <= 0
  })
}

function toObject({ objectId, type, specVersion, version, body, indicatorIds }: KeptRow): NewObject {
  const indicatorId = indicatorIds.length === 1 ? (indicatorIds[0] ?? null) : null
  return { objectId, type, specVersion, version, indicatorId, body }
}
