import { indicatorPattern } from '../indicator-pattern.ts'
import {
  laterOf,
  posternProperties,
  stix21Indicator,
  stixMarkingRefs,
  stixValidity,
  type StixIndicatorSource,
} from '../stix21-indicator.ts'
import { stixId } from '../stix-id.ts'
import type { StixSpecVersion } from '../tlp-marking.ts'
import type { StixOutputObject } from './stix-output.ts'

/** The indicator of one value in either version. 2.0 demands labels, and gets `malicious-activity` where there are no tags. */
export function stixIndicatorObject(source: StixIndicatorSource, specVersion: StixSpecVersion): StixOutputObject {
  if (specVersion === '2.1') return { ...stix21Indicator(source) }
  const markingRefs = stixMarkingRefs(source, '2.0')
  return {
    type: 'indicator',
    id: source.id ?? stixId('indicator', source.type, source.value),
    ...(source.createdByRef === undefined ? {} : { created_by_ref: source.createdByRef }),
    created: source.created.toISOString(),
    modified: laterOf(source.created, source.modified).toISOString(),
    ...(source.revoked === true ? { revoked: true } : {}),
    labels: source.tags?.length ? [...source.tags] : [defaultLabel],
    ...(markingRefs.length > 0 ? { object_marking_refs: markingRefs } : {}),
    name: source.value,
    pattern: indicatorPattern(source.type, source.value),
    ...stixValidity(source),
    ...(source.confidence === null || source.confidence === undefined
      ? {}
      : { x_postern_confidence: Math.round(source.confidence) }),
    ...(source.tags?.length ? {} : { x_postern_untagged: true }),
    ...posternProperties(source),
  }
}

/** A word of 2.0's open vocabulary, for what has no tags and must have labels; `x_postern_untagged` stands beside it. */
export const defaultLabel = 'malicious-activity'

/**
 * A kept indicator object with what the library says of its one value now. Its id, pattern and everything that the library has no place
 * for stay.
 */
export function updatedIndicatorObject(kept: StixOutputObject, source: StixIndicatorSource): StixOutputObject {
  const specVersion = kept['spec_version'] === '2.1' ? '2.1' : '2.0'
  const { created, name, pattern, pattern_type, description } = kept
  const built = stixIndicatorObject({ ...source, id: kept.id }, specVersion)
  const { x_postern_attributes: attributes, ...rest } = built
  const said: Record<string, unknown> = { ...kept }
  for (const property of overlaid) delete said[property]
  return {
    ...said,
    ...rest,
    type: kept.type,
    id: kept.id,
    ...(typeof created === 'string' ? { created } : {}),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(pattern_type === undefined ? {} : { pattern_type }),
    ...(attributes === undefined ? {} : { x_postern_attributes: attributes }),
  }
}

/** What the library decides alone. */
const overlaid = [
  'revoked',
  'labels',
  'indicator_types',
  'confidence',
  'object_marking_refs',
  'valid_until',
  'x_postern_rating',
  'x_postern_status',
  'x_postern_private',
  'x_postern_last_seen',
]
