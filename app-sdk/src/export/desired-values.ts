import type { ExportControl, Value } from './control.ts'
import { NotTaken } from './not-taken.ts'
import type { CollectionVersion, PlanStore } from './plan-store.ts'
import { keyOf } from './value-key.ts'
import { ValueSet } from './value-set.ts'

/** What a control should hold of a collection's version, and what of it the control cannot take. */
export interface DesiredValues {
  readonly values: ValueSet
  /** What the hub left out (TLP, exclusion lists) is counted among them. */
  readonly notTaken: NotTaken
}

/** Reads a version to its checked end before anything is concluded from it. */
export async function desiredValues(
  store: PlanStore,
  collection: Pick<CollectionVersion, 'id' | 'version'>,
  control: ExportControl,
  tempPath: string,
): Promise<DesiredValues> {
  const notTaken = new NotTaken()
  const version = await store.values(collection.id, collection.version)
  const values = await ValueSet.ofKeys(taken(version.values, control, notTaken), tempPath)
  for (const [reason, count] of Object.entries(version.leftOut())) notTaken.count(reason, count)
  return { values, notTaken }
}

async function* taken(
  blocks: AsyncIterable<readonly Value[]>,
  control: ExportControl,
  notTaken: NotTaken,
): AsyncGenerator<readonly string[]> {
  for await (const values of blocks) {
    const keys: string[] = []
    for (const value of values) {
      const verdict = control.accepts(...value)
      if (verdict === true) {
        notTaken.took(value)
        keys.push(keyOf(value))
      } else notTaken.add(value, verdict)
    }
    yield keys
  }
}
