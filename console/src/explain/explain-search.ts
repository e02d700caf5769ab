import { type IndicatorType, parseIndicatorType, valueLengthMax as lengthMaxByType } from '@postern/intel'
import * as z from 'zod/mini'

/** What is asked about, as it stands in the address: `?value=evil.example.com`. */
export interface ExplainSearch {
  value?: string
  /** Every type that the value can be, where it is absent. */
  type?: IndicatorType
}

/** As long as the longest value of the library. */
export const valueLengthMax = lengthMaxByType.URL

const Value = z.string().check(z.minLength(1), z.maxLength(valueLengthMax))

/** Reads it from the address; what makes no sense is left out. */
export function readExplainSearch(search: Record<string, unknown>): ExplainSearch {
  const value = z.safeParse(Value, search['value']).data?.trim()
  const type = parseIndicatorType(String(search['type'] ?? ''))
  return { ...(value && { value }), ...(value && type && { type }) }
}
