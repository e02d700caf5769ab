import { attributeLimits } from '@postern/intel'
import type { AttributeType, WriteAttributeType } from '@postern/protocol'

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
export function attributeTypeOf(draft: AttributeTypeDraft): WriteAttributeType | { mistake: string } {
  const lengthMax = draft.lengthMax === '' ? undefined : Number(draft.lengthMax)
  if (lengthMax !== undefined && (lengthMax < 1 || lengthMax > valueLengthMax))
    return { mistake: 'A value is 1 to 100,000 characters long at most.' }
  if ([draft.indicators, draft.groups].some(({ which, types }) => which === 'some' && types.length === 0))
    return { mistake: 'Tick the types that may have it, or choose all or none.' }
  if (draft.indicators.which === 'none' && draft.groups.which === 'none')
    return { mistake: 'Indicators or groups must be able to have it.' }
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

function bearersOf(types: readonly string[] | null): Bearers {
  if (types === null) return { which: 'all', types: [] }
  return { which: types.length === 0 ? 'none' : 'some', types: [...types] }
}

function typesOf({ which, types }: Bearers): string[] | undefined {
  if (which === 'all') return undefined
  return which === 'none' ? [] : types
}
