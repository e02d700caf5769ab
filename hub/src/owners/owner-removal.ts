import type { Owner } from '@postern/protocol'
import { sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import { tryAlone } from '../batches/batch-turn.ts'
import { preferLookUps } from '../batches/writers/sent-tables.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { type Statements, statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { deleteOwn } from '../lifecycle/delete-over.ts'
import { publishTouched } from '../lifecycle/publish.ts'
import { leaveSightedBy } from '../sightings/group-sightings.ts'
import { takeSightingsBack } from '../stix/count-sightings.ts'
import { OwnerStore } from './owner-store.ts'

export type OwnerRemovalParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  /** Hears after a commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

type Removing = { id: string; organizationId: string; name: string; afterId: string | null }

/** Assertions, groups or STIX objects that go in one transaction: some tenths of a second for whoever waits for one of them. */
const rowsAtOnceMax = 2000
/** Transactions in one turn of the hub's worker. */
const stepsATurnMax = 200
/** Before every other id. */
const nilId = '00000000-0000-0000-0000-000000000000'

export type OwnerRemoval = ReturnType<typeof createOwnerRemoval>

/**
 * Takes owners out with all that they asserted. It begins at once: nobody writes in the owner's name any more; what it asserted goes
 * in bounded steps, each a transaction with its tombstones, its part of the view and its note for the data collections. A step knows
 * from the database where it goes on, so that any hub does the next one.
 */
export function createOwnerRemoval({ db, clock, audit, onTouched }: OwnerRemovalParts) {
  /** @throws Problem `conflict` while a job or a TAXII collection names the owner */
  async function start(caller: PersonCaller, ownerId: string, address?: string): Promise<Owner> {
    return db.transaction().execute(async (trx) => {
      const store = new OwnerStore(trx)
      const owner = found(await store.lock(caller.organizationId, ownerId), 'owner')
      if (owner.removalStartedAt !== null) return owner
      await requireUnnamed(trx, ownerId)
      const marked = found(await store.startRemoval(ownerId, clock.now()), 'owner')
      await audit.record(trx, caller, 'owner.remove', `owner ${ownerId}`, { name: owner.name }, address)
      return marked
    })
  }

  /** A turn of the hub's worker. @returns how many steps it took */
  async function tick(): Promise<number> {
    const touched = new Set<string>()
    let steps = 0
    const waiting: string[] = []
    while (steps < stepsATurnMax) {
      const step = await db.transaction().execute((trx) => takeStep(trx, waiting))
      if (step === undefined) break
      if (step.isWaiting) waiting.push(step.ownerId)
      else touched.add(step.organizationId)
      steps += 1
    }
    for (const organizationId of touched) onTouched(organizationId)
    return steps - waiting.length
  }

  async function takeStep(trx: Db, waiting: readonly string[]) {
    const removing = await takeOwner(trx, waiting)
    if (removing === undefined) return undefined
    const { id: ownerId, organizationId } = removing
    const statements = statementsOf(trx)
    // A batch of the owner that began before is let end first; the next ones are refused.
    if (!(await tryAlone(statements, ownerId))) return { ownerId, organizationId, isWaiting: true }
    await preferLookUps(statements)
    const isMore =
      (await removeAssertions(statements, removing)) ||
      (await removeGroups(statements, removing)) ||
      (await removeStixObjects(statements, removing))
    if (!isMore) await finish(trx, removing)
    return { ownerId, organizationId, isWaiting: false }
  }

  async function finish(trx: Db, { id, organizationId, name }: Removing): Promise<void> {
    await trx.deleteFrom('deprecation_rule').where('owner_id', '=', id).execute()
    await trx.deleteFrom('lifecycle_pass').where('owner_id', '=', id).execute()
    await trx.deleteFrom('batch').where('owner_id', '=', id).where('state', '=', 'created').execute()
    const isGone = await new OwnerStore(trx).finishRemoval(id, clock.now())
    const actor = { kind: 'machine', name: 'removal of owners', role: 'administrator', organizationId } as const
    await audit.record(trx, actor, 'owner.removed', `owner ${id}`, { name, isRowKept: !isGone })
  }

  return { start, tick }
}

/** One that no other hub is at, and its row for the transaction. */
async function takeOwner(trx: Db, except: readonly string[]): Promise<Removing | undefined> {
  const { rows } = await sql<Removing>`
    select id, organization_id as "organizationId", name, removal_after_id as "afterId" from owner
    where removal_started_at is not null and removed_at is null and id <> all(${[...except]}::bigint[])
    order by removal_started_at, id limit 1 for no key update skip locked`.execute(trx)
  return rows[0]
}

async function requireUnnamed(trx: Db, ownerId: string): Promise<void> {
  const { rows } = await sql<{ what: string }>`
    select 'The job ' || j.name as what from job j
    where j.deleted_at is null
      and (j.owner_id = ${ownerId} or exists (select from job_readable_owner r where r.job_id = j.id and r.owner_id = ${ownerId}))
    union all
    select 'The TAXII collection ' || c.title from taxii_collection c where c.owner_id = ${ownerId}
    limit 1`.execute(trx)
  const named = rows[0]
  if (named !== undefined) throw new Problem('conflict', `${named.what} names this owner; change or delete it first.`)
}

/** @returns whether it found any */
async function removeAssertions(db: Statements, { id, organizationId, afterId }: Removing): Promise<boolean> {
  // By the key of all assertions, so that the whole removal reads it once.
  const { rows } = await db.query<{ indicatorId: string }>(
    `select indicator_id as "indicatorId" from assertion where indicator_id > $2 and owner_id = $1 order by indicator_id limit $3`,
    [id, afterId ?? nilId, rowsAtOnceMax],
  )
  const last = rows.at(-1)
  if (last === undefined) return false
  const ids = rows.map(({ indicatorId }) => indicatorId)
  // In the order of ids, as every writer of these indicators does.
  await db.query('select 1 from indicator where id = any($1::uuid[]) order by id for no key update', [ids])
  await deleteOwn(db, organizationId, id, ids)
  await publishTouched(db, organizationId, ids)
  await db.query('update owner set removal_after_id = $2 where id = $1', [id, last.indicatorId])
  return true
}

/** With their attributes, links and sightings. @returns whether it found any */
async function removeGroups(db: Statements, { id, organizationId }: Removing): Promise<boolean> {
  const { rows } = await db.query<{ xid: string }>(
    'select xid from library_group where owner_id = $1 order by xid limit $2',
    [id, rowsAtOnceMax],
  )
  if (rows.length === 0) return false
  const xids = rows.map(({ xid }) => xid)
  await leaveSightedBy(db, organizationId, id, xids)
  await db.query(
    `with gone as (delete from library_group where owner_id = $1 and xid = any($2::text[]) returning xid)
     insert into tombstone (organization_id, owner_id, kind, group_xid) select $3, $1, 'group', xid from gone`,
    [id, xids, organizationId],
  )
  return true
}

/** With the sightings that they are. @returns whether it found any */
async function removeStixObjects(db: Statements, { id, organizationId }: Removing): Promise<boolean> {
  const { rows } = await db.query<{ objectId: string; type: string }>(
    `delete from stix_object where number in (select number from stix_object where owner_id = $1 limit $2)
     returning object_id as "objectId", type`,
    [id, rowsAtOnceMax],
  )
  const sightings = rows.flatMap(({ objectId, type }) => (type === 'sighting' ? [objectId] : []))
  if (sightings.length > 0) await takeSightingsBack(db, organizationId, id, sightings)
  return rows.length > 0
}
