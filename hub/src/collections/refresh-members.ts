import { type RawBuilder, sql } from 'kysely'
import { lockClasses, lockRow, tryLockRow } from '../database/advisory-locks.ts'
import type { Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import { statementsOf } from '../database/statements.ts'
import { isKeptFromExports } from '../exclusions/exclusions.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { assertionsOf } from '../library/assertions-of.ts'
import type { CollectionRow } from './collection-store.ts'

/** What one refresh did to a collection's members; `version` is the number that holds now. */
export type MemberChanges = { version: number; entered: number; departed: number; changed: number }

/**
 * Waits for the collection's lock, which the transaction holds to its end; what it reads then is what the writer before left.
 * `lock_timeout` bounds the wait.
 */
export async function lockCollection(trx: Db, collectionId: string): Promise<void> {
  await lockRow(statementsOf(trx), lockClasses.collection, collectionId)
}

/** How long a person's refresh, or deletion, waits for a refresh that is under way. */
const lockTimeout = '60s'

/** The same for a person, for a minute at most. @throws Problem `unavailable` after it */
export async function waitForCollection(trx: Db, collectionId: string): Promise<void> {
  await sql`select set_config('lock_timeout', ${lockTimeout}, true)`.execute(trx)
  try {
    await lockCollection(trx, collectionId)
  } catch (error) {
    if (!failedBy(error, 'lockNotAvailable')) throw error
    throw new Problem(
      'unavailable',
      'Another refresh of this data collection is under way; try again when it has ended.',
      { cause: error },
    )
  }
}

/** The same without waiting. @returns false while another writer is at it */
export async function tryLockCollection(trx: Db, collectionId: string): Promise<boolean> {
  return await tryLockRow(statementsOf(trx), lockClasses.collection, collectionId)
}

/**
 * Brings the members in line with the query, in the caller's transaction, which holds the collection's lock. Set-based: nothing
 * of the library passes through this process.
 * @param condition the compiled query, over `assertion a` joined with `indicator i`
 * @param scope 'all', or 'touched' for those in the temporary table `touched_member` alone
 */
export async function refreshMembers(
  trx: Db,
  collection: CollectionRow,
  condition: RawBuilder<boolean>,
  scope: 'all' | 'touched',
  clock: Clock,
): Promise<MemberChanges> {
  // What the library says from here on may be missing: this is how fresh the collection is.
  const readAt = clock.now()
  await findWanted(trx, collection.organization_id, condition, scope)
  const counts = await findChanges(trx, collection.id, scope)
  const isFirst = collection.version === 0 && scope === 'all'
  const changeCount = counts.entered + counts.departed + counts.changed
  if (changeCount === 0 && !isFirst) {
    if (scope === 'all') await markRefreshed(trx, collection, readAt)
    return { version: collection.version, ...counts }
  }
  const version = collection.version + 1
  await applyChanges(trx, collection, version)
  await writeVersion(trx, collection, version, changeCount, counts, clock.now())
  if (scope === 'all') await markRefreshed(trx, collection, readAt)
  return { version, ...counts }
}

/** Ids of what the query finds in the whole library of the organization. */
export function wantedMembers(
  organizationId: string,
  condition: RawBuilder<boolean>,
): RawBuilder<{ indicator_id: string }> {
  return sql`
    select distinct a.indicator_id from assertion a join indicator i on i.id = a.indicator_id
    where a.owner_id in (select o.id from owner o where o.organization_id = ${organizationId}) and ${condition}`
}

/** Fills `wanted_member` with what the query finds now. */
async function findWanted(
  trx: Db,
  organizationId: string,
  condition: RawBuilder<boolean>,
  scope: 'all' | 'touched',
): Promise<void> {
  await sql`create temporary table if not exists wanted_member (indicator_id uuid not null, tlp smallint, active boolean not null, excluded boolean not null) on commit drop`.execute(
    trx,
  )
  await sql`truncate wanted_member`.execute(trx)
  const columns = sql`v.indicator_id, v.tlp, v.active, ${isKeptFromExports(organizationId, sql`v.indicator_id`)}`
  const fitting = sql`a.owner_id in (select o.id from owner o where o.organization_id = ${organizationId}) and ${condition}`
  // Of what was touched each is looked up by its key, whatever the statistics say: else a few are joined with the whole library.
  const found =
    scope === 'all'
      ? sql`select ${columns} from indicator_view v
          where v.organization_id = ${organizationId} and v.indicator_id in (
            select a.indicator_id from assertion a join indicator i on i.id = a.indicator_id where ${fitting})`
      : sql`select ${columns} from touched_member t
          cross join lateral (
            select 1 from ${assertionsOf(sql`t.indicator_id`)} where ${fitting} limit 1) asserted
          cross join lateral (
            select * from indicator_view v
            where v.organization_id = ${organizationId} and v.indicator_id = t.indicator_id limit 1) v`
  await sql`insert into wanted_member ${found}`.execute(trx)
  // Without it the planner takes the table for small, and joins a million rows one by one.
  await sql`analyze wanted_member`.execute(trx)
}

/** Fills `member_change` with the difference between `wanted_member` and the members that there are. */
async function findChanges(
  trx: Db,
  collectionId: string,
  scope: 'all' | 'touched',
): Promise<Omit<MemberChanges, 'version'>> {
  await sql`create temporary table if not exists member_change (
    indicator_id uuid not null, change text not null, tlp smallint, active boolean, excluded boolean) on commit drop`.execute(
    trx,
  )
  await sql`truncate member_change`.execute(trx)
  const members =
    scope === 'all'
      ? sql`select indicator_id, tlp, active, excluded from collection_member
          where collection_id = ${collectionId} and until_version is null`
      : sql`select m.* from touched_member t cross join lateral (
            select indicator_id, tlp, active, excluded from collection_member
            where collection_id = ${collectionId} and indicator_id = t.indicator_id and until_version is null limit 1) m`
  await sql`
    insert into member_change
    select coalesce(w.indicator_id, m.indicator_id),
      case when m.indicator_id is null then 'entered' when w.indicator_id is null then 'departed' else 'changed' end,
      w.tlp, w.active, w.excluded
    from (${members}) m full join wanted_member w on w.indicator_id = m.indicator_id
    where m.indicator_id is null or w.indicator_id is null or w.active <> m.active or w.excluded <> m.excluded
      or w.tlp is distinct from m.tlp`.execute(trx)
  const { rows } = await sql<{ change: 'entered' | 'departed' | 'changed'; count: string }>`
    select change, count(*) from member_change group by change`.execute(trx)
  const counts = { entered: 0, departed: 0, changed: 0 }
  for (const { change, count } of rows) counts[change] = Number(count)
  return counts
}

/**
 * Each member is looked up by its key, whatever the statistics say: of a collection that is too young to have any, a plan may read all
 * members for every change. The collection's lock keeps the rows where they are.
 */
async function applyChanges(trx: Db, collection: CollectionRow, version: number): Promise<void> {
  await sql`
    update collection_member m set until_version = ${version} from member_change c cross join lateral (
      select ctid as place from collection_member
      where collection_id = ${collection.id} and indicator_id = c.indicator_id and until_version is null limit 1
    ) l where c.change in ('departed', 'changed') and m.ctid = l.place`.execute(trx)
  await sql`
    insert into collection_member (collection_id, indicator_id, from_version, tlp, active, excluded)
    select ${collection.id}, indicator_id, ${version}, tlp, active, excluded from member_change where change in ('entered', 'changed')
    order by indicator_id`.execute(trx)
  await sql`
    insert into collection_change (collection_id, number, version, indicator_id, change)
    select ${collection.id}, ${collection.change_last}::bigint + row_number() over (order by indicator_id), ${version}, indicator_id, change
    from member_change`.execute(trx)
}

async function writeVersion(
  trx: Db,
  collection: CollectionRow,
  version: number,
  changeCount: number,
  { entered, departed, changed }: Omit<MemberChanges, 'version'>,
  madeAt: Date,
): Promise<void> {
  const { id, tql, query_changed_by: changedBy, query_changed_at: changedAt } = collection
  // A first version has none before it whose members another query had.
  const queryChange = version === 1 || changedBy === null ? [null, null, null] : [tql, changedBy, changedAt]
  await sql`
    with made as (
      update collection set version = ${version}, member_count = member_count + ${entered - departed}::bigint,
        change_last = change_last + ${changeCount}::bigint
      where id = ${id} returning member_count
    )
    insert into collection_version (collection_id, version, member_count, entered, departed, changed, made_at,
      changed_query, query_changed_by, query_changed_at)
    select ${id}, ${version}, member_count, ${entered}::bigint, ${departed}::bigint, ${changed}::bigint, ${madeAt},
      ${queryChange[0]}, ${queryChange[1]}, ${queryChange[2]}::timestamptz from made`.execute(trx)
}

/** A query that was changed once more meanwhile has its full refresh still to come. */
async function markRefreshed(trx: Db, { id, query_changed_at: changedAt }: CollectionRow, readAt: Date): Promise<void> {
  await trx
    .updateTable('collection')
    .set({ refreshed_at: readAt, refresh_failed_at: null })
    .where('id', '=', id)
    .execute()
  await sql`
    update collection set query_changed_by = null, query_changed_at = null
    where id = ${id} and query_changed_at = ${changedAt}`.execute(trx)
}
