import { sightingCountMax } from '../bundle/bundle-limits.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import type { LibraryPlace, PlacedValue } from './library-item.ts'
import { textOf, validInstantOf } from './read-properties.ts'

/** What a sighting says of an indicator object. */
export interface SaidSighting {
  /** Id of the indicator object. */
  readonly of: string
  /** When it was seen last; where it says none, when it was said. */
  readonly seenAt: string
  /** From 1. */
  readonly count: number
  /** What of it is not counted, as a sentence. */
  readonly note: string | null
}

/** A sighting that counts once its indicator is there, or why it counts for nothing, as a sentence. */
export type MappedSighting = { readonly said: SaidSighting } | { readonly reason: string }

/**
 * Reads a sighting (STIX 2.1, 5.2): the observed data that it names has a count of its own that means something else, and is not added.
 * @param object a valid `sighting` of STIX 2.0 or 2.1
 */
export function mapSighting(object: StixObject): MappedSighting {
  const of = textOf(object['sighting_of_ref']) ?? ''
  const { count = 1 } = object
  if (object['revoked'] === true) return { reason: 'It is revoked, so that it counts no more.' }
  if (object['summary'] === true) return { reason: 'It sums up other sightings, and is none of its own.' }
  if (!of.startsWith('indicator--')) return { reason: 'It is of no indicator; only sightings of indicators count.' }
  if (count === 0) return { reason: 'Its count is 0: it says that nothing was seen.' }
  const seenAt = validInstantOf(object['last_seen'] ?? object['first_seen'] ?? object['created']) ?? ''
  const times = Number(count)
  if (times <= sightingCountMax) return { said: { of, seenAt, count: times, note: null } }
  const note = `Its count of ${times} is taken as the ${sightingCountMax} that are permitted.`
  return { said: { of, seenAt, count: sightingCountMax, note } }
}

/** Why a sighting of an object that went there counts for none of its values; undefined where it does. */
export function uncountedReason(of: string, place: LibraryPlace | undefined): string | undefined {
  if (place?.kind === 'group') return `The pattern of ${of} is kept whole, so that it is of no value.`
  if (place?.kind !== 'indicators') return `Its ${of} is not in the library; it counts once it is.`
  if (isOneThing(place.values)) return undefined
  return `Its ${of} has ${place.values.length} values, and it does not say which of them was seen.`
}

/** One value, or hashes of one file, each of another kind. The hub asks the same of what it has (`count-sightings.ts`). */
function isOneThing(values: readonly PlacedValue[]): boolean {
  if (values.length === 1) return true
  return (
    values.every(({ type }) => type === 'File') &&
    new Set(values.map(({ value }) => value.length)).size === values.length
  )
}
