import { comparableInstant, isStixInstant } from '../bundle/stix-instant.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import type { AttributeItem, NamedItem } from './library-item.ts'

/** Longest name of a tag or label, name of a group, and value of an attribute that the library takes; longer ones are cut. */
export const nameLengthMax = 128
export const groupNameLengthMax = 500
export const attributeLengthMax = 100_000
const tagsMax = 500
const attributesMax = 1000

export function textOf(object: StixObject, property: string): string | undefined {
  const value = object[property]
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

export function textsOf(object: StixObject, property: string): string[] {
  const value = object[property]
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}

export function objectsOf(object: StixObject, property: string): object[] {
  const value = object[property]
  return Array.isArray(value)
    ? value.filter((entry): entry is object => typeof entry === 'object' && entry !== null)
    : []
}

export function instantOf(object: StixObject, property: string): string | undefined {
  const value = object[property]
  return isStixInstant(value) ? comparableInstant(value) : undefined
}

/** Labels, and the words of 2.1's `indicator_types` and the like, which stood among the labels in 2.0. */
export function tagsOf(object: StixObject): NamedItem[] {
  // The word that STIX 2.0 made us say is no tag.
  if (object['x_postern_untagged'] === true) return []
  const words = typeWords.get(object.type)
  const names =
    words === undefined ? textsOf(object, 'labels') : [...textsOf(object, 'labels'), ...textsOf(object, words)]
  const named = new Set<string>()
  for (const name of names) {
    const kept = cut(name.trim(), nameLengthMax)
    if (kept !== '' && named.size < tagsMax) named.add(kept)
  }
  return [...named].map((name) => ({ name }))
}

const typeWords: ReadonlyMap<string, string> = new Map([
  ['indicator', 'indicator_types'],
  ['malware', 'malware_types'],
  ['report', 'report_types'],
  ['threat-actor', 'threat_actor_types'],
  ['tool', 'tool_types'],
])

/** What a person reads of an object: description, aliases, its ids elsewhere, phases; and what we wrote ourselves. */
export function attributesOf(object: StixObject): AttributeItem[] {
  const attributes: AttributeItem[] = []
  const add = (type: string, value: unknown, displayed = false) => {
    if (typeof value !== 'string' || value.trim() === '' || attributes.length >= attributesMax) return
    attributes.push({ type, value: cut(value, attributeLengthMax), ...(displayed ? { displayed } : {}) })
  }
  const own = objectsOf(object, 'x_postern_attributes')
  for (const entry of own.slice(0, attributesMax)) attributes.push(...ownAttribute(entry))
  if (own.length === 0 || !attributes.some(({ type }) => type === 'Description'))
    add('Description', object['description'], true)
  for (const property of ['aliases', 'x_mitre_aliases'])
    for (const alias of textsOf(object, property)) add('Alias', alias)
  for (const reference of objectsOf(object, 'external_references')) {
    add('External ID', Reflect.get(reference, 'external_id'))
    add('Reference', Reflect.get(reference, 'url'))
  }
  for (const phase of objectsOf(object, 'kill_chain_phases'))
    add('Kill Chain Phase', `${Reflect.get(phase, 'kill_chain_name')}: ${Reflect.get(phase, 'phase_name')}`)
  return attributes
}

function ownAttribute(entry: object): AttributeItem[] {
  const { type, value, source, displayed, pinned } = entry as Record<string, unknown>
  if (typeof type !== 'string' || typeof value !== 'string' || type.trim() === '' || type.length > 200) return []
  return [
    {
      type,
      value: cut(value, attributeLengthMax),
      ...(typeof source === 'string' ? { source } : {}),
      ...(displayed === true ? { displayed } : {}),
      ...(pinned === true ? { pinned } : {}),
    },
  ]
}

/** Cut to so many UTF-16 units, and never through the middle of a character. */
export function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax
    ? text
    : text
        .slice(0, lengthMax - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '') + '…'
}
