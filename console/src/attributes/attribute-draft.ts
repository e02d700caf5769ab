import { assertionLimits, type StatedAttribute } from '@postern/protocol'
import type { FieldProblems } from '../api/field-problems.ts'

/** An attribute as it is typed. */
export interface AttributeDraft {
  /** Of this form alone, so that a row stays the row it is while others go: its place among those that were stored, or a number above. */
  key: number
  type: string
  value: string
  /** Empty where it is not said. */
  source: string
  displayed: boolean
  pinned: boolean
}

export function draftOfAttribute({ source, ...attribute }: StatedAttribute, key: number): AttributeDraft {
  return { ...attribute, key, source: source ?? '' }
}

export function attributeOf({ type, value, source, displayed, pinned }: AttributeDraft): StatedAttribute {
  return { type: type.trim(), value, source: source === '' ? null : source, displayed, pinned }
}

/** Above every place. */
const newKeysFrom = assertionLimits.attributesMax

/** One more, of the type that is missed first. */
export function withNewAttribute(drafts: readonly AttributeDraft[]): AttributeDraft[] {
  const key = Math.max(newKeysFrom, ...drafts.map((draft) => draft.key)) + 1
  const type = ['Description', 'Source'].find((each) => drafts.every((draft) => draft.type !== each)) ?? ''
  return [...drafts, { key, type, value: '', source: '', displayed: false, pinned: false }]
}

/** What is wrong with those that were typed, by the names of their fields. @param stored what was typed over; a feed may have left a value blank */
export function mistakesOfAttributes(
  drafts: readonly AttributeDraft[],
  stored: readonly StatedAttribute[] = [],
): FieldProblems {
  const typed = drafts.filter((draft) => !isUntouched(draft, stored[draft.key]))
  const mistakes = typed.map((draft) => ({
    ...(draft.type.trim() === '' && { [fieldName(draft, 'type')]: 'Name its type.' }),
    ...(draft.value.trim() === '' && { [fieldName(draft, 'value')]: 'Write its value, or take the attribute out.' }),
  }))
  return Object.assign({}, ...mistakes) as FieldProblems
}

function isUntouched(draft: AttributeDraft, stored: StatedAttribute | undefined): boolean {
  return stored?.type === draft.type && stored.value === draft.value
}

/** The name of a field of one of several attributes. */
export function fieldName({ key }: Pick<AttributeDraft, 'key'>, field: string): string {
  return `attribute${key}.${field}`
}
