import type { IndicatorType } from '../indicators/indicator-types.ts'

/** What a STIX 2.0 indicator is made of. */
export interface Stix20IndicatorSource {
  readonly type: IndicatorType
  /** The canonical value. */
  readonly value: string
  readonly created: Date
  /** Not before `created`. Two versions of one object differ in it (STIX 2.0 part 1, 3.4). */
  readonly modified: Date
  /** At least one; STIX 2.0 demands it of indicators. */
  readonly labels: readonly string[]
  readonly revoked?: boolean
  /** Default: made from type and value alone, so that the same value always has the same id. */
  readonly id?: `indicator--${string}`
  readonly name?: string
  readonly description?: string
  /** Default: `created`. */
  readonly validFrom?: Date
  /** After `validFrom`. */
  readonly validUntil?: Date
  readonly createdByRef?: string
  readonly objectMarkingRefs?: readonly string[]
}

/** A STIX 2.0 indicator as it goes over the wire (STIX 2.0 part 2, 2.5). */
export interface Stix20Indicator {
  type: 'indicator'
  id: `indicator--${string}`
  created_by_ref?: string
  created: string
  modified: string
  revoked?: true
  labels: string[]
  object_marking_refs?: string[]
  name?: string
  description?: string
  pattern: string
  valid_from: string
  valid_until?: string
}

export function stix20Indicator(source: Stix20IndicatorSource): Stix20Indicator | undefined {
  throw new Error(`being written: ${source.value}`)
}
