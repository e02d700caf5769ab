import type { IndicatorType } from './indicator-types.ts'
export function detectType(raw: string): IndicatorType | undefined {
  throw new Error(`being written: ${raw}`)
}
