import { escapeStixPatternString } from '../escape/stix-pattern-string.ts'
import type { IndicatorType } from '../indicators/indicator-types.ts'
import { patternKinds } from './pattern-kinds.ts'

/**
 * The STIX pattern for one canonical value: a single `=` comparison, valid in 2.0 and 2.1. `undefined` where STIX has no simple one:
 * every Hashtag, and a Registry Key with a value name.
 */
export function stixPattern(type: IndicatorType, value: string): string | undefined {
  for (const kind of patternKinds) {
    if (kind.type !== type || !kind.takes(value)) continue
    return kind.isNumber
      ? `[${kind.objectPath} = ${value.replace(/^ASN/, '')}]`
      : `[${kind.objectPath} = '${escapeStixPatternString(value)}']`
  }
  return undefined
}
