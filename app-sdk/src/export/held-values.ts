import { HubProblem } from '../net/hub-session.ts'
import { onlyIn } from './compare-sets.ts'
import { NotReadable } from './control.ts'
import type { ExportControl } from './control.ts'
import { desiredValues } from './desired-values.ts'
import type { PlanStore } from './plan-store.ts'
import { ValueSet } from './value-set.ts'

/** What a control holds, or is believed to hold. */
export interface HeldValues {
  readonly values: ValueSet
  /** Why it could not be read; `values` is then what the last receipt's version held. */
  readonly notReadable: string | undefined
}

/** Asks the control what it holds. */
export async function heldValues(
  control: ExportControl,
  believed: () => Promise<ValueSet>,
  tempPath: string,
): Promise<HeldValues> {
  try {
    return { values: await ValueSet.of(control.held(), tempPath), notReadable: undefined }
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error
    return { values: await believed(), notReadable: error.message }
  }
}

/**
 * What a control that cannot be read should hold since the last receipt: what this version of the collection had for it.
 * Nothing on a first run, or when the version is no longer kept: then everything is sent again. Where applying broke off, how far it came is
 * not known: then what has left since is taken out, and all that is desired is sent again.
 */
export async function believedHeld(
  store: PlanStore,
  control: ExportControl,
  last:
    | { readonly planId: string | null; readonly collectionId: string; readonly collectionVersion: number }
    | undefined,
  desired: ValueSet,
  tempPath: string,
): Promise<ValueSet> {
  if (last === undefined) return await ValueSet.of([], tempPath)
  try {
    const version = { id: last.collectionId, version: last.collectionVersion }
    const sent = (await desiredValues(store, version, control, tempPath)).values
    const brokeOff = last.planId !== null && (await store.plan(last.planId)).state !== 'applied'
    return brokeOff ? await ValueSet.ofKeys(onlyIn('first', sent, desired), tempPath) : sent
  } catch (error) {
    if (error instanceof HubProblem && error.status === 404) return await ValueSet.of([], tempPath)
    throw error
  }
}
