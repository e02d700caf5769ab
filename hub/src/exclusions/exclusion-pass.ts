import { type IndicatorType, parseIndicatorType, keepsFromExports } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import { lockClasses, tryLockRow } from '../database/advisory-locks.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import { statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { ReadyExclusions, Matchers } from './matchers.ts'
import { Verdicts } from './verdicts.ts'

export type PassParts = {
  db: DatabaseConnection['db']
  matchers: Matchers
  clock: Clock
  log: Log
  /** Hears after a step that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

/** Indicators that one step judges, in one transaction. */
const stepRowsMax = 5_000
const stepsATurnMax = 50
/** A step that meets a batch gives way long before PostgreSQL would end one of both (deadlock_timeout). */
const lockTimeout = '300ms'
/** Below every indicator's id that there is: ids are hashes. */
const lowestId = '00000000-0000-0000-0000-000000000000'

/**
 * Holds the library against the lists after they changed (D25): in bounded steps, each a transaction that also writes how far it has
 * come, so that a hub that dies loses one step at most. A change while it is under way makes it begin again.
 * @param stepsMax of each organization, before the others have their turn
 */
export async function passExclusions(parts: PassParts, stepsMax = stepsATurnMax): Promise<void> {
  const { rows } = await sql<{ organizationId: string }>`
    select organization_id as "organizationId" from exclusion_pass where wanted_revision > revision or after_id is not null
    union select organization_id from exclusion_pending order by 1`.execute(parts.db)
  for (const { organizationId } of rows) {
    for (let step = 0; step < stepsMax; step++) if (!(await stepOf(parts, organizationId))) break
  }
}

type PassRow = { wantedRevision: string; revision: string; afterId: string | null }
type Judged = { id: string; type: string; value: string }

/** @returns whether there may be more */
async function stepOf({ db, matchers, clock, log, onTouched }: PassParts, organizationId: string): Promise<boolean> {
  const exclusions = await matchers.current(organizationId)
  try {
    const done = await db.transaction().execute(async (trx) => {
      await sql`select set_config('lock_timeout', ${lockTimeout}, true)`.execute(trx)
      // One hub at a time.
      if (!(await tryLockRow(statementsOf(trx), lockClasses.exclusionPass, organizationId))) return undefined
      return (await judgePending(trx, exclusions)) ?? (await judgeNext(trx, exclusions, clock.now()))
    })
    if (done === undefined) return false
    if (done.touched > 0) onTouched(organizationId)
    return done.more
  } catch (error) {
    if (!isInTheWay(error)) throw error
    log.debug({ err: error, organizationId }, 'a step over excluded indicators gives way and is tried again')
    return false
  }
}

/** A batch holds a row that the step wants, or a list was just deleted. */
function isInTheWay(error: unknown): boolean {
  return failedBy(error, 'lockNotAvailable', 'deadlockDetected', 'foreignKeyViolation')
}

type Done = { more: boolean; touched: number }

/** What a part of a batch wrote while the lists changed. */
async function judgePending(trx: Db, exclusions: ReadyExclusions): Promise<Done | undefined> {
  const { organizationId } = exclusions
  const { rows } = await sql<{ ids: string[] }>`
    with taken as (
      delete from exclusion_pending where id in (
        select id from exclusion_pending where organization_id = ${organizationId} order by id limit 1)
      returning indicator_ids
    )
    select array_agg(distinct id::text) as ids from taken cross join unnest(indicator_ids) id having count(*) > 0`.execute(
    trx,
  )
  const ids = rows[0]?.ids
  if (ids === undefined) return undefined
  const among = (column: RawBuilder<unknown>) => sql<boolean>`${column} = any(${ids}::uuid[])`
  return {
    more: true,
    touched: await judge(trx, exclusions, await readJudged(trx, organizationId, among, ids.length), among),
  }
}

async function judgeNext(trx: Db, exclusions: ReadyExclusions, now: Date): Promise<Done | undefined> {
  const { organizationId, revision } = exclusions
  const row = await readPass(trx, organizationId)
  if (row === undefined || (row.afterId === null && BigInt(row.revision) >= BigInt(row.wantedRevision)))
    return undefined
  // Verdicts of an older state than the pass began with would be wrong in the one part and right in the other.
  const isNew = row.afterId === null || row.revision !== revision
  const after = isNew ? lowestId : (row.afterId ?? lowestId)
  const beyond = (column: RawBuilder<unknown>) => sql<boolean>`${column} > ${after}::uuid`
  const rows = await readJudged(trx, organizationId, beyond, stepRowsMax)
  const isLast = rows.length < stepRowsMax
  const last = rows.at(-1)?.id
  const within = (column: RawBuilder<unknown>) =>
    isLast ? beyond(column) : sql<boolean>`${column} > ${after}::uuid and ${column} <= ${last}::uuid`
  const touched = await judge(trx, exclusions, rows, within)
  // Last, since batches wait for this row.
  await sql`
    update exclusion_pass set revision = ${revision}, after_id = ${isLast ? null : last}::uuid,
      started_at = case when ${isNew} then ${now}::timestamptz else started_at end,
      finished_at = case when ${isLast} then ${now}::timestamptz end
    where organization_id = ${organizationId}`.execute(trx)
  return { more: true, touched }
}

async function readPass(trx: Db, organizationId: string): Promise<PassRow | undefined> {
  const { rows } = await sql<PassRow>`
    select wanted_revision as "wantedRevision", revision, after_id as "afterId" from exclusion_pass
    where organization_id = ${organizationId}`.execute(trx)
  return rows[0]
}

async function readJudged(
  trx: Db,
  organizationId: string,
  condition: (column: RawBuilder<unknown>) => RawBuilder<boolean>,
  rowsMax: number,
): Promise<Judged[]> {
  const { rows } = await sql<Judged>`
    select v.indicator_id as id, i.type, i.value from (
      select indicator_id from indicator_view
      where organization_id = ${organizationId} and ${condition(sql`indicator_id`)} order by indicator_id limit ${rowsMax}
    ) v join indicator i on i.id = v.indicator_id order by v.indicator_id`.execute(trx)
  return rows
}

/** Writes what the lists say of these, and of no others within the scope. @returns how many indicators changed for exports */
async function judge(
  trx: Db,
  { organizationId, matcher }: ReadyExclusions,
  rows: readonly Judged[],
  scope: (column: RawBuilder<unknown>) => RawBuilder<boolean>,
): Promise<number> {
  const verdicts = new Verdicts()
  for (const { id, type, value } of matcher === undefined ? [] : rows) {
    const known: IndicatorType | undefined = parseIndicatorType(type)
    if (known === undefined || matcher === undefined) continue
    for (const hit of matcher.judge(known, value)) verdicts.add(id, hit.list.id, hit.entry, keepsFromExports(hit.list))
  }
  return await verdicts.write(trx, organizationId, scope)
}
