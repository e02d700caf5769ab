import { parseTlp } from '@postern/intel'
import type { BatchIndicator, StatedAssertion, StatedAttribute, WriteAssertion } from '@postern/protocol'

/** An attribute as it is stored. */
export type KeptAttribute = StatedAttribute & { id: string }

/** What a batch's item cannot say: that an owner does not say something any more. */
export type ClearedField = 'rating' | 'confidence' | 'firstSeen' | 'lastSeen' | 'expiresAt'

/** What changes of an assertion: some of it by an item of a batch, the rest beside it. */
export type AssertionChange = {
  /** What is said anew. A word that stays is not said again: it would begin to age anew (D24). */
  item: Partial<BatchIndicator>
  cleared: ClearedField[]
  /** Ids of attributes that go. Those that stay are not touched: a rule that came after them would leave them out. */
  goneAttributes: string[]
  /** Names of the fields that change, for the audit log. */
  fields: string[]
}

/** @returns undefined where nothing changes */
export function changeOf(
  before: Omit<StatedAssertion, 'attributes'> & { attributes: readonly KeptAttribute[] },
  wanted: WriteAssertion,
): AssertionChange | undefined {
  const change: AssertionChange = { item: {}, cleared: [], goneAttributes: [], fields: [] }
  const { item, cleared, fields } = change
  for (const field of ['rating', 'confidence', 'firstSeen', 'lastSeen', 'expiresAt'] as const) {
    const value = sameInstant(wanted[field])
    if (value === before[field]) continue
    fields.push(field)
    if (value === null) cleared.push(field)
    else Object.assign(item, { [field === 'expiresAt' ? 'externalDateExpires' : field]: value })
  }
  for (const field of ['active', 'status'] as const) {
    if (wanted[field] === before[field]) continue
    fields.push(field)
    Object.assign(item, { [field]: wanted[field] })
  }
  const tags = names(wanted.tags)
  if (!isSame(tags, before.tags)) {
    fields.push('tags')
    item.tag = tags.map((name) => ({ name }))
  }
  const labels = names(wanted.securityLabels.map(spelledLabel))
  if (!isSame(labels, before.securityLabels)) {
    fields.push('securityLabels')
    item.securityLabel = labels.map((name) => ({ name }))
  }
  const { gone, added } = differenceOf(before.attributes, wanted.attributes)
  if (gone.length + added.length > 0) {
    fields.push('attributes')
    change.goneAttributes = gone.map(({ id }) => id)
    item.attribute = added.map(({ source, ...attribute }) => ({ ...attribute, ...(source !== null && { source }) }))
  }
  return fields.length === 0 ? undefined : change
}

/** As the library spells instants, to the millisecond. */
function sameInstant<Value>(value: Value): Value | string {
  return typeof value === 'string' ? new Date(value).toISOString() : value
}

function names(wanted: readonly string[]): string[] {
  return [...new Set(wanted.map((name) => name.trim()))].sort()
}

function spelledLabel(label: string): string {
  const level = parseTlp(label)
  return level === undefined ? label : `TLP:${level}`
}

/** Attributes have no name of their own: the same one twice is two, and one that differs anywhere is another one. */
function differenceOf(before: readonly KeptAttribute[], wanted: readonly StatedAttribute[]) {
  const kept = Map.groupBy(before, keyOf)
  const added = wanted.filter((attribute) => kept.get(keyOf(attribute))?.shift() === undefined)
  return { gone: [...kept.values()].flat(), added }
}

function keyOf({ type, value, source, displayed, pinned }: StatedAttribute): string {
  return JSON.stringify([type.trim(), value, source, displayed, pinned])
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, place) => name === other[place])
}
