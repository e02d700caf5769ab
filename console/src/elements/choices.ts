import { indicatorTypes, tlpLevels } from '@postern/intel'
import { plainText } from '../format/text-pieces.ts'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'

/** One of those that a field offers. */
export interface Choice<Value extends string = string> {
  value: Value
  label: string
}

export interface ChoiceGroup<Value extends string = string> {
  group: string
  items: readonly Choice<Value>[]
}

/** Before the others, where nothing is chosen yet. */
export const notChosen = { value: '', label: 'Choose …' } as const

/** Values that speak for themselves. */
export function plainChoices<Value extends string>(values: readonly Value[]): Choice<Value>[] {
  return values.map((value) => ({ value, label: value }))
}

/** Values with what they are called. */
export function wordChoices<Value extends string>(words: Readonly<Record<Value, string>>): Choice<Value>[] {
  // The keys of a record of words are the values themselves.
  return (Object.keys(words) as Value[]).map((value) => ({ value, label: words[value] }))
}

/** Things that the hub knows by their names, as others wrote them. */
export function nameChoices(things: readonly { name: string }[]): Choice[] {
  return things.map(({ name }) => ({ value: name, label: plainText(name) }))
}

/** Things that the hub knows by their ids. */
export function idChoices(things: readonly { id: string; name: string }[]): Choice[] {
  return things.map(({ id, name }) => ({ value: id, label: plainText(name) }))
}

/** Indicator types as a form offers them. */
export const indicatorTypeChoices = indicatorTypes.map((type) => ({ value: type, label: indicatorTypeLabel(type) }))

/** Levels up to which something may be given away. */
export const tlpChoices = tlpLevels.map((level) => ({ value: level, label: `TLP:${level}` }))

/** How threatening it is. */
export const ratingChoices = plainChoices(['0', '1', '2', '3', '4', '5'])
