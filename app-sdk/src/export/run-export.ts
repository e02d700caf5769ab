import { exitCodes } from '@postern/protocol'
import type { CreatePlan, CreateReceipt, Plan, Receipt } from '@postern/protocol'
import type { Outcome } from '../define/app.ts'
import type { Logger } from '../launch/logger.ts'
import { applyDifference, assertRewritable } from './apply.ts'
import type { Applied } from './apply.ts'
import { refusalOf } from './approved-plan.ts'
import type { ApprovedPlan } from './approved-plan.ts'
import type { ExportControl } from './control.ts'
import { desiredValues } from './desired-values.ts'
import type { DesiredValues } from './desired-values.ts'
import { checksumOf, differenceOf, planFile } from './difference.ts'
import type { Difference } from './difference.ts'
import { guardResults } from './guards.ts'
import { believedHeld, heldValues } from './held-values.ts'
import type { HeldValues } from './held-values.ts'
import type { CollectionVersion, PlanStore } from './plan-store.ts'
import { verify } from './verify.ts'

export interface ExportRun {
  readonly store: PlanStore
  readonly control: ExportControl
  /** Id or name of the data collection. */
  readonly collection: string
  /** A plan that a person approved (D5): it is applied as it was shown, or not at all. */
  readonly approved: ApprovedPlan | undefined
  readonly tempPath: string
  readonly log: Logger
  readonly signal: AbortSignal
}

interface Findings {
  readonly collection: CollectionVersion
  readonly desired: DesiredValues
  readonly held: HeldValues
  readonly difference: Difference
  readonly checksum: string
}

/**
 * Plan, apply, verify (architecture: exports). Exit codes: 0 in sync, also when nothing had to change and when the
 * plan waits for approval; 3 drift and unverifiable, since nobody saw the effect; 1 when it ended before a receipt.
 */
export async function runExport(run: ExportRun): Promise<Outcome> {
  const { store, control, approved, log } = run
  const receipts = await store.lastReceipts(control.target)
  const findings = await find(run, receipts[0])
  const { difference, held, desired } = findings
  const facts = {
    desired: desired.values.count,
    held: held.values.count,
    add: difference.add.count,
    remove: difference.remove.count,
  }
  log.info('the control was compared with the data collection', {
    target: control.target,
    ...facts,
    version: findings.collection.version,
  })
  assertRewritable(control, difference, desired.values)
  if (approved !== undefined) {
    await assertAsApproved(run, approved, findings)
    return await applyAndVerify(run, approved.planId, findings)
  }
  if (facts.add === 0 && facts.remove === 0) return await writeReceipt(run, null, findings, held, nothingApplied)
  const guards = guardResults({
    ...facts,
    wideCidrs: difference.wideCidrs,
    valuesMax: control.valuesMax,
    heldBefore: heldBefore(receipts),
  })
  for (const { guard, message } of guards.filter(({ tripped }) => tripped)) log.warn(`guard ${guard}: ${message}`)
  const values = await planFile(difference, desired.notTaken, run.tempPath)
  const plan = await store.createPlan(planOf(control, findings, guards), values)
  if (plan.state === 'waiting') return { message: waits(plan.guards, facts) }
  if (plan.state !== 'ready')
    throw new Error(
      `the hub put plan ${plan.id} into state ${plan.state}; nothing was changed on the control${why(plan)}`,
    )
  return await applyAndVerify(run, plan.id, findings)
}

async function find(run: ExportRun, last: Receipt | undefined): Promise<Findings> {
  const { store, control, tempPath } = run
  const collection = await collectionOf(run)
  if (collection.version === 0)
    throw new Error(
      `data collection ${collection.name} has not been refreshed yet, so what it holds is not known; nothing was changed`,
    )
  const desired = await desiredValues(store, collection, control, tempPath)
  const held = await heldValues(control, () => believedHeld(store, control, last, desired.values, tempPath), tempPath)
  const difference = await differenceOf(desired.values, held.values, tempPath)
  const checksum = await checksumOf(difference, collection.version, held.values.digest)
  return { collection, desired, held, difference, checksum }
}

/** An approved plan is judged by the version that it was made of, whatever has come since. */
async function collectionOf({ store, approved, collection }: ExportRun): Promise<CollectionVersion> {
  if (approved === undefined) return await store.collection(collection)
  const plan = await store.plan(approved.planId)
  return { id: plan.collectionId, name: plan.collectionName, version: plan.collectionVersion }
}

async function assertAsApproved(run: ExportRun, approved: ApprovedPlan, findings: Findings): Promise<void> {
  const refusal = await refusalOf(approved, findings, run)
  if (refusal === undefined) return
  const reason = `${refusal}; nothing was changed on the control`
  await run.store.setPlanState(approved.planId, { state: 'failed', reason: reason.slice(0, 2000) })
  throw new Error(`plan ${approved.planId} is refused: ${reason}`)
}

async function applyAndVerify(run: ExportRun, planId: string, findings: Findings): Promise<Outcome> {
  const { store } = run
  await store.setPlanState(planId, { state: 'applying' })
  try {
    const applied = await applyDifference(
      run.control,
      findings.difference,
      findings.desired.values,
      run.log,
      run.signal,
    )
    const outcome = await writeReceipt(run, planId, findings, await readBack(run, findings), applied)
    const failed = applied.problem !== undefined && outcome.partial === true
    await store.setPlanState(
      planId,
      failed ? { state: 'failed', reason: short(applied.problem) } : { state: 'applied' },
    )
    return outcome
  } catch (error) {
    // Best effort: told to end, the run may no longer reach the hub, which then sees that the plan's execution is over.
    await store
      .setPlanState(planId, { state: 'failed', reason: short(error) })
      .catch((untold: unknown) => run.log.error(`the hub was not told that the plan failed: ${String(untold)}`))
    throw error
  }
}

/** What the control holds after it was written to. A receipt is owed then, so a control that cannot be read makes it *unverifiable*. */
async function readBack({ control, tempPath, log, signal }: ExportRun, { desired }: Findings): Promise<HeldValues> {
  try {
    // Where the control can never be read, it is believed to hold what it was sent.
    return await heldValues(control, () => Promise.resolve(desired.values), tempPath)
  } catch (error) {
    signal.throwIfAborted()
    const notReadable = `the control could not be read after it was written to: ${short(error)}`
    log.error(notReadable)
    return { values: desired.values, notReadable: notReadable.slice(0, 2000) }
  }
}

function short(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 2000)
}

const nothingApplied: Applied = { added: 0, removed: 0, refused: [], problem: undefined }

async function writeReceipt(
  run: ExportRun,
  planId: string | null,
  findings: Findings,
  held: HeldValues,
  applied: Applied,
): Promise<Outcome> {
  const { control, tempPath } = run
  const { desired, difference, collection } = findings
  const finding = {
    control,
    desired: desired.values,
    held: held.values,
    notReadable: held.notReadable,
    applied,
    removed: difference.remove,
    notTaken: desired.notTaken,
    tempPath,
  }
  const verdict = await verify(finding)
  const receipt: CreateReceipt = {
    planId,
    collectionId: collection.id,
    collectionVersion: collection.version,
    target: control.target,
    state: verdict.state,
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    desired: desired.values.count,
    held: held.values.count,
    missing: verdict.missing,
    extra: verdict.extra,
    added: applied.added,
    removed: applied.removed,
    removedBy: difference.remove.count > 0 ? control.removedBy : null,
    notTaken: desired.notTaken.counts,
    unverifiedTransport: control.isUnverified,
  }
  await run.store.writeReceipt(receipt, verdict.values)
  return outcomeOf(receipt)
}

/** What the run says at its end. @see exitCodes */
function outcomeOf(receipt: CreateReceipt): Outcome {
  const { state, held, added, removed, reason } = receipt
  const change = added + removed === 0 ? 'unchanged' : `${added} added, ${removed} removed`
  const notTaken = Object.values(receipt.notTaken).reduce((sum, count) => sum + count, 0)
  const left = notTaken === 0 ? '' : `, ${notTaken} of the collection not taken`
  if (state === 'in-sync') return { message: `in sync: ${held} values held, ${change}${left}` }
  return { message: `${state}: ${reason ?? ''} (${held} held, ${change}${left})`, partial: state !== 'pending' }
}

function planOf(control: ExportControl, findings: Findings, guards: CreatePlan['guards']): CreatePlan {
  const { collection, desired, held, checksum } = findings
  return {
    collectionId: collection.id,
    collectionVersion: collection.version,
    target: control.target,
    desired: desired.values.count,
    held: held.values.count,
    heldDigest: held.values.digest,
    checksum,
    guards,
    notTaken: desired.notTaken.counts,
  }
}

/** A receipt that could not be verified says nothing about what was held; the newest that was says it. */
function heldBefore(receipts: readonly Receipt[]): number | undefined {
  return receipts.find(({ state }) => state === 'in-sync' || state === 'drift')?.held
}

/** What the hub itself found wrong with it. */
function why({ guards }: Pick<Plan, 'guards'>): string {
  const tripped = guards.filter((guard) => guard.tripped).map(({ message }) => message)
  return tripped.length === 0 ? '' : `: ${tripped.join(' ')}`
}

function waits(guards: CreatePlan['guards'], facts: { add: number; remove: number }): string {
  const tripped = guards.filter((guard) => guard.tripped).map(({ guard, message }) => `${guard} (${message})`)
  const why = tripped.length > 0 ? tripped.join('; ') : 'the job always asks'
  return `waits for approval: ${facts.add} to add, ${facts.remove} to remove; ${why}`
}

/** The exit code of an outcome; failures are thrown. */
export function exitCodeOf(outcome: Outcome): number {
  return outcome.partial === true ? exitCodes.partial : exitCodes.success
}
