import { tlpLevels, tlpMarkingRefs } from '@postern/intel'
import { sql } from 'kysely'
import { tryAlone, waitAlone } from '../batches/batch-turn.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import { isKeptFromExports } from '../exclusions/never-exported.ts'
import type { Clock } from '../lib/clock.ts'
import { appendSent, lockTaxiiCollection, tryLockTaxiiCollection } from './append-objects.ts'
import { taxiiLimits } from './taxii-limits.ts'

type Source = { id: string; organizationId: string; ownerId: string; tlpMax: number; stixNumber: string }
type Parts = { db: DatabaseConnection['db']; clock: Clock }

/**
 * Takes an owner's kept objects over into a TAXII collection. It holds the owner's turn of the batches, so that no object is under way
 * that has a number below those that it sees. Set-based: no text passes through this process.
 * @param wait false: leaves it to another turn where a batch or another writer is at it
 * @param waitMs of the wait for each lock; longer is PostgreSQL's lock_not_available
 */
export async function numberOwner(
  { db, clock }: Parts,
  taxiiCollectionId: string,
  wait: boolean,
  waitMs = 60_000,
): Promise<void> {
  for (let more = true; more;) {
    more = await db.transaction().execute(async (trx) => {
      if (wait) {
        await sql`select set_config('lock_timeout', ${String(waitMs)}, true)`.execute(trx)
        await lockTaxiiCollection(trx, taxiiCollectionId)
      } else if (!(await tryLockTaxiiCollection(trx, taxiiCollectionId))) return false
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
  const { rows } = await sql<{ count: string; last: string }>`
    select count(*) as count, coalesce(max(number), 0) as last from (
      select number from stix_object where owner_id = ${source.ownerId} and number > ${source.stixNumber}
      order by number limit ${taxiiLimits.numberedAtOnceMax}) s`.execute(trx)
  const { count = '0', last = '0' } = rows[0] ?? {}
  const isWhole = Number(count) < taxiiLimits.numberedAtOnceMax
  if (count !== '0') await appendSent(trx, source.id, keptObjects(source, last), now)
  // What this owner writes after this turn has a higher number than all that there is now, whoever's.
  const upTo = isWhole
    ? sql`greatest(stix_number, coalesce((select max(number) from stix_object), 0))`
    : sql`${last}::bigint`
  await sql`update taxii_collection set stix_number = ${upTo} where id = ${source.id}`.execute(trx)
  return !isWhole
}

async function readSource(db: Db, taxiiCollectionId: string): Promise<Source | undefined> {
  const { rows } = await sql<Source>`
    select c.id, o.organization_id as "organizationId", c.owner_id as "ownerId", c.tlp_max as "tlpMax", c.stix_number as "stixNumber"
    from taxii_collection c join owner o on o.id = c.owner_id where c.id = ${taxiiCollectionId}`.execute(db)
  return rows[0]
}

/**
 * S1: an object of whose values one is kept from exports, or is asserted by its owner neither as active nor as free of review, leaves in no
 * collection; one that its author revoked says so to all.
 * D21: an object leaves where neither a label that the library gave it nor a marking that says a TLP by itself is above the
 * collection's. A marking counts wherever in the object it is named, so that one of a single field holds the whole object back.
 */
function keptObjects({ organizationId, ownerId, stixNumber, tlpMax }: Source, last: string) {
  return sql`
    select s.object_id, s.type, s.spec_version, s.version,
      case when cardinality(s.indicator_ids) = 1 then s.indicator_ids[1] end as indicator_id, s.body, s.number as place
    from stix_object s left join library_group g on g.id = s.group_id
    where s.owner_id = ${ownerId} and s.number > ${stixNumber}::bigint and s.number <= ${last}::bigint
      and coalesce(g.tlp <= ${tlpMax}::int, true)
      and not exists (
        select from unnest(s.indicator_ids) said (id)
        where ${isKeptFromExports(organizationId, sql`said.id`)} or not (
          s.body::jsonb @> '{"revoked": true}' or exists (
            select from assertion a
            where a.owner_id = s.owner_id and a.indicator_id = said.id and a.active and a.status in ('Active', 'Indirect'))))
      and not exists (
        select from assertion a
        where a.owner_id = s.owner_id and a.indicator_id = any(s.indicator_ids) and a.tlp > ${tlpMax}::int)
      and not s.body like any(${markingsAbove(tlpMax).map((ref) => `%${ref}%`)}::text[])`
}

/** Ids of the markings that say a higher level, in both versions of STIX. */
function markingsAbove(tlpMax: number): string[] {
  const refsOf = (levels: readonly (typeof tlpLevels)[number][]) =>
    levels.flatMap((level) => [...tlpMarkingRefs(level, '2.0'), ...tlpMarkingRefs(level, '2.1')])
  // 2.0 says AMBER+STRICT by AMBER and a statement beside it; AMBER alone is no more than AMBER.
  const permitted = new Set(refsOf(tlpLevels.slice(0, tlpMax + 1)))
  return refsOf(tlpLevels.slice(tlpMax + 1)).filter((ref) => !permitted.has(ref))
}
