import { attributeLimits } from '@postern/intel'
import type { AttributeType } from '@postern/protocol'
import { capitalised } from '../format/capitalised.ts'
import { formatCount, formatCountOf } from '../format/quantities.ts'

/** What a value must be, in a few words; undefined where it may be anything. */
export function rulesInWords({ lengthMax, pattern, choices }: AttributeType): string | undefined {
  const rules = [
    ...(choices === null ? [] : [`one of ${formatCountOf(choices.length, 'choice')}`]),
    ...(pattern === null ? [] : [`matches ${pattern}`]),
    ...(lengthMax === attributeLimits.valueLengthMax ? [] : [`at most ${formatCount(lengthMax)} characters`]),
  ]
  return rules.length === 0 ? undefined : rules.join('; ')
}

/** What may have it, in a few words. */
export function bearersInWords({ indicatorTypes, groupTypes }: AttributeType): string {
  const parts = [wordsOf('indicators', indicatorTypes), wordsOf('groups', groupTypes)].filter((part) => part !== '')
  return parts.length === 0 ? 'Nothing' : capitalised(parts.join(', '))
}

function wordsOf(noun: string, types: readonly string[] | null): string {
  if (types === null) return `all ${noun}`
  return types.join(', ')
}
