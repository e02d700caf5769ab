import { indicatorId, parseIndicatorType, tlpLevels } from '@postern/intel'
import type { PlanValue } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import { inVersion } from '../collections/version-queries.ts'
import { highestTlpOf } from '../controls/controls.ts'
import type { Db } from '../database/database.ts'
import type { StoredReceipt } from './receipt-store.ts'
import { readBlobValues } from './value-blob.ts'

/** Lines of a plan or a receipt that are written to the database at once. */
export const linesAtOnce = 5000

/**
 * Finds by name what a control should hold by a receipt, in a table of the transaction, `desired_value`. `receipt_line` holds what the
 * receipt says of single values.
 *
 * It is the collection's version, less what the control must not get (D21) and what the app left out: single values by name, and types of
 * which it took none. Where that is not as many as the receipt says, because an app left out values without naming them, it is what was
 * known before and is still in the version, with what the plan added and without what it removed.
 *
 * @returns how many are known; fewer than the receipt says where the others cannot be named
 */
export async function findDesired(db: Db, receipt: StoredReceipt): Promise<number> {
  await sql`create temporary table desired_value (indicator_id uuid not null) on commit drop`.execute(db)
  // Else the planner takes it for small, and would go through all of it once a member.
  await sql`analyze receipt_line`.execute(db)
  const members = membersOf(receipt, tlpLevels.indexOf(await highestTlpOf(db, receipt.controlId)))
  const leftOutTypes = await typesLeftOut(db, receipt, members)
  await sql`
    insert into desired_value
    select m.indicator_id ${members} and not (i.type = any(${leftOutTypes}::text[])) and ${isTaken(sql`m.indicator_id`)}`.execute(
    db,
  )
  if ((await countDesired(db)) === receipt.desired) return receipt.desired
  await sql`truncate desired_value`.execute(db)
  await takeOver(db, receipt)
  if (receipt.planId !== null) await followPlan(db, receipt.planId)
  const known = await countDesired(db)
  if (known <= receipt.desired) return known
  // More than there are: which of them are there is not known.
  await sql`truncate desired_value`.execute(db)
  return 0
}

/** What was known before, as far as the version still has it. */
async function takeOver(db: Db, { controlId, target, collectionId, collectionVersion }: StoredReceipt): Promise<void> {
  await sql`
    insert into desired_value
    select indicator_id from control_value
    where control_id = ${controlId} and target = ${target} and state in ('held', 'pending', 'unverifiable')
      and exists (select 1 from collection_member m where m.collection_id = ${collectionId}
        and m.indicator_id = control_value.indicator_id and ${inVersion(collectionVersion)})
      and ${isTaken(sql`control_value.indicator_id`)}`.execute(db)
}

/** That the receipt does not name it as left out. */
function isTaken(indicatorId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`not exists (select 1 from receipt_line l where l.state = 'left-out' and l.indicator_id = ${indicatorId})`
}

async function followPlan(db: Db, planId: string): Promise<void> {
  await sql`create temporary table planned_value (indicator_id uuid not null, change text not null) on commit drop`.execute(
    db,
  )
  let changes: { change: PlanValue[0]; id: string }[] = []
  const flush = async () => {
    await sql`insert into planned_value (indicator_id, change)
      select * from unnest(${changes.map(({ id }) => id)}::uuid[], ${changes.map(({ change }) => change)}::text[])`.execute(
      db,
    )
    changes = []
  }
  for await (const [change, type, value] of readBlobValues<PlanValue>(db, { kind: 'plan', id: planId })) {
    const known = parseIndicatorType(type)
    if (known !== undefined && change !== 'left-out') changes.push({ change, id: indicatorId(known, value) })
    if (changes.length >= linesAtOnce) await flush()
  }
  await flush()
  await sql`
    delete from desired_value d using planned_value p where p.indicator_id = d.indicator_id and p.change = 'remove'`.execute(
    db,
  )
  await sql`
    insert into desired_value
    select indicator_id from planned_value where change = 'add' except select indicator_id from desired_value`.execute(
    db,
  )
}

/** Types of which as many were not taken as there are; reasons begin with the type: `File: AED takes no hashes`. */
async function typesLeftOut(
  db: Db,
  { notTaken }: StoredReceipt,
  members: RawBuilder<unknown>,
): Promise<readonly string[]> {
  const counts = new Map<string, number>()
  for (const [reason, count] of Object.entries(notTaken)) {
    const type = typeOfReason(reason)
    if (type !== undefined) counts.set(type, (counts.get(type) ?? 0) + count)
  }
  if (counts.size === 0) return []
  const { rows } = await sql<{ type: string; count: number }>`
    select i.type, count(*)::float8 as count ${members} and i.type = any(${[...counts.keys()]}::text[])
    group by i.type`.execute(db)
  return rows.filter(({ type, count }) => counts.get(type) === count).map(({ type }) => type)
}

/** The indicator type that an app's reason begins with. */
export function typeOfReason(reason: string): string | undefined {
  return parseIndicatorType(reason.split(':', 1)[0] ?? '')
}

async function countDesired(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::float8 as count from desired_value`.execute(db)
  return rows[0]?.count ?? 0
}

/** Members that an export to this control is given: active ones up to its highest TLP that nothing excludes, as the version was made with. */
function membersOf(receipt: StoredReceipt, highestTlp: number) {
  return sql`
    from collection_member m join indicator i on i.id = m.indicator_id
    where m.collection_id = ${receipt.collectionId} and ${inVersion(receipt.collectionVersion)} and m.active and not m.excluded
      and (m.tlp is null or m.tlp <= ${highestTlp})`
}
