import type { IndicatorType } from '../indicators/indicator-types.ts'
export interface PatternValue {
  readonly type: IndicatorType
  readonly value: string
}
export function readSimpleStixPattern(pattern: string): PatternValue | undefined {
  throw new Error(`being written: ${pattern}`)
}
