import type { IndicatorType } from '../indicators/indicator-types.ts'
import type { TlpLevel } from '../tlp.ts'
import { indicatorPattern } from './indicator-pattern.ts'
import { stixId } from './stix-id.ts'
import { tlpMarkingRefs } from './tlp-marking.ts'

/** What one value of the library says as a STIX indicator. Null and undefined alike: nothing is known of it. */
export interface StixIndicatorSource {
  readonly type: IndicatorType
  /** The canonical value. */
  readonly value: string
  readonly created: Date
  /** Of this version; one before `created` counts as `created`, since STIX permits no other. */
  readonly modified: Date
  /** When it was seen first; `created` where unknown, since STIX demands a `valid_from`. */
  readonly firstSeen?: Date | null | undefined
  readonly lastSeen?: Date | null | undefined
  /** When it expires. */
  readonly expires?: Date | null | undefined
  readonly tlp?: TlpLevel | null | undefined
  /** 0 to 100. */
  readonly confidence?: number | null | undefined
  /** 0 to 5. */
  readonly rating?: number | null | undefined
  readonly tags?: readonly string[] | undefined
  /** Taken back: the same object, said again with a later `modified` (D6). */
  readonly revoked?: boolean | undefined
  readonly status?: string | null | undefined
  readonly private?: boolean | undefined
  readonly attributes?: readonly StixAttribute[] | undefined
  /** Further markings than the TLP's. */
  readonly markingRefs?: readonly string[] | undefined
  readonly createdByRef?: string | undefined
  /** Default: made from type and value alone, so that the same value always has the same id (D6). */
  readonly id?: string | undefined
}

/** An attribute as `x_postern_attributes` carries it. */
export interface StixAttribute {
  readonly type: string
  readonly value: string
  readonly source?: string
  readonly displayed?: true
  readonly pinned?: true
}

/**
 * A STIX 2.1 indicator (part 4.7), its properties in the standard's order. What STIX has no word for stands in properties that begin
 * with `x_postern_`; readers that do not know them pass over them.
 */
export interface Stix21Indicator {
  type: 'indicator'
  spec_version: '2.1'
  id: string
  created_by_ref?: string
  created: string
  modified: string
  revoked?: true
  labels?: string[]
  confidence?: number
  object_marking_refs?: string[]
  name: string
  pattern: string
  pattern_type: 'stix'
  valid_from: string
  valid_until?: string
  x_postern_rating?: number
  x_postern_last_seen?: string
  x_postern_status?: string
  x_postern_private?: true
  x_postern_attributes?: StixAttribute[]
}

/**
 * The STIX 2.1 indicator of one value: the same source gives the same object, byte for byte through JSON.stringify. Every type has one.
 * A `valid_until` that is not later than `valid_from`, which STIX forbids, moves `valid_from` to the millisecond before it.
 * @throws RangeError for an invalid date, a confidence outside 0 to 100
 */
export function stix21Indicator(source: StixIndicatorSource): Stix21Indicator {
  const validity = stixValidity(source)
  const markingRefs = stixMarkingRefs(source, '2.1')
  return {
    type: 'indicator',
    spec_version: '2.1',
    id: source.id ?? stixId('indicator', source.type, source.value),
    ...(source.createdByRef === undefined ? {} : { created_by_ref: source.createdByRef }),
    created: source.created.toISOString(),
    modified: laterOf(source.created, source.modified).toISOString(),
    ...(source.revoked === true ? { revoked: true } : {}),
    ...(source.tags?.length ? { labels: [...source.tags] } : {}),
    ...(source.confidence === null || source.confidence === undefined
      ? {}
      : { confidence: stixConfidence(source.confidence) }),
    ...(markingRefs.length > 0 ? { object_marking_refs: markingRefs } : {}),
    name: source.value,
    pattern: indicatorPattern(source.type, source.value),
    pattern_type: 'stix',
    ...validity,
    ...posternProperties(source),
  }
}

/** Of the TLP first, then the source's own, each once. */
export function stixMarkingRefs(source: StixIndicatorSource, specVersion: '2.0' | '2.1'): string[] {
  const ofTlp = source.tlp ? tlpMarkingRefs(source.tlp, specVersion) : []
  return [...new Set([...ofTlp, ...(source.markingRefs ?? [])])]
}

/**
 * From the first sighting, else from when it was made, until it expires. `valid_until` has to be later than `valid_from` (STIX 2.1, 4.7):
 * where it is not, `valid_from` is set a millisecond before it.
 */
export function stixValidity({ created, firstSeen, expires }: StixIndicatorSource): {
  valid_from: string
  valid_until?: string
} {
  const from = firstSeen ?? created
  if (!expires) return { valid_from: from.toISOString() }
  const before = expires <= from ? new Date(expires.getTime() - 1) : from
  return { valid_from: before.toISOString(), valid_until: expires.toISOString() }
}

/** What neither version of STIX has a word for. */
export function posternProperties({
  rating,
  lastSeen,
  status,
  private: isPrivate,
  attributes,
}: StixIndicatorSource): Pick<
  Stix21Indicator,
  'x_postern_rating' | 'x_postern_last_seen' | 'x_postern_status' | 'x_postern_private' | 'x_postern_attributes'
> {
  return {
    ...(rating === null || rating === undefined ? {} : { x_postern_rating: rating }),
    ...(lastSeen ? { x_postern_last_seen: lastSeen.toISOString() } : {}),
    ...(status ? { x_postern_status: status } : {}),
    ...(isPrivate === true ? { x_postern_private: true } : {}),
    ...(attributes?.length ? { x_postern_attributes: [...attributes] } : {}),
  }
}

export function stixConfidence(confidence: number): number {
  if (!(confidence >= 0 && confidence <= 100)) throw new RangeError('A confidence goes from 0 to 100.')
  return Math.round(confidence)
}

export function laterOf(a: Date, b: Date): Date {
  return b < a ? a : b
}
