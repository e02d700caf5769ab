import * as z from 'zod'

/** What a bigint identity can be: no sign, no leading zero, no more digits than it has room for. */
const pattern = /^[1-9]\d{0,17}$/

/** A row's id in a path or a query. */
export const rowId = z.string().regex(pattern)

/** Ids come from outside as opaque text; what is no number is no id of ours. */
export function isRowId(text: string): boolean {
  return pattern.test(text)
}
