import * as z from 'zod/mini'
import { Count, Id } from '../primitives.ts'
import { IndicatorTotal } from './library.ts'

/**
 * What rules would do at once, before they are saved (D44): exact for up to 10,000 values, and beyond that estimated, as `total` says for
 * every number here.
 */
export const DeprecationPreview = z.object({
  /** Values that the owner asserts. */
  total: IndicatorTotal,
  /** Of these, those that a rule holds for. */
  covered: Count,
  /** Those that had no confidence and get one. */
  given: Count,
  raised: Count,
  lowered: Count,
  /** Those that become inactive. */
  inactive: Count,
  deleted: Count,
  /** Those whose members would change, the most changed first, of what the caller may see. */
  collections: z.array(z.object({ id: Id, name: z.string(), enter: Count, leave: Count })),
  /** Data collections for which there was no time, or whose queries cannot be read any more; beyond the first 1,000 one stands for all. */
  collectionsNotCompared: Count,
})
export type DeprecationPreview = z.infer<typeof DeprecationPreview>
