import { parseTlp, tlpLevels, tlpOfLabel } from '@postern/intel'
import { assertionLimits } from '@postern/protocol'
import { storable } from '../../database/storable.ts'

/** A rule of one field was broken; the message is for the person who sent the item. */
export class FieldError extends Error {}

export type SentAttribute = { type: string; value: string; source: string | null; displayed: boolean; pinned: boolean }

/** Bounds of one item; each refuses the item and names the field. */
export const itemLimits = {
  ...assertionLimits,
  groupsMax: 1000,
  xidCharactersMax: 500,
} as const

/** What an item says of an indicator or a group alike. `undefined` and null: it does not speak of it. */
export type Stated = {
  firstSeen: string | null
  lastSeen: string | null
  tags: string[] | undefined
  labels: string[] | undefined
  tlp: number | null
  attributes: SentAttribute[] | undefined
}

type StatedAsSent = {
  tag?: readonly Named[] | undefined
  securityLabel?: readonly Named[] | undefined
  attribute?: readonly AttributeAsSent[] | undefined
  firstSeen?: unknown
  lastSeen?: unknown
}

export function readStated(sent: StatedAsSent): Stated {
  const labels = readLabels(sent.securityLabel)
  return {
    firstSeen: readInstant(sent.firstSeen, 'firstSeen'),
    lastSeen: readInstant(sent.lastSeen, 'lastSeen'),
    tags: readNames(sent.tag, 'tag', itemLimits.tagsMax),
    labels: labels?.labels,
    tlp: labels?.tlp ?? null,
    attributes: readAttributes(sent.attribute),
  }
}

type Named = { name: string }

/** Names sorted and without doubles; undefined where the item does not speak of them. */
function readNames(sent: readonly Named[] | undefined, field: string, countMax: number): string[] | undefined {
  if (sent === undefined) return undefined
  if (sent.length > countMax)
    throw new FieldError(`The field ${field} has ${sent.length} entries; ${countMax} are permitted.`)
  if (sent.length === 0) return []
  const names = sent.map((entry) => readName(entry.name, field))
  const [first, second] = names
  if (names.length === 1 || first === undefined || second === undefined) return names
  if (names.length === 2 && first !== second) return first < second ? names : [second, first]
  return [...new Set(names)].sort()
}

function readName(text: string, field: string): string {
  if (goodNames.has(text)) return text
  const name = storable(text.trim())
  if (name === '') throw new FieldError(`The field ${field} has an entry without a name.`)
  if (name.length > itemLimits.tagCharactersMax) {
    throw new FieldError(
      `The field ${field} has a name of ${name.length} characters; ${itemLimits.tagCharactersMax} are permitted.`,
    )
  }
  if (goodNames.size >= goodNamesMax) goodNames.clear()
  if (name === text) goodNames.add(text)
  return name
}

/** Names that needed no change; the same few stand on most items of a feed. */
const goodNames = new Set<string>()
const goodNamesMax = 10_000

/**
 * Labels that name a TLP level in any spelling become `TLP:<level>`, so that D21 cannot be missed by a blank. One with a slip in the level
 * stays as it was written, and the value is handled as RED.
 */
function readLabels(sent: readonly Named[] | undefined): { labels: string[]; tlp: number | null } | undefined {
  const names = readNames(sent, 'securityLabel', itemLimits.labelsMax)
  if (names === undefined) return undefined
  let tlp: number | null = null
  const labels = names.map((name) => {
    const handledAs = tlpOfLabel(name)
    if (handledAs !== undefined) tlp = Math.max(tlp ?? 0, tlpLevels.indexOf(handledAs))
    const level = parseTlp(name)
    return level === undefined ? name : `TLP:${level}`
  })
  return { labels: [...new Set(labels)].sort(), tlp }
}

type AttributeAsSent = {
  type: string
  value: string | number | boolean
  displayed?: boolean | undefined
  source?: string | undefined
  pinned?: unknown
}

/** Values may be numbers and booleans (T9). */
function readAttributes(sent: readonly AttributeAsSent[] | undefined): SentAttribute[] | undefined {
  if (sent === undefined) return undefined
  if (sent.length > itemLimits.attributesMax) {
    throw new FieldError(`The field attribute has ${sent.length} entries; ${itemLimits.attributesMax} are permitted.`)
  }
  return sent.map((attribute) => {
    const type = storable(attribute.type.trim())
    const value = storable(String(attribute.value))
    if (type === '') throw new FieldError('The field attribute has an entry without a type.')
    if (type.length > itemLimits.attributeTypeCharactersMax || value.length > itemLimits.attributeValueCharactersMax) {
      throw new FieldError(
        `The attribute ${type.slice(0, 80)} is too long: types have at most ${itemLimits.attributeTypeCharactersMax} characters, values ${itemLimits.attributeValueCharactersMax}.`,
      )
    }
    return {
      type,
      value,
      source: attribute.source === undefined ? null : storable(attribute.source),
      displayed: attribute.displayed === true,
      pinned: attribute.pinned === true,
    }
  })
}

/** An instant with `Z` or an offset, as ISO text in UTC; null where none was sent. */
export function readInstant(sent: unknown, field: string): string | null {
  if (sent === undefined || sent === null || sent === '') return null
  if (typeof sent === 'string' && plainInstant.test(sent)) return `${sent.slice(0, -1)}.000Z`
  if (typeof sent !== 'string' || !instantForm.test(sent)) {
    throw new FieldError(`The field ${field} is not a date such as 2026-01-31T12:00:00Z.`)
  }
  const date = new Date(sent.length === 10 ? `${sent}T00:00:00Z` : sent.replace(' ', 'T').replace(/\d$/, withZone))
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) {
    throw new FieldError(`The field ${field} names a day or hour that does not exist.`)
  }
  return date.toISOString()
}

/** What needs no calendar, and most instants of a feed are: whole seconds in UTC, on a day that every month has. */
const plainInstant = /^(?:[1-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

const instantForm = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i

/** A time without a zone is UTC. */
function withZone(lastDigit: string, offset: number, whole: string): string {
  return /[+-]\d{2}:?\d{2}$/.test(whole.slice(16)) ? lastDigit : `${lastDigit}Z`
}

/** xids of groups that an item belongs to, sorted and without doubles. */
export function readXids(sent: readonly string[] | undefined): string[] {
  if (sent === undefined || sent.length === 0) return []
  if (sent.length > itemLimits.groupsMax)
    throw new FieldError(`There are ${sent.length} associated groups; ${itemLimits.groupsMax} are permitted.`)
  return [...new Set(sent.map(storable))].sort()
}

/** Fields that are kept as sent, in the order of `names`; null where there is none of them. */
export function readDetail(
  sent: Readonly<Record<string, unknown>>,
  names: readonly string[],
  charactersMax: number,
): Record<string, unknown> | null {
  let detail: Record<string, unknown> | null = null
  for (const name of names) {
    const value = sent[name]
    if (value === undefined || value === null) continue
    detail ??= {}
    detail[name] = value
  }
  if (detail !== null && JSON.stringify(detail).length > charactersMax)
    throw new FieldError(`Its further fields together have more than ${charactersMax} characters.`)
  return detail
}
