import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isTooWide, prefixesMinDefault } from '@postern/intel'
import { onlyIn } from './compare-sets.ts'
import type { NotTaken } from './not-taken.ts'
import type { ValuesFile } from './plan-store.ts'
import { writeValuesFile } from './values-file.ts'
import { ValueSet } from './value-set.ts'

/** What has to change so that a control holds what is desired. */
export interface Difference {
  readonly add: ValueSet
  readonly remove: ValueSet
  /** Added blocks that are wider than a blocklist should hold; a few of them. */
  readonly wideCidrs: readonly string[]
}

const wideCidrsShownMax = 20

export async function differenceOf(desired: ValueSet, held: ValueSet, tempPath: string): Promise<Difference> {
  const add = await ValueSet.ofKeys(onlyIn('first', desired, held), tempPath)
  const remove = await ValueSet.ofKeys(onlyIn('second', desired, held), tempPath)
  const wideCidrs: string[] = []
  for await (const values of add.values()) {
    for (const value of values)
      if (isTooWide(...value, prefixesMinDefault) && wideCidrs.length < wideCidrsShownMax) wideCidrs.push(value[1])
  }
  return { add, remove, wideCidrs }
}

/**
 * The plan's checksum (D5): SHA-256 over the sorted lines `add|remove TAB type TAB value LF`, then the collection's
 * version, then the digest of what was held, each with LF. The hub computes the same from the values it is sent.
 */
export async function checksumOf(
  difference: Difference,
  collectionVersion: number,
  heldDigest: string,
): Promise<string> {
  const digest = createHash('sha256')
  // `add` sorts before `remove`, and each set is sorted, so the lines come in order.
  for await (const keys of difference.add.keys()) digest.update(keys.map((key) => `add\t${key}\n`).join(''))
  for await (const keys of difference.remove.keys()) digest.update(keys.map((key) => `remove\t${key}\n`).join(''))
  return digest.update(`${collectionVersion}\n${heldDigest}\n`).digest('hex')
}

/** The plan's values as they are sent, with what the app leaves out and why. */
export function planFile(difference: Difference, notTaken: NotTaken, tempPath: string): Promise<ValuesFile> {
  return writeValuesFile(join(tempPath, 'plan.ndjson.gz'), planLines(difference, notTaken))
}

async function* planLines(
  { add, remove }: Difference,
  notTaken: NotTaken,
): AsyncGenerator<readonly (readonly string[])[]> {
  for await (const values of add.values()) yield values.map(([type, value]) => ['add', type, value])
  for await (const values of remove.values()) yield values.map(([type, value]) => ['remove', type, value])
  yield* notTaken.lines()
}
