import type { IndicatorType } from './indicator-types.ts'
import type { CanonicaliseResult } from './refusal.ts'

/** Raised when a rule changes what a value becomes; stored beside each indicator (D1). */
export const canonicalVersion = 1

export function canonicalise(type: IndicatorType, raw: string): CanonicaliseResult {
  throw new Error(`being written: ${type} ${raw}`)
}
