import type { IndicatorType } from '../indicators/indicator-types.ts'
import { stixId } from './stix-id.ts'
import { stixPattern } from './stix-pattern.ts'

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
  /** A revoked object is posted again under the same id with a later `modified` (D6). Default false, and then not written. */
  readonly revoked?: boolean
  /** Default: made from type and value alone, so that the same value always has the same id. */
  readonly id?: `indicator--${string}`
  readonly name?: string
  readonly description?: string
  /** Default: `created`. */
  readonly validFrom?: Date
  /** After `validFrom`. */
  readonly validUntil?: Date
  /** An `identity--…` id. */
  readonly createdByRef?: string
  /** Ids of marking definitions. */
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

/**
 * Builds the STIX 2.0 indicator of one value; `undefined` where `stixPattern` has none for it. Throws a RangeError where the caller broke the
 * standard: no labels, `modified` before `created`, `validUntil` not after `validFrom`, an invalid date.
 */
export function stix20Indicator(source: Stix20IndicatorSource): Stix20Indicator | undefined {
  const pattern = stixPattern(source.type, source.value)
  if (pattern === undefined) return undefined
  const validFrom = source.validFrom ?? source.created
  if (source.labels.length === 0) throw new RangeError('A STIX 2.0 indicator has at least one label.')
  if (source.modified < source.created) throw new RangeError('A STIX object cannot be modified before it was created.')
  if (source.validUntil && source.validUntil <= validFrom)
    throw new RangeError('valid_until must be later than valid_from.')
  return {
    type: 'indicator',
    id: source.id ?? stixId('indicator', source.type, source.value),
    ...(source.createdByRef === undefined ? {} : { created_by_ref: source.createdByRef }),
    created: source.created.toISOString(),
    modified: source.modified.toISOString(),
    ...(source.revoked ? { revoked: true } : {}),
    labels: [...source.labels],
    ...(source.objectMarkingRefs?.length ? { object_marking_refs: [...source.objectMarkingRefs] } : {}),
    ...(source.name === undefined ? {} : { name: source.name }),
    ...(source.description === undefined ? {} : { description: source.description }),
    pattern,
    valid_from: validFrom.toISOString(),
    ...(source.validUntil ? { valid_until: source.validUntil.toISOString() } : {}),
  }
}
