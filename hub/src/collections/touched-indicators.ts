import { type RawBuilder, sql } from 'kysely'
import { lockClasses, tryLockRow } from '../database/advisory-locks.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { compileTql } from '../library/tql-to-sql.ts'
import type { CollectionRow } from './collection-store.ts'
import { lockCollection, refreshMembers } from './refresh-members.ts'

/** Batches that are looked at in one transaction. */
const batchesAtOnceMax = 50

/**
 * Takes what batches left in `collection_pending` into the data collections of their organizations: the cheap way, which looks
 * at the touched indicators alone (D3). What it cannot see is left to the full refresh at the freshness target: queries that look at
 * time (`NOW() - 30 DAYS`), and those that look further than at an indicator's groups and at which other indicators it is associated with.
 */
export async function refreshTouched(db: DatabaseConnection['db'], clock: Clock, log: Log): Promise<void> {
  const organizations = await db.selectFrom('collection_pending').select('organization_id').distinct().execute()
  for (const { organization_id: organizationId } of organizations) {
    for (let more = true; more;) {
      more = await db.transaction().execute((trx) => refreshOne(trx, organizationId, clock, log))
    }
  }
}

/** @returns whether there may be more */
async function refreshOne(trx: Db, organizationId: string, clock: Clock, log: Log): Promise<boolean> {
  // One hub at a time.
  if (!(await tryLockRow(statementsOf(trx), lockClasses.pendingIndicators, organizationId))) return false
  const taken = await takePending(trx, organizationId)
  if (taken === 0) return false
  const collections = await trx
    .selectFrom('collection')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('version', '>', 0)
    .orderBy('id')
    .execute()
  for (const { id } of collections) await refreshCollection(trx, id, clock, log)
  return taken === batchesAtOnceMax
}

async function takePending(trx: Db, organizationId: string): Promise<number> {
  await sql`create temporary table touched_member (indicator_id uuid primary key) on commit drop`.execute(trx)
  const { rows } = await sql<{ count: string }>`
    with taken as (
      delete from collection_pending
      where id in (select id from collection_pending where organization_id = ${organizationId} order by id limit ${batchesAtOnceMax})
      returning indicator_ids
    ), touched as (
      insert into touched_member select distinct unnest(indicator_ids) from taken
    )
    select count(*) from taken`.execute(trx)
  await sql`analyze touched_member`.execute(trx)
  return Number(rows[0]?.count)
}

/** A collection whose query fails must not keep the others from theirs; its own full refresh will fail too, and say so. */
async function refreshCollection(trx: Db, id: string, clock: Clock, log: Log): Promise<void> {
  await lockCollection(trx, id)
  const collection = await trx.selectFrom('collection').selectAll().where('id', '=', id).executeTakeFirst()
  if (collection === undefined) return
  await sql`savepoint before_collection`.execute(trx)
  try {
    const condition: RawBuilder<boolean> = compileTql(collection.tql, clock.now())
    const changes = await refreshMembers(trx, collection, condition, 'touched', clock)
    await sql`release savepoint before_collection`.execute(trx)
    if (changes.version !== collection.version)
      log.debug({ collectionId: id, ...changes }, 'a data collection follows its batches')
  } catch (error) {
    await sql`rollback to savepoint before_collection`.execute(trx)
    logFailure(log, collection, error)
  }
}

function logFailure(log: Log, { id, name }: CollectionRow, error: unknown): void {
  log.warn(
    { err: error, collectionId: id },
    `data collection ${name} could not follow a batch; its next full refresh looks at everything`,
  )
}
