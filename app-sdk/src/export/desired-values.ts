import type { ExportControl, Value } from './control.ts'
import type { CollectionVersion, PlanStore } from './plan-store.ts'
import { keyOf } from './value-key.ts'
import { ValueSet } from './value-set.ts'

/** What a control should hold of a collection's version, and what of it the control cannot take. */
export interface DesiredValues {
  readonly values: ValueSet
  /** Counts by reason; what the hub left out (TLP, exclusion lists) is among them. */
  readonly notTaken: Readonly<Record<string, number>>
}

/** Reads a version to its checked end before anything is concluded from it. */
export async function desiredValues(
  store: PlanStore,
  collection: Pick<CollectionVersion, 'id' | 'version'>,
  control: ExportControl,
  tempPath: string,
): Promise<DesiredValues> {
  const notTaken = new Map<string, number>()
  const version = await store.values(collection.id, collection.version)
  const values = await ValueSet.ofKeys(taken(version.values, control, notTaken), tempPath)
  for (const [reason, count] of Object.entries(version.leftOut()))
    notTaken.set(reason, (notTaken.get(reason) ?? 0) + count)
  return { values, notTaken: Object.fromEntries(notTaken) }
}

async function* taken(
  blocks: AsyncIterable<readonly Value[]>,
  control: ExportControl,
  notTaken: Map<string, number>,
): AsyncGenerator<readonly string[]> {
  for await (const values of blocks) {
    const keys: string[] = []
    for (const value of values) {
      const verdict = control.accepts(...value)
      if (verdict === true) keys.push(keyOf(value))
      else notTaken.set(verdict, (notTaken.get(verdict) ?? 0) + 1)
    }
    yield keys
  }
}
