import { isStixInstant } from './stix-instant.ts'
import { isStixObjectId } from './stix-object-id.ts'

/** What the value of a property has to be; the text says so. */
export interface PropertyKind {
  readonly what: string
  readonly takes: (value: unknown) => boolean
}

const text: PropertyKind = { what: 'a text', takes: (value) => typeof value === 'string' }
const texts: PropertyKind = { what: 'a list of texts', takes: (value) => isListOf(value, text.takes) }
const instant: PropertyKind = { what: 'an instant such as 2026-01-31T12:00:00.000Z', takes: remembering(isStixInstant) }
const yesOrNo: PropertyKind = { what: 'true or false', takes: (value) => typeof value === 'boolean' }
const id: PropertyKind = { what: 'the id of an object', takes: isStixObjectId }
const ids: PropertyKind = { what: 'a list of ids of objects', takes: (value) => isListOf(value, isStixObjectId) }
const isMarkingId = remembering((value) => isStixObjectId(value) && value.startsWith('marking-definition--'))
const markingIds: PropertyKind = {
  what: 'a list of ids of marking definitions',
  takes: (value) => isListOf(value, isMarkingId),
}
const identityId: PropertyKind = {
  what: 'the id of an identity',
  takes: remembering((value) => isStixObjectId(value) && value.startsWith('identity--')),
}
const percent: PropertyKind = {
  what: 'a whole number from 0 to 100',
  takes: (value) => isWhole(value) && value >= 0 && value <= 100,
}
const count: PropertyKind = {
  what: 'a whole number from 0 to 999999999',
  takes: (value) => isWhole(value) && value >= 0 && value <= 999_999_999,
}
const objects: PropertyKind = { what: 'a list of objects', takes: (value) => isListOf(value, isObject) }
const object: PropertyKind = { what: 'an object', takes: isObject }
const references: PropertyKind = {
  what: 'a list of objects that have a source_name',
  takes: (value) =>
    isListOf(value, (entry) => isObject(entry) && typeof Reflect.get(entry, 'source_name') === 'string'),
}
const granularMarkings: PropertyKind = {
  what: 'a list of objects that have selectors',
  takes: (value) => isListOf(value, (entry) => isObject(entry) && texts.takes(Reflect.get(entry, 'selectors'))),
}

/** Properties that every object may have. */
const common: readonly (readonly [PropertyKind, string])[] = [
  [instant, 'created modified'],
  [yesOrNo, 'revoked defanged'],
  [texts, 'labels'],
  [text, 'lang'],
  [percent, 'confidence'],
  [identityId, 'created_by_ref'],
  [markingIds, 'object_marking_refs'],
  [references, 'external_references'],
  [granularMarkings, 'granular_markings'],
  [object, 'extensions'],
]

/** Properties of the types that STIX names; a custom type may mean something else by them. */
const ofKnownTypes: readonly (readonly [PropertyKind, string])[] = [
  [
    text,
    'name description pattern pattern_type pattern_version relationship_type context content abstract opinion schema',
  ],
  [text, 'identity_class contact_information resource_level primary_motivation sophistication objective tool_version'],
  [text, 'product result country region definition_type explanation'],
  [texts, 'aliases indicator_types malware_types report_types threat_actor_types tool_types infrastructure_types'],
  [texts, 'roles goals sectors secondary_motivations personal_motivations authors implementation_languages protocols'],
  [instant, 'valid_from valid_until first_seen last_seen first_observed last_observed published'],
  [yesOrNo, 'is_family is_multipart summary'],
  [count, 'number_observed count'],
  [objects, 'kill_chain_phases'],
  [object, 'definition contents'],
]

const commonKinds = kindsByName(common)
const knownKinds = kindsByName(ofKnownTypes)

/** What a property has to be; undefined where STIX does not say, as for custom ones. */
export function propertyKind(name: string, isKnownType: boolean): PropertyKind | undefined {
  const remembered = isKnownType ? rememberedOfKnown : rememberedOfCustom
  const kind = remembered.get(name)
  if (kind !== undefined) return kind === nothingSaid ? undefined : kind
  const found = findKind(name, isKnownType)
  // Names are few; a bundle that is full of new ones only makes this forget.
  if (remembered.size >= rememberedMax) remembered.clear()
  remembered.set(name, found ?? nothingSaid)
  return found
}

const rememberedMax = 1000
const nothingSaid: PropertyKind = { what: 'anything', takes: () => true }
const rememberedOfKnown = new Map<string, PropertyKind>()
const rememberedOfCustom = new Map<string, PropertyKind>()

function findKind(name: string, isKnownType: boolean): PropertyKind | undefined {
  const kind = commonKinds.get(name) ?? (isKnownType ? knownKinds.get(name) : undefined)
  if (kind !== undefined || !isKnownType || name.startsWith('x_')) return kind
  if (name.endsWith('_ref')) return id
  return name.endsWith('_refs') ? ids : undefined
}

function kindsByName(table: readonly (readonly [PropertyKind, string])[]): ReadonlyMap<string, PropertyKind> {
  return new Map(table.flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const)))
}

/**
 * The same test with the last text that passed it in mind: objects of one bundle have the same author and markings, and an object is
 * mostly as old as it is valid.
 */
function remembering(takes: (value: unknown) => boolean): (value: unknown) => boolean {
  let last: unknown
  return (value) => {
    if (value === last && last !== undefined) return true
    if (!takes(value)) return false
    last = value
    return true
  }
}

function isListOf(value: unknown, takes: (entry: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return false
  for (const entry of value as unknown[]) if (!takes(entry)) return false
  return true
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value)
}
