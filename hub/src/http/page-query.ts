import { limits } from '@postern/protocol'
import * as z from 'zod'

/** How many rows the caller wants in one answer. */
export const pageLimit = z.coerce.number().int().min(1).max(limits.pageRowsMax).default(limits.pageRowsDefault)

/** Where a page begins. Answers say `next` (D17), which is what the page behind them is, and not where they began. */
export function pageCursor<Cursor extends z.ZodType<string>>(cursor: Cursor) {
  return cursor.optional().describe('What the page before gave as `next`; the first page without it')
}

/** What every route takes that lists rows: where to begin, as the page before said it, and how many to give. */
export function pageQuery<Cursor extends z.ZodType<string>>(cursor: Cursor) {
  return z.object({ cursor: pageCursor(cursor), limit: pageLimit })
}

/** A query that stands in the address. */
export const queryInAddress = z
  .string()
  .max(limits.queryInAddressLengthMax)
  .optional()
  .describe(
    'A query in TQL; without it everything is found. Escaped, and with every header, it must fit into 16 KB: longer ones go by POST',
  )
