import type { Readable } from 'node:stream'
import {
  type CreatePlan,
  type Plan,
  type PlanDecision,
  planText,
  PlanValue,
  type UpdatePlanState,
} from '@postern/protocol'
import { sql } from 'kysely'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { ExclusionLists } from '../exclusions/exclusions.ts'
import type { Executions } from '../executions/executions.ts'
import { readGzipLines } from '../http/ndjson-body.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { tellChange } from '../live/changes.ts'
import { checkSignature } from './check-signature.ts'
import { exporterOf, type Exporter } from './exporter.ts'
import { PlanChecksum } from './plan-checksum.ts'
import {
  findPlan,
  heldByLastReceipt,
  insertPlan,
  listPlans,
  lockInProgress,
  lockPlan,
  type PlanFilter,
  plansInProgress,
  setPlanState,
  type StoredPlan,
  toApi,
} from './plan-store.ts'
import { recheckGuards } from './recheck-guards.ts'
import { BlobWriter, readBlob, readJsonLine, valuesBounds } from './value-blob.ts'

export type ExportsParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  executions: Executions
  exclusions: Pick<ExclusionLists, 'neverExported'>
}

/*
 * A plan: draft ──values came──▶ ready ──────────────▶ applying ──▶ applied | failed
 *                     └────────▶ waiting ──approved──▶ ready
 *                                   └──────refused───▶ refused
 * `waiting` when a guard tripped or the job always asks. Approving starts a new execution, which then holds the plan: only the holder may
 * move it on. One plan of a control and target is in progress at most; a newer one supersedes one that nobody is applying. A plan whose
 * holder ended without a word is failed. One that adds what must never be exported is refused when its values come, and once more when
 * it is about to be applied (S1).
 */
export function createPlans({ db, clock, audit, executions, exclusions }: ExportsParts) {
  async function create(caller: Caller, wanted: CreatePlan): Promise<Plan> {
    const exporter = exporterOf(caller)
    requireCollection(exporter, wanted.collectionId)
    const id = await db.transaction().execute(async (trx) => {
      await executions.holdLease(trx, caller)
      await requireVersion(trx, wanted)
      await supersede(trx, exporter, wanted.target)
      const made = await insertPlan(trx, exporter, wanted, clock.now())
      await tell(trx, exporter.executionId)
      return made
    })
    return await get(exporter.organizationId, id)
  }

  /** Another execution that is about to apply, or applies, is not pushed aside. */
  async function supersede(trx: Db, exporter: Exporter, target: string): Promise<void> {
    const other = await lockInProgress(trx, exporter.controlId, target)
    if (other === undefined) return
    const isBusy = other.isHolderOpen && other.holderExecutionId !== exporter.executionId && other.state !== 'waiting'
    if (isBusy) {
      throw new Problem(
        'conflict',
        `Plan ${other.id} of execution ${other.holderExecutionId} for this control and target is in progress.`,
      )
    }
    await setPlanState(
      trx,
      other.id,
      other.state === 'applying' ? 'failed' : 'superseded',
      'A newer plan took its place.',
    )
  }

  /** Takes the values, checks them against the plan's checksum, and decides whether it may be applied at once. */
  async function putValues(caller: Caller, id: string, body: Readable): Promise<Plan> {
    const exporter = exporterOf(caller)
    await db.transaction().execute(async (trx) => {
      const plan = found(isRowId(id) ? await lockPlan(trx, exporter.organizationId, id) : undefined, 'plan')
      if (plan.executionId !== exporter.executionId)
        throw new Problem('forbidden', 'Only the execution that made a plan sends its values.')
      if (plan.state !== 'draft') return await requireSame(plan, body)
      const never = await exclusions.neverExported(trx, plan.organizationId)
      const sums = new PlanChecksum()
      const blob = new BlobWriter(trx, { kind: 'plan', id })
      for await (const line of readGzipLines(body, valuesBounds, (chunk) => blob.write(chunk)))
        if (line !== '') await never.line(sums.line(line))
      const { add, remove, checksum } = sums.end(plan.collectionVersion, plan.heldDigest)
      if (checksum !== plan.checksum) {
        throw new Problem(
          'invalid',
          `The values have the checksum ${checksum}, the plan says ${plan.checksum}: nothing is applied of it.`,
        )
      }
      const heldBefore = await heldByLastReceipt(trx, plan.controlId, plan.target)
      const refusal = await never.refusal()
      const facts = { desired: plan.desired, held: plan.held, add, remove, heldBefore, neverExported: refusal }
      const guards = recheckGuards(plan.guards, facts)
      const asks = plan.jobMode === 'always-ask' || guards.some(({ tripped }) => tripped)
      const sha256 = await blob.end()
      await executions.holdLease(trx, caller)
      await trx
        .updateTable('plan')
        .set({
          state: refusal !== undefined ? 'refused' : asks ? 'waiting' : 'ready',
          reason: refusal ?? null,
          add_count: add,
          remove_count: remove,
          guards: JSON.stringify(guards),
          values_sha256: sha256,
        })
        .where('id', '=', id)
        .execute()
      await tell(trx, exporter.executionId)
    })
    return await get(exporter.organizationId, id)
  }

  /** How applying went, by the execution that holds the plan. */
  async function update(caller: Caller, id: string, { state, reason }: UpdatePlanState): Promise<Plan> {
    const exporter = exporterOf(caller)
    const refusal = await db.transaction().execute(async (trx) => {
      const plan = found(isRowId(id) ? await lockPlan(trx, exporter.organizationId, id) : undefined, 'plan')
      if (plan.holderExecutionId !== exporter.executionId)
        throw new Problem('forbidden', 'This plan is not held by this execution.')
      await executions.holdLease(trx, caller)
      if (plan.state === state) return undefined
      const mayMove =
        state === 'applying'
          ? plan.state === 'ready'
          : state === 'failed'
            ? isInProgress(plan)
            : plan.state === 'applying'
      if (!mayMove) throw new Problem('conflict', `Plan ${id} is ${plan.state}; it cannot become ${state}.`)
      const forbidden = state === 'applying' ? await lastCheck(trx, plan) : undefined
      await setPlanState(trx, id, forbidden === undefined ? state : 'refused', forbidden ?? reason ?? null)
      await tell(trx, plan.executionId)
      return forbidden
    })
    if (refusal !== undefined) throw new Problem('conflict', `Plan ${id} is refused: ${refusal}`)
    return await get(exporter.organizationId, id)
  }

  /** Days may lie between the plan and its approval, so the lists and decisions of now are asked once more, over the same values. */
  async function lastCheck(trx: Db, plan: StoredPlan): Promise<string | undefined> {
    const never = await exclusions.neverExported(trx, plan.organizationId)
    let number = 0
    for await (const line of readGzipLines(readBlob(trx, { kind: 'plan', id: plan.id }), valuesBounds)) {
      number += 1
      if (line !== '') await never.line(PlanValue.parse(readJsonLine(line, number)))
    }
    return await never.refusal()
  }

  /** A person's word about a waiting plan (D5). */
  async function decide(caller: PersonCaller, id: string, { decision }: PlanDecision, address?: string): Promise<Plan> {
    const started = await db.transaction().execute(async (trx) => {
      const plan = found(isRowId(id) ? await lockPlan(trx, caller.organizationId, id) : undefined, 'plan')
      if (plan.state !== 'waiting')
        throw new Problem('conflict', `Plan ${id} is ${plan.state}; only a waiting plan can be decided about.`)
      const executionId = decision === 'approve' ? await startApproved(trx, caller, plan) : undefined
      await trx
        .updateTable('plan')
        .set({
          state: decision === 'approve' ? 'ready' : 'refused',
          decided_by: caller.name,
          decided_at: clock.now(),
          ...(executionId === undefined ? {} : { holder_execution_id: executionId }),
        })
        .where('id', '=', id)
        .execute()
      await audit.record(
        trx,
        caller,
        `plan.${decision}`,
        `plan ${id}`,
        { checksum: plan.checksum, executionId },
        address,
      )
      await tell(trx, plan.executionId)
      return executionId
    })
    if (started !== undefined) await executions.place(started)
    return await get(caller.organizationId, id)
  }

  /** The execution's signed command carries plan and checksum; it reads the control again and refuses on any difference. */
  async function startApproved(trx: Db, caller: PersonCaller, plan: StoredPlan): Promise<string> {
    return await executions.insert(trx, {
      jobId: plan.jobId,
      trigger: 'approval',
      startedBy: caller.name,
      approvedPlan: `${plan.id}:${plan.checksum}`,
    })
  }

  async function get(organizationId: string, id: string): Promise<Plan> {
    return toApi(found(isRowId(id) ? await findPlan(db, organizationId, id) : undefined, 'plan'))
  }

  /** People see all plans of their organization; an export those of its control. */
  async function list(
    caller: Caller,
    filter: PlanFilter,
    before: string | undefined,
    rowsMax: number,
  ): Promise<Plan[]> {
    const scope = readerScope(caller)
    const plans = await listPlans(db, scope.organizationId, { ...filter, ...scope.filter }, before, rowsMax)
    return await Promise.all(plans.map((plan) => shown(caller, plan)))
  }

  /** @see createReceipts */
  async function shown(caller: Caller, plan: StoredPlan): Promise<Plan> {
    if (caller.kind === 'execution') return toApi(plan)
    return { ...toApi(plan), signature: await checkSignature(plan, 'plan', planText(plan)) }
  }

  async function getFor(caller: Caller, id: string): Promise<StoredPlan> {
    const scope = readerScope(caller)
    const plan = isRowId(id) ? await findPlan(db, scope.organizationId, id) : undefined
    const isForeign = scope.filter.controlId !== undefined && plan?.controlId !== scope.filter.controlId
    return found(isForeign ? undefined : plan, 'plan')
  }

  /** Every few seconds: plans whose holder ended without a word. Waiting ones wait for a person. */
  async function settleAbandoned(): Promise<void> {
    await sql`
      update plan p set state = 'failed', reason = 'Its execution ended as ' || e.state || ' before it was applied.'
      from execution e
      where e.id = p.holder_execution_id and e.finished_at is not null and p.state in ('draft', 'ready', 'applying')`.execute(
      db,
    )
  }

  async function tell(trx: Db, executionId: string): Promise<void> {
    await tellChange(trx, { changed: 'execution', id: executionId, part: 'plan' })
  }

  return {
    create,
    putValues,
    update,
    decide,
    list,
    get: async (caller: Caller, id: string): Promise<Plan> => await shown(caller, await getFor(caller, id)),
    settleAbandoned,
  }
}

/** Whose rows a caller may read. */
export function readerScope(caller: Caller): { organizationId: string; filter: { controlId?: string } } {
  if (caller.kind === 'execution') {
    const { organizationId, controlId } = exporterOf(caller)
    return { organizationId, filter: { controlId } }
  }
  if ('role' in caller) return { organizationId: caller.organizationId, filter: {} }
  throw new Problem('forbidden', 'This is for people and exports.')
}

function requireCollection(exporter: Exporter, collectionId: string): void {
  if (exporter.collectionIds.includes(collectionId)) return
  throw new Problem('forbidden', 'This job does not name that data collection.')
}

/** What a plan or a receipt says it is about must have been there to read. */
export async function requireVersion(
  trx: Db,
  { collectionId, collectionVersion }: Pick<CreatePlan, 'collectionId' | 'collectionVersion'>,
): Promise<void> {
  const row = await trx.selectFrom('collection').select('version').where('id', '=', collectionId).executeTakeFirst()
  if (row !== undefined && collectionVersion >= 1 && collectionVersion <= row.version) return
  throw new Problem(
    'invalid',
    `collectionVersion: the data collection has no version ${collectionVersion}; it stands at ${row?.version ?? 0}.`,
  )
}

/** The same PUT again changes nothing; another list for a plan that has one is refused. */
async function requireSame(plan: StoredPlan, body: Readable): Promise<void> {
  const sums = new PlanChecksum()
  for await (const line of readGzipLines(body, valuesBounds)) if (line !== '') sums.line(line)
  const { checksum } = sums.end(plan.collectionVersion, plan.heldDigest)
  if (checksum === plan.checksum && plan.valuesSha256 !== null) return
  throw new Problem('conflict', `Plan ${plan.id} is ${plan.state}; its values cannot be changed.`)
}

function isInProgress({ state }: StoredPlan): boolean {
  return plansInProgress.some((each) => each === state)
}
