import type { IndicatorType } from '../indicators/indicator-types.ts'

export function stixPattern(type: IndicatorType, value: string): string | undefined {
  throw new Error(`being written: ${type} ${value}`)
}
