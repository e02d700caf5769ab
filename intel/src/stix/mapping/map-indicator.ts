import { canonicalise } from '../../indicators/canonicalise.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import { readStixPattern } from '../pattern/pattern-values.ts'
import type { IndicatorItem, NamedItem, PlacedValue } from './library-item.ts'
import { attributesOf, instantOf, tagsOf, textOf } from './read-properties.ts'

/** What an indicator object is: values of the library, or a pattern that no set of values can say, or nothing that can be read. */
export type MappedIndicator =
  | { readonly kind: 'values'; readonly values: readonly PlacedValue[] }
  | { readonly kind: 'signature'; readonly language: string; readonly reason: string }
  | { readonly kind: 'invalid'; readonly reason: string }

export function mapIndicator(object: StixObject): MappedIndicator {
  const pattern = textOf(object, 'pattern')
  if (pattern === undefined) return { kind: 'invalid', reason: 'Its pattern is empty.' }
  const language = textOf(object, 'pattern_type') ?? 'stix'
  if (language !== 'stix') {
    return pattern.length > foreignPatternLengthMax
      ? { kind: 'invalid', reason: `Its pattern has more than ${foreignPatternLengthMax} characters.` }
      : { kind: 'signature', language, reason: `Its pattern is written in ${language.slice(0, 50)}.` }
  }
  const reading = readStixPattern(pattern)
  if (reading.kind === 'invalid')
    return {
      kind: 'invalid',
      reason: `Its pattern cannot be read, at character ${reading.offset + 1}: ${reading.message}`,
    }
  if (reading.kind === 'whole') return { kind: 'signature', language, reason: reading.reason }
  const values: PlacedValue[] = []
  for (const { type, value } of reading.values) {
    const canonical = canonicalise(type, value)
    if (!canonical.ok)
      return { kind: 'signature', language, reason: `The library takes no such ${type}: ${canonical.message}` }
    if (!values.some((known) => known.value === canonical.value && known.type === type))
      values.push({ type, value: canonical.value })
  }
  return { kind: 'values', values }
}

/** YARA and Sigma rules are longer than STIX patterns; they are text to us. */
export const foreignPatternLengthMax = 500_000

/**
 * The items of an indicator object, one for each of its values. A revoked one makes them inactive: its owner no longer says so, and who
 * looks the value up still sees that it was said.
 */
export function indicatorItems(
  object: StixObject,
  values: readonly PlacedValue[],
  securityLabel: NamedItem[],
): IndicatorItem[] {
  const shared: Partial<IndicatorItem> = { active: object['revoked'] !== true }
  const { x_postern_rating: rating } = object
  const confidence = object['confidence'] ?? object['x_postern_confidence']
  if (typeof confidence === 'number' && confidence >= 0 && confidence <= 100) shared.confidence = confidence
  if (typeof rating === 'number' && rating >= 0 && rating <= 5) shared.rating = rating
  if (object['x_postern_private'] === true) shared.privateFlag = true
  const status = textOf(object, 'x_postern_status')
  if (status !== undefined && statuses.has(status)) shared.status = status
  const firstSeen = instantOf(object, 'valid_from')
  if (firstSeen !== undefined) shared.firstSeen = firstSeen
  const lastSeen = instantOf(object, 'x_postern_last_seen')
  if (lastSeen !== undefined) shared.lastSeen = lastSeen
  const expires = instantOf(object, 'valid_until')
  if (expires !== undefined) shared.externalDateExpires = expires
  const tag = tagsOf(object)
  if (tag.length > 0) shared.tag = tag
  if (securityLabel.length > 0) shared.securityLabel = securityLabel
  const attribute = attributesOf(object)
  const name = textOf(object, 'name')
  if (name !== undefined && !values.some(({ value }) => value === name))
    attribute.unshift({ type: 'Name', value: name.slice(0, 1000) })
  if (attribute.length > 0) shared.attribute = attribute
  return values.map(({ type, value }) => ({ type, summary: value, ...shared }))
}

const statuses: ReadonlySet<string> = new Set(['Active', 'Review', 'Expired', 'Indirect', 'Whitelisted'])
