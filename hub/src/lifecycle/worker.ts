import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { type Statements, statementsOf } from '../database/statements.ts'
import { preferLookUps } from '../batches/writers/sent-tables.ts'
import type { Clock } from '../lib/clock.ts'
import { deleteOver } from './delete-over.ts'
import { leaveToLifecycle, pendingIdsMax } from './pending.ts'
import { countJudgements, publishTouched } from './publish.ts'
import { countAssertions, settle } from './settle.ts'

export type LifecycleWorkerParts = {
  db: DatabaseConnection['db']
  clock: Clock
  /** Hears after a commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

/** Indicators of one transaction: some tenths of a second for whoever waits for one of them. */
const indicatorsAtOnceMax = pendingIdsMax
/** Transactions of one kind in one turn, so that none keeps the others waiting. */
const stepsATurnMax = 200

/**
 * What brings values in force up to date by itself. Each step is one transaction over a bounded number of indicators; it takes the
 * locks that it gets and leaves the rest, so that several hubs work side by side and none waits for a batch.
 */
export function createLifecycleWorker({ db, clock, onTouched }: LifecycleWorkerParts) {
  /** In this turn; heard of after its commits. */
  const touchedOrganizations = new Set<string>()

  /** @returns assertions that were looked at */
  async function turn(): Promise<number> {
    await endDecisions()
    let count = 0
    count += await repeatedly(await pendingStep())
    count += await repeatedly(passStep)
    count += await repeatedly(dueStep)
    for (const organizationId of touchedOrganizations) onTouched(organizationId)
    touchedOrganizations.clear()
    return count
  }

  /** @returns how many assertions the steps looked at, up to the first that found nothing */
  async function repeatedly(step: () => Promise<number | undefined>): Promise<number> {
    let count = 0
    for (let steps = 0; steps < stepsATurnMax; steps += 1) {
      const done = await step()
      if (done === undefined) return count
      count += done
    }
    return count
  }

  /** Decisions whose end has come; what they held goes back to what it would be. */
  async function endDecisions(): Promise<void> {
    await sql`
      with ended as (delete from decision where until <= ${clock.now()} returning organization_id, indicator_id)
      insert into lifecycle_pending (organization_id, indicator_ids)
      select organization_id, array_agg(indicator_id) from (
        select organization_id, indicator_id, row_number() over (partition by organization_id) / ${pendingIdsMax}::int as part from ended
      ) parted group by organization_id, part`.execute(db)
  }

  /** Steps over what is pending now: what is put back, since somebody has it, waits for the next turn. */
  async function pendingStep(): Promise<() => Promise<number | undefined>> {
    const { rows } = await sql<{ last: string | null }>`select max(id) as last from lifecycle_pending`.execute(db)
    const last = rows[0]?.last ?? null
    return () =>
      db.transaction().execute(async (trx) => {
        if (last === null) return undefined
        const { rows: taken } = await sql<{ organizationId: string; indicatorIds: string[] }>`
          delete from lifecycle_pending where id = (
            select id from lifecycle_pending where id <= ${last} order by id limit 1 for update skip locked
          ) returning organization_id as "organizationId", indicator_ids as "indicatorIds"`.execute(trx)
        if (taken[0] === undefined) return undefined
        const { organizationId, indicatorIds } = taken[0]
        return compute(trx, organizationId, indicatorIds, true)
      })
  }

  /** The next part of the pass over an owner whose rules changed. */
  function passStep(): Promise<number | undefined> {
    return db.transaction().execute(async (trx) => {
      const { rows: passes } = await sql<{ ownerId: string; organizationId: string; afterId: string | null }>`
        select p.owner_id as "ownerId", o.organization_id as "organizationId", p.after_id as "afterId"
        from lifecycle_pass p join owner o on o.id = p.owner_id
        order by p.started_at limit 1 for update of p skip locked`.execute(trx)
      if (passes[0] === undefined) return undefined
      const { ownerId, organizationId, afterId } = passes[0]
      const { rows } = await sql<{ id: string }>`
        select indicator_id as id from assertion
        where owner_id = ${ownerId} and indicator_id > ${afterId ?? nilId}::uuid
        order by indicator_id limit ${indicatorsAtOnceMax}`.execute(trx)
      const last = rows.at(-1)
      if (last === undefined) {
        await trx.deleteFrom('lifecycle_pass').where('owner_id', '=', ownerId).execute()
        return 0
      }
      await trx.updateTable('lifecycle_pass').set({ after_id: last.id }).where('owner_id', '=', ownerId).execute()
      const ids = rows.map(({ id }) => id)
      return compute(trx, organizationId, ids, false)
    })
  }

  /** Assertions whose next change has come, the longest due first. */
  function dueStep(): Promise<number | undefined> {
    return db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: string; organizationId: string }>`
        select i.id, o.organization_id as "organizationId"
        from assertion a join indicator i on i.id = a.indicator_id join owner o on o.id = a.owner_id
        where a.next_change_at <= ${clock.now()}
        order by a.next_change_at limit ${indicatorsAtOnceMax} for no key update of i, a skip locked`.execute(trx)
      if (rows.length === 0) return undefined
      await preferLookUps(statementsOf(trx))
      let count = 0
      for (const [organizationId, ofOne] of Map.groupBy(rows, (row) => row.organizationId)) {
        const ids = [...new Set(ofOne.map(({ id }) => id))]
        count += await computeLocked(statementsOf(trx), organizationId, ids, false)
      }
      return count
    })
  }

  /** Takes the locks of those indicators that nobody has; the others are left for later. */
  async function compute(trx: Db, organizationId: string, ids: readonly string[], counts: boolean): Promise<number> {
    const statements = statementsOf(trx)
    await preferLookUps(statements)
    const { rows } = await statements.query<{ id: string }>(
      'select id from indicator where id = any($1::uuid[]) order by id for no key update skip locked',
      [ids],
    )
    const locked = new Set(rows.map(({ id }) => id))
    const count = await computeLocked(statements, organizationId, [...locked], counts)
    const isWhole = count >= (await countAssertions(statements, organizationId, [...locked]))
    // What somebody else has of one of them is computed when they have done.
    await leaveToLifecycle(statements, organizationId, isWhole ? ids.filter((id) => !locked.has(id)) : ids)
    return count
  }

  async function computeLocked(
    statements: Statements,
    organizationId: string,
    ids: readonly string[],
    counts: boolean,
  ): Promise<number> {
    const now = clock.now()
    const { touched, over, count } = await settle(statements, { organizationId, indicatorIds: ids, now })
    const gone = await deleteOver(statements, organizationId, over, now)
    const counted = counts ? await countJudgements(statements, organizationId, ids) : []
    const all = [...new Set([...touched, ...gone, ...counted])]
    await publishTouched(statements, organizationId, all)
    if (all.length > 0) touchedOrganizations.add(organizationId)
    return count
  }

  return { turn }
}

/** Before every other id. */
const nilId = '00000000-0000-0000-0000-000000000000'
