import { canonicalise } from '../../indicators/canonicalise.ts'
import { lifecycleStatuses } from '../../lifecycle/in-force.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import { readStixPattern } from '../pattern/pattern-values.ts'
import type { IndicatorItem, NamedItem, PlacedValue } from './library-item.ts'
import { attributeLengthMax, attributesOf, cut, instantOf, tagsOf, textOf, validInstantOf } from './read-properties.ts'

/** What an indicator object is: values of the library, or a pattern that no set of values can say, or nothing that can be read. */
export type MappedIndicator =
  | {
      readonly kind: 'values'
      readonly values: readonly PlacedValue[]
      /** Files named by several hashes as their summaries, and every other value as it is; absent where there is no such file. */
      readonly items?: readonly PlacedValue[]
      /** What of the pattern is not mapped, as a sentence. */
      readonly note?: string | undefined
    }
  | { readonly kind: 'signature'; readonly language: string; readonly reason: string }
  | { readonly kind: 'invalid'; readonly reason: string }

/**
 * Reads the pattern of an indicator object. Its values are canonical, each once; those that the library does not take are left out, with
 * a note, and where it takes none the object is invalid. A pattern in another language, or of more than a set of values, is a signature;
 * the reason is a sentence for people.
 * @param object a valid `indicator` of STIX 2.0 or 2.1; without `pattern_type`, as in 2.0, the pattern is STIX's
 */
export function mapIndicator(object: StixObject): MappedIndicator {
  const pattern = textOf(object['pattern'])
  if (pattern === undefined) return { kind: 'invalid', reason: 'Its pattern is empty.' }
  const language = textOf(object['pattern_type']) ?? 'stix'
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
  const refusals: string[] = []
  for (const { type, value } of reading.values) {
    const canonical = canonicalise(type, value)
    if (canonical.ok) addOnce(values, { type, value: canonical.value })
    else refusals.push(`The library takes no such ${type}: ${canonical.message}`)
  }
  const { files = [], unmapped = [] } = reading
  const [refusal] = refusals
  if (refusal !== undefined && values.length + files.length === 0) return { kind: 'invalid', reason: refusal }
  const notes = [
    ...(refusal === undefined
      ? []
      : [`${refusals.length} of ${reading.values.length} values were refused. ${refusal}`]),
    ...(unmapped.length === 0 ? [] : [`Its text is kept; ${unmapped.join(', ').slice(0, 300)} is not mapped.`]),
  ]
  const note = notes.length === 0 ? undefined : notes.join(' ')
  if (files.length === 0) return { kind: 'values', values, note }
  const items = [...values]
  for (const hashes of files) {
    addOnce(items, { type: 'File', value: hashes.join(' : ') })
    for (const value of hashes) addOnce(values, { type: 'File', value })
  }
  return { kind: 'values', values, items, note }
}

function addOnce(values: PlacedValue[], { type, value }: PlacedValue): void {
  if (!values.some((known) => known.value === value && known.type === type)) values.push({ type, value })
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
  securityLabel: readonly NamedItem[],
): IndicatorItem[] {
  const { confidence = object['x_postern_confidence'], x_postern_rating: rating } = object
  const status = textOf(object['x_postern_status'])
  const tag = tagsOf(object)
  const attribute = attributesOf(object)
  const name = textOf(object['name'])
  if (name !== undefined && !values.some(({ value }) => value === name))
    attribute.unshift({ type: 'Name', value: cut(name, attributeLengthMax) })
  const active = object['revoked'] !== true
  const firstSeen = validInstantOf(object['valid_from'])
  const lastSeen = instantOf(object['x_postern_last_seen'])
  const externalDateExpires = validInstantOf(object['valid_until'])
  // One literal with every field: ten thousand of them are made at once.
  return values.map(({ type, value }) => ({
    type,
    summary: value,
    rating: isWithin(rating, 5) ? rating : undefined,
    confidence: isWithin(confidence, 100) ? confidence : undefined,
    active,
    privateFlag: object['x_postern_private'] === true ? true : undefined,
    status: lifecycleStatuses.find((each) => each === status),
    firstSeen,
    lastSeen,
    externalDateExpires,
    tag: tag.length > 0 ? tag : undefined,
    securityLabel: securityLabel.length > 0 ? securityLabel : undefined,
    attribute: attribute.length > 0 ? attribute : undefined,
  }))
}

function isWithin(value: unknown, max: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= max
}
