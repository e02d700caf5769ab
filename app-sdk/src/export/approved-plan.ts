import { compareSets } from './compare-sets.ts'
import type { ExportControl } from './control.ts'
import { desiredValues } from './desired-values.ts'
import type { Difference } from './difference.ts'
import type { CollectionVersion, PlanStore } from './plan-store.ts'
import { valueOf } from './value-key.ts'
import type { ValueSet } from './value-set.ts'

/** A plan that a person approved, as the signed command names it (D5). */
export interface ApprovedPlan {
  readonly planId: string
  readonly checksum: string
}

/** The same plan as this run finds it. */
export interface FoundAgain {
  /** At the version that the plan was made of. */
  readonly collection: CollectionVersion
  readonly difference: Difference
  readonly checksum: string
}

const namedMax = 5

/**
 * Why an approved plan must not be applied; nothing where it may. It is applied as it was shown or not at all, so it is refused when
 * the control, or what the hub gives of its version, is another than it was. And it is refused when the library has since come to want
 * the opposite: a value that it would put in has left the data collection, or one that it would take out is back. What has merely come
 * on top waits for the next plan.
 */
export async function refusalOf(
  approved: ApprovedPlan,
  found: FoundAgain,
  ground: { readonly store: PlanStore; readonly control: ExportControl; readonly tempPath: string },
): Promise<string | undefined> {
  if (found.checksum !== approved.checksum)
    return 'the control has changed since the plan was approved, or an exclusion was made, so the plan would now be another'
  const newest = await ground.store.collection(found.collection.id)
  if (newest.version === found.collection.version) return undefined
  const desired = (await desiredValues(ground.store, newest, ground.control, ground.tempPath)).values
  const left = await keysIn('first', found.difference.add, desired)
  const back = await keysIn('both', found.difference.remove, desired)
  if (left.count === 0 && back.count === 0) return undefined
  return `the library has changed since the plan was made: ${left.count} of its values to add have left the data collection${left.named}, ${back.count} to remove are wanted again${back.named}`
}

async function keysIn(
  where: 'first' | 'both',
  first: ValueSet,
  second: ValueSet,
): Promise<{ readonly count: number; readonly named: string }> {
  let count = 0
  const shown: string[] = []
  for await (const block of compareSets(first, second)) {
    for (const compared of block) {
      if (compared.in !== where) continue
      count += 1
      if (shown.length < namedMax) shown.push(valueOf(compared.key)[1])
    }
  }
  const more = count > shown.length ? ', …' : ''
  return { count, named: count === 0 ? '' : ` (${shown.join(', ')}${more})` }
}
