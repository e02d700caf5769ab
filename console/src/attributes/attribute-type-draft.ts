import { attributeLimits } from '@postern/intel'
import type { AttributeType, WriteAttributeType } from '@postern/protocol'
import type { FieldProblems } from '../api/field-problems.ts'
import { leftEmpty } from '../elements/left-empty.ts'

/** Longest text of any attribute: a type without a rule permits as much. */
const { valueLengthMax } = attributeLimits

/** Which types may have an attribute: all of them, none, or those that are named. */
export interface Bearers {
  which: 'all' | 'none' | 'some'
  types: string[]
}

/** An attribute type as it is typed; a rule that is empty does not hold. */
export interface AttributeTypeDraft {
  name: string
  description: string
  indicators: Bearers
  groups: Bearers
  lengthMax: string
  pattern: string
  /** One a line. */
  choices: string
}

export function draftOf(type: AttributeType | undefined): AttributeTypeDraft {
  return {
    name: type?.name ?? '',
    description: type?.description ?? '',
    indicators: bearersOf(type?.indicatorTypes ?? null),
    groups: bearersOf(type?.groupTypes ?? null),
    lengthMax: type === undefined || type.lengthMax === valueLengthMax ? '' : String(type.lengthMax),
    pattern: type?.pattern ?? '',
    choices: type?.choices?.join('\n') ?? '',
  }
}

/** What to send, or why it cannot be sent. */
export function attributeTypeOf(draft: AttributeTypeDraft): WriteAttributeType | { mistakes: FieldProblems } {
  const mistakes = mistakesOf(draft)
  if (Object.keys(mistakes).length > 0) return { mistakes }
  const lengthMax = draft.lengthMax === '' ? undefined : Number(draft.lengthMax)
  const indicatorTypes = typesOf(draft.indicators)
  const groupTypes = typesOf(draft.groups)
  const choices = draft.choices
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return {
    name: draft.name.trim(),
    ...(draft.description.trim() !== '' && { description: draft.description.trim() }),
    ...(indicatorTypes && { indicatorTypes }),
    ...(groupTypes && { groupTypes }),
    ...(lengthMax !== undefined && { lengthMax }),
    ...(draft.pattern !== '' && { pattern: draft.pattern }),
    ...(choices.length > 0 && { choices }),
  }
}

function mistakesOf({ name, lengthMax, indicators, groups }: AttributeTypeDraft): FieldProblems {
  const isLength = lengthMax === '' || (Number(lengthMax) >= 1 && Number(lengthMax) <= valueLengthMax)
  const isNobodys = indicators.which === 'none' && groups.which === 'none'
  return {
    ...leftEmpty({ name: [name, 'Give it a name.'] }),
    ...(!isLength && { lengthMax: 'A value is 1 to 100,000 characters long at most.' }),
    ...(isUndecided(indicators) && { indicatorTypes: tickSome }),
    ...(isUndecided(groups) && { groupTypes: tickSome }),
    ...(isNobodys && { groups: 'Indicators or groups must be able to have it.' }),
  }
}

const tickSome = 'Tick the types that may have it, or choose all or none.'

function isUndecided({ which, types }: Bearers): boolean {
  return which === 'some' && types.length === 0
}

function bearersOf(types: readonly string[] | null): Bearers {
  if (types === null) return { which: 'all', types: [] }
  return { which: types.length === 0 ? 'none' : 'some', types: [...types] }
}

function typesOf({ which, types }: Bearers): string[] | undefined {
  if (which === 'all') return undefined
  return which === 'none' ? [] : types
}
