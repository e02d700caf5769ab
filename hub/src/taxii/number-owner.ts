import { sql } from 'kysely'
import { waitAlone } from '../batches/batch-turn.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import { lockTaxiiCollection } from './append-objects.ts'
import { leaveLinksOfNew, takePendingLinks } from './links.ts'
import { checkHeldObjects, numberChangedObjects, numberChangedRelationships, numberNewObjects } from './number-kept.ts'
import { type OwnerSource, readOwnerSource } from './owner-source.ts'
import { numberGroups } from './number-groups.ts'
import { numberLinks } from './number-links.ts'
import { numberValues } from './number-values.ts'
import { type Changed, takePending } from './pending.ts'
import { taxiiLimits } from './taxii-limits.ts'

type Parts = { db: DatabaseConnection['db']; clock: Clock }

/** Longer than a batch takes; one that takes longer is waited for in the next turn. */
const backgroundWaitMs = 60_000

/*
 * An object of an owner's collection goes through these states:
 * - kept: a batch wrote its text into `stix_object`, with a number of that table. Readers do not see it yet.
 * - numbered: `numberOwner` added it to `taxii_object` under its own id, with the collection's next number. A later text is a later
 *   version. A text that may not leave stays kept until `numberChanges` finds that it may.
 * - revoked: readers may not have it any more, what it names among the reasons, its text is gone, or (of an indicator) the text itself
 *   says so. A last version says that it is revoked and nothing else; its earlier versions are deleted. From the change until then readers
 *   are not given it (what-may-leave.ts). Observables have no versions, so that they are taken out and never revoked.
 * - returned: readers may have it again. Nothing follows a revocation (STIX 2.1, 3.6), so it comes as another object: its id is made of
 *   its own id and the count of ids before (`generations`); `kept_id` says whose it is. A sighting of it is worded anew to name that id; a
 *   relationship stays revoked, and the hub says its link anew.
 * - deleted: a TAXII client deleted it; text and numbered versions are gone, and it is as new if it is sent again (delete-object.ts). In
 *   other collections of the owner it is revoked.
 *
 * Values that the owner asserts without a text, and groups, go the same way from *numbered* on; the hub writes their objects
 * (number-values.ts, number-groups.ts). So do links without a text, once both of their ends are objects of the collection, and a link whose end
 * comes back as another object does too (number-links.ts).
 */

/**
 * Takes an owner's kept objects over into a TAXII collection, as far as batches have committed them.
 * @param waitMs of the wait for each lock; longer is PostgreSQL's lock_not_available
 */
export async function numberOwner(
  { db, clock }: Parts,
  taxiiCollectionId: string,
  waitMs = backgroundWaitMs,
): Promise<void> {
  const last = await db.transaction().execute((trx) => lastCommitted(trx, taxiiCollectionId, waitMs))
  if (last === undefined) return
  for (let more = true; more;) {
    more = await db.transaction().execute(async (trx) => {
      const source = await lockOwnerSource(trx, taxiiCollectionId, waitMs)
      if (source === undefined || BigInt(source.stixNumber) >= BigInt(last)) return false
      return await numberNewObjects(trx, source, last, clock.now())
    })
  }
}

/**
 * Brings a collection up to what changed in the library: what readers may not have any more is revoked, what they may have again comes
 * back, what batches brought without a text is made into objects. First what the pass has still to look at.
 */
export async function numberChanges({ db, clock }: Parts, taxiiCollectionId: string): Promise<void> {
  for (let more = true; more;) {
    more = await db.transaction().execute(async (trx) => {
      const source = await lockOwnerSource(trx, taxiiCollectionId, backgroundWaitMs)
      if (source === undefined) return false
      if (source.checkedAfter !== null) {
        await checkHeldObjects(trx, source, clock.now())
        await leaveLinksOfNew(trx, source, source.numberLast)
        return true
      }
      const changed = source.passAfter === null ? await takePending(trx, source.id) : await takeOfPass(trx, source)
      // Until the pass is through, many of their ends are no objects yet; each that becomes one leaves its links again.
      const links = source.passAfter === null ? await takePendingLinks(trx, source.id) : []
      if (changed === undefined && links.length === 0) return false
      const { indicatorIds, groupIds } = changed ?? { indicatorIds: [], groupIds: [] }
      await numberChangedObjects(trx, source, { indicatorIds, groupIds }, clock.now())
      await numberValues(trx, source, indicatorIds, clock.now())
      await numberGroups(trx, source, groupIds, clock.now())
      await numberChangedRelationships(trx, source, links, clock.now())
      await numberLinks(trx, source, links, clock.now())
      await leaveLinksOfNew(trx, source, source.numberLast)
      return true
    })
  }
}

/**
 * The number up to which all kept objects of the owner are committed. While this transaction holds the owner's turn no batch of the
 * owner is under way, and what a later batch keeps has a higher number. The transaction ends at once, and the turn with it.
 */
async function lastCommitted(trx: Db, taxiiCollectionId: string, waitMs: number): Promise<string | undefined> {
  const { rows } = await sql<{ ownerId: string }>`
    select owner_id as "ownerId", set_config('lock_timeout', ${String(waitMs)}, true) from taxii_collection
    where id = ${taxiiCollectionId} and owner_id is not null`.execute(trx)
  const ownerId = rows[0]?.ownerId
  if (ownerId === undefined) return undefined
  await waitAlone(statementsOf(trx), ownerId)
  const { rows: last } = await sql<{ last: string | null }>`select max(number) as last from stix_object`.execute(trx)
  return last[0]?.last ?? undefined
}

/** The collection is this transaction's to write from here on. */
async function lockOwnerSource(trx: Db, taxiiCollectionId: string, waitMs: number): Promise<OwnerSource | undefined> {
  // They look up by keys, whatever the statistics say.
  await sql`
    select set_config('lock_timeout', ${String(waitMs)}, true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true)`.execute(trx)
  await lockTaxiiCollection(trx, taxiiCollectionId)
  return await readOwnerSource(trx, taxiiCollectionId)
}

/** The next of what the owner asserts and of what was numbered, by the key of all assertions. @returns undefined at its end */
async function takeOfPass(trx: Db, { id, ownerId, passAfter }: OwnerSource): Promise<Changed> {
  const limit = taxiiLimits.numberedAtOnceMax
  const { rows } = await sql<{ id: string }>`
    select id from (
      (select indicator_id as id from assertion
        where owner_id = ${ownerId} and indicator_id > ${passAfter}::uuid order by indicator_id limit ${limit})
      union
      (select indicator_id from taxii_object
        where taxii_collection_id = ${id} and is_last and indicator_id is not null and indicator_id > ${passAfter}::uuid
        order by indicator_id limit ${limit})
    ) either order by id limit ${limit}`.execute(trx)
  const next = rows.length < limit ? null : (rows.at(-1)?.id ?? null)
  await sql`update taxii_collection set pass_after = ${next}::uuid where id = ${id}`.execute(trx)
  if (next === null) await leaveGroupsPending(trx, id, ownerId)
  return { indicatorIds: rows.map((row) => row.id), groupIds: [] }
}

/** Groups come behind all values, which reports name: as many of them in an entry as a turn looks at. */
async function leaveGroupsPending(trx: Db, taxiiCollectionId: string, ownerId: string): Promise<void> {
  await sql`
    insert into taxii_pending (taxii_collection_id, group_ids)
    select ${taxiiCollectionId}, array_agg(id) from (
      select id, (row_number() over (order by id) - 1) / ${taxiiLimits.numberedAtOnceMax}::int as piece
      from library_group where owner_id = ${ownerId}
    ) g group by piece order by piece`.execute(trx)
}
