import type { StixSpecVersion } from '../tlp-marking.ts'
import { objectRule, type ObjectRule } from './object-rules.ts'
import { propertyKind } from './property-kinds.ts'
import { comparableInstant } from './stix-instant.ts'
import { isStixObjectId, isStixType } from './stix-object-id.ts'

/** A STIX object after validation. Its properties are those that were sent, custom ones included. */
export interface StixObject {
  readonly id: string
  readonly type: string
  readonly [property: string]: unknown
}

export type ValidatedObject =
  | {
      readonly ok: true
      readonly object: StixObject
      readonly specVersion: StixSpecVersion
      /** `modified`, else `created`, with six digits of a second; undefined for observables, which have neither. */
      readonly version: string | undefined
    }
  | { readonly ok: false; readonly reason: string }

/**
 * Whether a parsed value is an object of STIX 2.0 or 2.1: type, id, version, required properties, the kind of every property that
 * STIX names, references, and the order of instants. Custom types, objects and properties are accepted as they are.
 */
export function validateObject(value: unknown, bundleVersion: StixSpecVersion): ValidatedObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('It is no JSON object.')
  // An object by the line above; its properties are unknown until they are looked at.
  const object = value as Readonly<Record<string, unknown>>
  const { id, type, spec_version: stated } = object
  if (!isStixType(type)) return refuse('Its type is not made of lower-case letters, digits and hyphens.')
  if (!isStixObjectId(id) || id.length !== type.length + 38 || !id.startsWith(type))
    return refuse(`Its id is not ${type}-- and a UUID.`)
  if (type === 'bundle') return refuse('A bundle holds no bundles.')
  if (stated !== undefined && stated !== '2.1' && stated !== '2.0') return refuse('Its spec_version is not 2.0 or 2.1.')
  const specVersion = stated ?? impliedVersion(type, bundleVersion)
  const rule = objectRule(type, specVersion)
  const broken =
    brokenProperty(object, rule !== undefined) ??
    missing(object, type, rule) ??
    brokenOrder(object) ??
    brokenByType(object, type, specVersion)
  if (broken !== undefined) return refuse(broken)
  const version = object['modified'] ?? object['created']
  return {
    ok: true,
    // `id` and `type` were checked above.
    object: object as StixObject,
    specVersion,
    version: typeof version === 'string' ? comparableInstant(version) : undefined,
  }
}

/** An object without spec_version is one of 2.0, but for observables, which are objects in 2.1 alone (2.1, 3.2). */
function impliedVersion(type: string, bundleVersion: StixSpecVersion): StixSpecVersion {
  return bundleVersion === '2.1' && objectRule(type, '2.1')?.isObservable === true ? '2.1' : '2.0'
}

function brokenProperty(object: Readonly<Record<string, unknown>>, isKnownType: boolean): string | undefined {
  for (const name in object) {
    const kind = propertyKind(name, isKnownType)
    if (kind !== undefined && !kind.takes(object[name])) return `Its property ${name} is not ${kind.what}.`
  }
  return undefined
}

function missing(
  object: Readonly<Record<string, unknown>>,
  type: string,
  rule: ObjectRule | undefined,
): string | undefined {
  if (rule?.isObservable !== true) {
    if (object['created'] === undefined) return 'It has no property created.'
    if (object['modified'] === undefined && type !== 'marking-definition') return 'It has no property modified.'
  }
  if (rule === undefined) return undefined
  for (const name of rule.required) {
    const value = object[name]
    if (value === undefined || value === null) return `It has no property ${name}, which every ${type} has.`
    if (Array.isArray(value) && value.length === 0) return `Its list ${name} is empty.`
  }
  if (rule.oneOf !== undefined && !rule.oneOf.some((name) => object[name] !== undefined))
    return `It has none of the properties ${rule.oneOf.join(', ')}; every ${type} has one.`
  return undefined
}

/** Instants that STIX puts in an order, in which they may be equal. */
function brokenOrder(object: Readonly<Record<string, unknown>>): string | undefined {
  if (isBefore(object['modified'], object['created'])) return 'Its modified is before its created.'
  if (isBefore(object['last_seen'], object['first_seen'])) return 'Its last_seen is before its first_seen.'
  if (isBefore(object['last_observed'], object['first_observed']))
    return 'Its last_observed is before its first_observed.'
  return undefined
}

/** Most instants are written with the same number of digits, and then compare as texts. */
function isBefore(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string' || a === b) return false
  return a.length === b.length ? a < b : comparableInstant(a) < comparableInstant(b)
}

function brokenByType(
  object: Readonly<Record<string, unknown>>,
  type: string,
  specVersion: StixSpecVersion,
): string | undefined {
  if (type === 'indicator') {
    const [from, until] = [object['valid_from'], object['valid_until']]
    if (typeof until === 'string' && (until === from || isBefore(until, from)))
      return 'Its valid_until is not after its valid_from.'
  }
  if (type === 'opinion' && !opinions.has(String(object['opinion']))) return 'Its opinion is none of the five of STIX.'
  if (type === 'observed-data' && object['number_observed'] === 0) return 'Its number_observed is not above 0.'
  if (type === 'location' && (object['latitude'] === undefined) !== (object['longitude'] === undefined))
    return 'It has one of latitude and longitude; they stand together.'
  if (type === 'marking-definition' && specVersion === '2.0' && object['definition_type'] === undefined)
    return 'It has no property definition_type, which every marking-definition has.'
  return undefined
}

const opinions: ReadonlySet<string> = new Set(['strongly-disagree', 'disagree', 'neutral', 'agree', 'strongly-agree'])

function refuse(reason: string): ValidatedObject {
  return { ok: false, reason }
}
