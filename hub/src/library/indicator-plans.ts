import type { IndicatorInPlan, PlanValue } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { findBlobValues } from '../exports/value-blob.ts'
import { explainLimits } from './explain-limits.ts'

type PlanRow = Omit<IndicatorInPlan, 'change' | 'reason' | 'createdAt'> & { createdAt: Date }
type InPlan = Pick<IndicatorInPlan, 'change' | 'reason'>

/** What plans in progress do with an indicator, the newest first. A draft has no values yet. */
export async function readPlans(
  db: Db,
  organizationId: string,
  indicator: { type: string; value: string },
): Promise<IndicatorInPlan[]> {
  const { rows } = await sql<PlanRow>`
    select p.id as "planId", p.execution_id as "executionId", p.control_id as "controlId", c.name as "controlName", p.target, p.state,
      p.collection_id as "collectionId", k.name as "collectionName", p.collection_version as "collectionVersion", p.created_at as "createdAt"
    from plan p join control c on c.id = p.control_id join collection k on k.id = p.collection_id
    where p.organization_id = ${organizationId} and p.state in ('ready', 'waiting', 'applying')
    order by p.id desc limit ${explainLimits.plansMax}`.execute(db)
  const found: IndicatorInPlan[] = []
  const budget = { bytes: explainLimits.planBytesMax }
  for (const { createdAt, ...row } of rows) {
    const inPlan = await findInPlan(db, row.planId, indicator, budget)
    if (inPlan !== undefined) found.push({ ...row, ...inPlan, createdAt: createdAt.toISOString() })
  }
  return found
}

/** @returns undefined where the plan does not name it */
async function findInPlan(
  db: Db,
  planId: string,
  indicator: { type: string; value: string },
  budget: { bytes: number },
): Promise<InPlan | undefined> {
  const found = findBlobValues<PlanValue>(db, { kind: 'plan', id: planId }, indicator.value, budget)
  for await (const [change, type, value, reason] of found)
    if (value === indicator.value && type === indicator.type) return { change, reason: reason ?? null }
  return budget.bytes > 0 ? undefined : { change: null, reason: null }
}
