import type { StixSpecVersion } from '../tlp-marking.ts'
import { stixDepthMax, stixObjectsMax } from './bundle-limits.ts'
import { type JsonFault, jsonFault, sayJsonFault } from './json-fault.ts'
import { locateObjects, type ObjectPlaces } from './locate-objects.ts'
import { comparableInstant, isStixInstant } from './stix-instant.ts'
import { type StixObject, validateObject } from './validate-object.ts'

/** One object of a bundle as it was understood. `position` is its place in the bundle, from 0. */
export type ReadStixObject =
  | {
      readonly ok: true
      readonly position: number
      readonly object: StixObject
      readonly specVersion: StixSpecVersion
      readonly version: string | undefined
      /** As it was sent, but for line breaks and indentation. */
      readonly text: string
    }
  | {
      readonly ok: false
      readonly position: number
      /** As sent where they are texts, cut to 300 characters, else `?`. */
      readonly id: string
      readonly type: string
      /** `modified`, else `created`, where it is an instant, with six digits of a second. */
      readonly version: string | undefined
      readonly reason: string
    }

export type ReadStixBundle =
  | { readonly ok: true; readonly specVersion: StixSpecVersion; readonly objects: readonly ReadStixObject[] }
  /** `fault`: of what is not even JSON. */
  | { readonly ok: false; readonly isTooLarge: boolean; readonly message: string; readonly fault?: JsonFault }

/**
 * Reads a bundle of STIX 2.0 or 2.1 from UTF-8 JSON: bounded on its text before it is parsed (S14), each object validated on its own,
 * so that a broken one stops no other.
 */
export function readStixBundle(json: Uint8Array): ReadStixBundle {
  const text = decode(json)
  if (text === undefined) return unreadable('The bundle is not UTF-8.')
  const places = locateObjects(text)
  if (places === undefined) return unreadable(`The bundle is nested more than ${stixDepthMax} deep.`)
  const parsed = parse(text)
  if ('fault' in parsed) {
    const { fault } = parsed
    return { ok: false, isTooLarge: false, message: `This is not JSON: ${sayJsonFault(fault)}.`, fault }
  }
  const bundle = parsed.value
  if (typeof bundle !== 'object' || bundle === null || Reflect.get(bundle, 'type') !== 'bundle')
    return unreadable('This is not a JSON object with the type bundle.')
  const { spec_version: stated, objects } = bundle as { spec_version?: unknown; objects?: unknown }
  if (stated !== undefined && stated !== '2.0' && stated !== '2.1')
    return unreadable(`The bundle's spec_version is ${JSON.stringify(stated).slice(0, 20)}; 2.0 and 2.1 are read.`)
  if (objects !== undefined && !Array.isArray(objects))
    return unreadable('The bundle’s property objects is not a list.')
  const sent: readonly unknown[] = objects ?? []
  if (sent.length > stixObjectsMax) {
    return {
      ok: false,
      isTooLarge: true,
      message: `The bundle has ${sent.length} objects; ${stixObjectsMax} are permitted. Send it in several bundles.`,
    }
  }
  const specVersion = stated ?? '2.1'
  const textOf = textsOf(text, places, sent)
  return { ok: true, specVersion, objects: sent.map((value, index) => readObject(value, index, specVersion, textOf)) }
}

function readObject(
  value: unknown,
  position: number,
  bundleVersion: StixSpecVersion,
  textOf: (position: number) => string,
): ReadStixObject {
  const validated = validateObject(value, bundleVersion)
  if (validated.ok) {
    const { object, specVersion, version } = validated
    return { ok: true, position, object, specVersion, version, text: textOf(position) }
  }
  const { reason } = validated
  return { ok: false, position, id: shown(value, 'id'), type: shown(value, 'type'), version: versionOf(value), reason }
}

/** Of an object that is none by the standard. */
function versionOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const instant = [Reflect.get(value, 'modified'), Reflect.get(value, 'created')].find(isStixInstant)
  return instant === undefined ? undefined : comparableInstant(instant)
}

/** The text of each object: cut out of what was sent, and made anew only where the places do not fit what was parsed. */
function textsOf(text: string, { starts, ends }: ObjectPlaces, sent: readonly unknown[]): (position: number) => string {
  if (starts.length !== sent.length || ends.length !== sent.length) return (position) => JSON.stringify(sent[position])
  const isOnLines = text.includes('\n') || text.includes('\r')
  return (position) => {
    const object = text.slice(starts[position], ends[position])
    return isOnLines ? onOneLine(object) : object
  }
}

/** In JSON a line break as such stands only between tokens. */
function onOneLine(json: string): string {
  return json.replace(/[\r\n][ \t\r\n]*/g, '')
}

function decode(json: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(json)
  } catch {
    return undefined // Said by the caller.
  }
}

function parse(text: string): { value: unknown } | { fault: JsonFault } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { fault: jsonFault(text, error) }
  }
}

function shown(value: unknown, name: string): string {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof text === 'string' ? text.slice(0, 300) : '?'
}

function unreadable(message: string): ReadStixBundle {
  return { ok: false, isTooLarge: false, message }
}
