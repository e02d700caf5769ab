import { comparableInstant, isStixInstant } from '../bundle/stix-instant.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import { typeWords } from '../type-words.ts'
import type { AttributeItem, NamedItem } from './library-item.ts'

/** Longest name of a tag or label, name of a group, and value of an attribute that the library takes; longer ones are cut. */
export const nameLengthMax = 128
export const groupNameLengthMax = 500
export const attributeLengthMax = 100_000
const tagsMax = 500
const attributesMax = 1000

/** A text with more than blanks in it. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** The texts of a list, blank ones too; entries of other kinds are left out. Empty for what is no list. */
export function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  const entries: readonly unknown[] = value
  return areTexts(entries) ? entries : entries.filter((entry): entry is string => typeof entry === 'string')
}

function areTexts(entries: readonly unknown[]): entries is readonly string[] {
  for (const entry of entries) if (typeof entry !== 'string') return false
  return true
}

export function objectsOf(value: unknown): object[] {
  return Array.isArray(value)
    ? value.filter((entry): entry is object => typeof entry === 'object' && entry !== null)
    : []
}

/** With six digits of a second at most: STIX permits more than the library keeps. */
export function instantOf(value: unknown): string | undefined {
  return isStixInstant(value) ? validInstantOf(value) : undefined
}

/** The same of a property that was validated as an instant. */
export function validInstantOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  return value.length <= plainInstantLength ? value : comparableInstant(value)
}

const plainInstantLength = '2026-01-31T12:00:00.000000Z'.length

/** Labels, and the words of 2.1's `indicator_types` and the like, which stood among the labels in 2.0. */
export function tagsOf(object: StixObject): NamedItem[] {
  return namedItems(tagTextsOf(object))
}

function tagTextsOf(object: StixObject): readonly string[] {
  // The word that STIX 2.0 made us say is no tag.
  if (object['x_postern_untagged'] === true) return []
  const words = typeWords.get(object.type)
  const labels = textsOf(object['labels'])
  const types = words === undefined ? [] : textsOf(object[words])
  return types.length === 0 ? labels : labels.length === 0 ? types : [...labels, ...types]
}

/** That tags of an object are not its whole labels; undefined where they are. */
export function cutTagsReason(object: StixObject): string | undefined {
  const longest = tagTextsOf(object).reduce((most, text) => Math.max(most, text.trim().length), 0)
  if (longest <= nameLengthMax) return undefined
  return `A label has ${longest} characters; its tag is cut to the ${nameLengthMax} that are permitted.`
}

/** Each once, without those that are blank. */
function namedItems(texts: readonly string[]): NamedItem[] {
  const items: NamedItem[] = []
  const isMany = texts.length > fewTexts
  for (const text of texts) {
    const item = namedItem(text)
    if (item !== undefined && (isMany || !items.includes(item))) items.push(item)
  }
  return isMany ? [...new Set(items)].slice(0, tagsMax) : items
}

/** So many are compared one by one. */
const fewTexts = 16

/** The same few names stand on most objects of a feed, so their items are shared. */
export function namedItem(text: string): NamedItem | undefined {
  const known = itemsByText.get(text)
  if (known !== undefined) return known
  const name = cut(text.trim(), nameLengthMax)
  if (name === '') return undefined
  const item = itemsByText.get(name) ?? { name }
  if (itemsByText.size >= itemsByTextMax) itemsByText.clear()
  itemsByText.set(text, item)
  itemsByText.set(name, item)
  return item
}

const itemsByText = new Map<string, NamedItem>()
const itemsByTextMax = 10_000

/** What a person reads of an object: description, aliases, its ids elsewhere, phases; and what we wrote ourselves. */
export function attributesOf(object: StixObject): AttributeItem[] {
  const attributes: AttributeItem[] = []
  if (object['x_postern_attributes'] !== undefined) {
    const own = objectsOf(object['x_postern_attributes'])
    for (const entry of own.slice(0, attributesMax)) attributes.push(...ownAttribute(entry))
  }
  if (attributes.length === 0 || !attributes.some(({ type }) => type === 'Description'))
    addAttribute(attributes, 'Description', object['description'])
  addAttributes(attributes, 'Alias', object['aliases'])
  addAttributes(attributes, 'Alias', object['x_mitre_aliases'])
  if (object['external_references'] !== undefined) {
    for (const reference of objectsOf(object['external_references'])) {
      addAttribute(attributes, 'External ID', Reflect.get(reference, 'external_id'))
      addAttribute(attributes, 'Reference', Reflect.get(reference, 'url'))
    }
  }
  if (object['kill_chain_phases'] !== undefined) {
    for (const phase of objectsOf(object['kill_chain_phases'])) {
      const name = `${Reflect.get(phase, 'kill_chain_name')}: ${Reflect.get(phase, 'phase_name')}`
      addAttribute(attributes, 'Kill Chain Phase', name)
    }
  }
  return attributes
}

function addAttributes(attributes: AttributeItem[], type: string, values: unknown): void {
  if (Array.isArray(values)) for (const value of values as unknown[]) addAttribute(attributes, type, value)
}

function addAttribute(attributes: AttributeItem[], type: string, value: unknown): void {
  if (typeof value !== 'string' || attributes.length >= attributesMax || value.trim() === '') return
  const item: AttributeItem = { type, value: cut(value, attributeLengthMax) }
  if (type === 'Description') item.displayed = true
  attributes.push(item)
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
