import * as z from 'zod/mini'

/** What is asked about, as it stands in the address: `?value=evil.example.com`. */
export interface ExplainSearch {
  value?: string
}

export const valueLengthMax = 2000

const Value = z.string().check(z.minLength(1), z.maxLength(valueLengthMax))

/** Reads it from the address; what makes no sense is left out. */
export function readExplainSearch(search: Record<string, unknown>): ExplainSearch {
  const value = z.safeParse(Value, search['value']).data?.trim()
  return value ? { value } : {}
}
