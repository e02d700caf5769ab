import * as z from 'zod/mini'
import { Exclusion } from './exclusion.ts'
import { IndicatorDetail, IndicatorExports } from './library.ts'
import { IndicatorLifecycle } from './lifecycle.ts'

/** An indicator that owners assert, from assertion to receipt: who says what of it, what is in force and why, and where it goes. */
export const ExplainedIndicator = z.object({
  indicator: IndicatorDetail,
  lifecycle: IndicatorLifecycle,
  exports: IndicatorExports,
})
export type ExplainedIndicator = z.infer<typeof ExplainedIndicator>

/** What no owner asserts. */
export const UnassertedIndicator = z.object({
  type: z.string(),
  value: z.string(),
  /** What exclusion lists would say of it, if an owner asserted it. */
  exclusions: z.array(Exclusion),
  /** Where it is all the same, because owners took their word back since; what plans do with it; and what stands for it too. */
  exports: IndicatorExports,
})
export type UnassertedIndicator = z.infer<typeof UnassertedIndicator>

/**
 * Why a value is on a control, on a list and in a TAXII collection, and why it is not; of each type that the value can be. `invalid` where
 * it can be none.
 */
export const Explanation = z.object({
  /** What the library holds of it; several where it is several hashes of a file, or can be of several types. */
  indicators: z.array(ExplainedIndicator),
  /** What no owner asserts and controls hold still; and where there is neither, what the value would be read as. */
  unasserted: z.array(UnassertedIndicator),
})
export type Explanation = z.infer<typeof Explanation>
