import { type CreatePlan, GuardResult, type Plan, PlanState } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../database/database.ts'
import { type SignedColumns, signedColumns, signedJoins } from './signed-columns.ts'

export const plansInProgress = ['draft', 'ready', 'waiting', 'applying'] as const

/** A plan with what decides about it. */
export type StoredPlan = SignedColumns & {
  id: string
  organizationId: string
  controlId: string
  control: string
  target: string
  holderExecutionId: string
  jobId: string
  jobMode: string
  collectionId: string
  collectionName: string
  collectionVersion: number
  state: PlanState
  desired: number
  held: number
  heldDigest: string
  checksum: string
  add: number
  remove: number
  guards: GuardResult[]
  notTaken: Record<string, number>
  valuesSha256: Buffer | null
  createdAt: Date
  decidedBy: string | null
}

const planQuery = sql`
  select p.id, p.organization_id as "organizationId", p.control_id as "controlId", c.name as control, p.target,
    p.execution_id as "executionId", p.holder_execution_id as "holderExecutionId", e.job_id as "jobId", j.mode as "jobMode",
    p.collection_id as "collectionId", col.name as "collectionName", p.collection_version as "collectionVersion", p.state,
    p.desired::float8 as desired, p.held::float8 as held, p.held_digest as "heldDigest", p.checksum,
    p.add_count::float8 as add, p.remove_count::float8 as remove, p.guards, p.not_taken as "notTaken",
    p.values_sha256 as "valuesSha256", p.created_at as "createdAt", p.decided_by as "decidedBy",
    ${signedColumns}
  from plan p
  join control c on c.id = p.control_id
  join collection col on col.id = p.collection_id
  join execution e on e.id = p.execution_id
  join job j on j.id = e.job_id
  ${signedJoins('p')}`

export type PlanFilter = {
  controlId?: string | undefined
  executionId?: string | undefined
  target?: string | undefined
  state?: PlanState | undefined
}

/** Newest first. */
export async function listPlans(
  db: Db,
  organizationId: string,
  filter: PlanFilter,
  before: string | undefined,
  rowsMax: number,
): Promise<StoredPlan[]> {
  const { rows } = await sql<StoredPlan>`${planQuery}
    where p.organization_id = ${organizationId}
      and (${before ?? null}::bigint is null or p.id < ${before ?? null}::bigint)
      and (${filter.controlId ?? null}::bigint is null or p.control_id = ${filter.controlId ?? null}::bigint)
      and (${filter.executionId ?? null}::bigint is null or ${filter.executionId ?? null}::bigint in (p.execution_id, p.holder_execution_id))
      and (${filter.target ?? null}::text is null or p.target = ${filter.target ?? null}::text)
      and (${filter.state ?? null}::text is null or p.state = ${filter.state ?? null}::text)
    order by p.id desc
    limit ${rowsMax}`.execute(db)
  return rows
}

export async function findPlan(db: Db, organizationId: string, id: string): Promise<StoredPlan | undefined> {
  const { rows } =
    await sql<StoredPlan>`${planQuery} where p.organization_id = ${organizationId} and p.id = ${id}`.execute(db)
  return rows[0]
}

export async function lockPlan(trx: Db, organizationId: string, id: string): Promise<StoredPlan | undefined> {
  await sql`select 1 from plan where id = ${id} for update`.execute(trx)
  return await findPlan(trx, organizationId, id)
}

export type PlanInProgress = {
  id: string
  state: PlanState
  holderExecutionId: string
  /** An execution that waits for a retry (FD-14), maybe for hours, keeps no other one waiting. */
  isHolderOpen: boolean
}

/** The plan in progress of a control and target, locked; the control's row is locked before it, so that two makers follow each other. */
export async function lockInProgress(trx: Db, controlId: string, target: string): Promise<PlanInProgress | undefined> {
  await sql`select 1 from control where id = ${controlId} for update`.execute(trx)
  const { rows } = await sql<PlanInProgress>`
    select p.id, p.state, p.holder_execution_id as "holderExecutionId",
      e.finished_at is null and not (e.state = 'waiting' and e.retry_at is not null) as "isHolderOpen"
    from plan p join execution e on e.id = p.holder_execution_id
    where p.control_id = ${controlId} and p.target = ${target} and p.state = any(${[...plansInProgress]}::text[])
    for update of p`.execute(trx)
  return rows[0]
}

export async function insertPlan(
  trx: Db,
  by: { organizationId: string; controlId: string; executionId: string; attempt: number },
  plan: CreatePlan,
  now: Date,
): Promise<string> {
  const { id } = await trx
    .insertInto('plan')
    .values({
      organization_id: by.organizationId,
      control_id: by.controlId,
      target: plan.target,
      execution_id: by.executionId,
      attempt: by.attempt,
      holder_execution_id: by.executionId,
      collection_id: plan.collectionId,
      collection_version: plan.collectionVersion,
      desired: plan.desired,
      held: plan.held,
      held_digest: plan.heldDigest,
      checksum: plan.checksum,
      guards: JSON.stringify(plan.guards),
      not_taken: JSON.stringify(plan.notTaken),
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function setPlanState(trx: Db, id: string, state: PlanState, reason: string | null): Promise<void> {
  await trx.updateTable('plan').set({ state, reason }).where('id', '=', id).execute()
}

export async function heldByLastReceipt(db: Db, controlId: string, target: string): Promise<number | null> {
  const { rows } = await sql<{ held: number; state: string }>`
    select held::float8 as held, state from receipt where control_id = ${controlId} and target = ${target}
    order by id desc limit 1`.execute(db)
  const last = rows[0]
  // What could not be verified says nothing about what was held.
  return last === undefined || last.state === 'unverifiable' ? null : last.held
}

export function toApi(plan: StoredPlan): Plan {
  return {
    id: plan.id,
    executionId: plan.executionId,
    control: plan.control,
    target: plan.target,
    state: z.parse(PlanState, plan.state),
    collectionId: plan.collectionId,
    collectionName: plan.collectionName,
    collectionVersion: plan.collectionVersion,
    desired: plan.desired,
    held: plan.held,
    add: plan.add,
    remove: plan.remove,
    checksum: plan.checksum,
    guards: z.parse(z.array(GuardResult), plan.guards),
    notTaken: plan.notTaken,
    createdAt: plan.createdAt.toISOString(),
    decidedBy: plan.decidedBy,
  }
}
