import { limits } from '@postern/protocol'
import * as z from 'zod'

/** How many rows the caller wants in one answer. */
export const pageLimit = z.coerce.number().int().min(1).max(limits.pageRowsMax).default(limits.pageRowsDefault)

/** What every route takes that lists rows: where to begin, as the page before said it, and how many to give. */
export function pageQuery<Cursor extends z.ZodType<string>>(cursor: Cursor) {
  return z.object({ cursor: cursor.optional(), limit: pageLimit })
}
