import { canonicalise, type IndicatorType, readIndicatorLine } from '@postern/intel'
import { HubRefusal } from '../hub-api.ts'
import { say } from '../say.ts'
import { givenValues } from './given-values.ts'
import { indicatorTypeNamed } from './indicator-type-named.ts'

type Change = (indicator: { type: IndicatorType; value: string }) => Promise<void>

/**
 * One value after the other; what is refused of one stops no other, and ends with exit code 3.
 * @param absent why one is not there, up to its name
 */
export async function ofEachValue(
  values: readonly string[],
  options: { type?: string; file?: string },
  absent: string,
  change: Change,
): Promise<void> {
  const type = indicatorTypeNamed(options.type)
  for (const line of await givenValues(values, options.file)) {
    const why = await refusalOf(line, type, absent, change)
    if (why === undefined) continue
    say.error(`${line}: ${why}`)
    process.exitCode = 3
  }
}

/** @returns why the value was not changed */
async function refusalOf(
  line: string,
  type: IndicatorType | undefined,
  absent: string,
  change: Change,
): Promise<string | undefined> {
  const read = readIndicatorLine(line, type)
  if (read === undefined) return undefined
  if (!read.ok) return read.reason
  const canonical = canonicalise(read.type, read.value)
  if (!canonical.ok) return canonical.message
  try {
    await change({ type: read.type, value: canonical.value })
    return undefined
  } catch (refusal) {
    // Nothing of the kind is about one value: a hub that is gone, a right that is missing.
    if (!(refusal instanceof HubRefusal) || !aboutOne.has(refusal.code)) throw refusal
    return refusal.code === 'not-found' ? `${absent} the ${read.type} ${canonical.value}.` : refusal.message
  }
}

const aboutOne: ReadonlySet<string> = new Set(['not-found', 'invalid', 'conflict', 'outdated'])
