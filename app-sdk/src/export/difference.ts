import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { compareSets } from './compare-sets.ts'
import type { Value } from './control.ts'
import { cidrPrefix, widestPrefixes } from './guards.ts'
import type { ValuesFile } from './plan-store.ts'
import { writeValuesFile } from './values-file.ts'
import { ValueSet } from './value-set.ts'
import { keyOf } from './values-stream.ts'

/** What has to change so that a control holds what is desired. */
export interface Difference {
  readonly add: ValueSet
  readonly remove: ValueSet
  /** Added blocks that are wider than a blocklist should hold; a few of them. */
  readonly wideCidrs: readonly string[]
}

const wideCidrsShownMax = 20

export async function differenceOf(desired: ValueSet, held: ValueSet, tempPath: string): Promise<Difference> {
  const add = await ValueSet.of(only('first', desired, held), tempPath)
  const remove = await ValueSet.of(only('second', desired, held), tempPath)
  const wideCidrs: string[] = []
  for await (const value of add.values())
    if (isWide(value) && wideCidrs.length < wideCidrsShownMax) wideCidrs.push(value[1])
  return { add, remove, wideCidrs }
}

async function* only(which: 'first' | 'second', desired: ValueSet, held: ValueSet): AsyncGenerator<Value> {
  for await (const compared of compareSets(desired, held)) if (compared.in === which) yield compared.value
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
  for await (const value of difference.add.values()) digest.update(`add\t${keyOf(value)}\n`)
  for await (const value of difference.remove.values()) digest.update(`remove\t${keyOf(value)}\n`)
  return digest.update(`${collectionVersion}\n${heldDigest}\n`).digest('hex')
}

/** The plan's values as they are sent. */
export function planFile(difference: Difference, tempPath: string): Promise<ValuesFile> {
  return writeValuesFile(join(tempPath, 'plan.ndjson.gz'), planLines(difference))
}

async function* planLines({ add, remove }: Difference): AsyncGenerator<readonly string[]> {
  for await (const [type, value] of add.values()) yield ['add', type, value]
  for await (const [type, value] of remove.values()) yield ['remove', type, value]
}

function isWide([type, value]: Value): boolean {
  if (type !== 'CIDR') return false
  const prefix = cidrPrefix(value)
  return prefix !== undefined && prefix.bits < (prefix.version === 4 ? widestPrefixes.v4 : widestPrefixes.v6)
}
