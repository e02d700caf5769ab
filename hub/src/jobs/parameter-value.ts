import type { InstallParameter, InstallParameterType, ParameterValue } from '@postern/protocol'

export type ValueContext = { listDelimiter: string; validValues: readonly string[] | undefined }
export type ReadValue = { value: ParameterValue } | { problem: string }

const textCharactersMax = 65_536
const itemsMax = 1000

/**
 * Reads one value of a parameter by its declared type. Numbers and flags may come as text and text as numbers; what is stored is the
 * declared type's own form. Texts are never read as dates: "30 days ago" is a value like any other (T16).
 */
export function readParameterValue(
  parameter: InstallParameter,
  value: ParameterValue,
  context: ValueContext,
): ReadValue {
  switch (typeOf(parameter)) {
    case 'Boolean':
      return readBoolean(value)
    case 'Choice':
      return readChoice(value, context.validValues)
    case 'MultiChoice':
      return readList(value, context, context.validValues)
    case 'KeyValueList':
      return readKeyValues(value)
    case 'EditChoice':
    case 'String':
    case 'StringMixed':
      return parameter.allowMultiple === true ? readList(value, context, undefined) : readText(value)
  }
}

const types: readonly InstallParameterType[] = [
  'Boolean',
  'Choice',
  'EditChoice',
  'KeyValueList',
  'MultiChoice',
  'String',
  'StringMixed',
]

/** T17: the type may be missing, in lower case, or one that nobody knows; then it is text. */
function typeOf({ type }: InstallParameter): InstallParameterType {
  return types.find((known) => known.toLowerCase() === type?.toLowerCase()) ?? 'String'
}

function readBoolean(value: ParameterValue): ReadValue {
  if (typeof value === 'boolean') return { value }
  const text = String(value).toLowerCase()
  if (text === 'true' || text === '1') return { value: true }
  if (text === 'false' || text === '0') return { value: false }
  return { problem: 'send true or false.' }
}

function readText(value: ParameterValue): ReadValue {
  if (typeof value === 'number' || typeof value === 'boolean') return { value: String(value) }
  if (typeof value !== 'string') return { problem: 'send one text, not a list.' }
  return textProblem(value) ?? { value }
}

function readChoice(value: ParameterValue, validValues: readonly string[] | undefined): ReadValue {
  const read = readText(value)
  if ('problem' in read || validValues === undefined) return read
  const chosen = matching(String(read.value), validValues)
  return chosen === undefined ? { problem: choiceProblem(String(read.value), validValues) } : { value: chosen }
}

function readList(
  value: ParameterValue,
  { listDelimiter }: ValueContext,
  validValues: readonly string[] | undefined,
): ReadValue {
  const items = listItems(value, listDelimiter)
  if (items === undefined) return { problem: 'send a list of texts.' }
  if (items.length > itemsMax) return { problem: `send at most ${itemsMax} values.` }
  const chosen: string[] = []
  for (const item of items) {
    const problem = textProblem(item)
    if (problem !== undefined) return problem
    const match = validValues === undefined ? item : matching(item, validValues)
    if (match === undefined) return { problem: choiceProblem(item, validValues ?? []) }
    if (!chosen.includes(match)) chosen.push(match)
  }
  return { value: chosen }
}

/** One text holds several values joined by the app's delimiter. */
function listItems(value: ParameterValue, listDelimiter: string): string[] | undefined {
  if (typeof value === 'string')
    return value
      .split(listDelimiter)
      .map((item) => item.trim())
      .filter((item) => item !== '')
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  if (!Array.isArray(value)) return undefined
  const texts = value.filter((item) => typeof item === 'string')
  return texts.length === value.length ? texts : undefined
}

function readKeyValues(value: ParameterValue): ReadValue {
  if (!Array.isArray(value) || value.length > itemsMax)
    return { problem: `send a list of at most ${itemsMax} {"key": …, "value": …}.` }
  const pairs: { key: string; value: string }[] = []
  for (const item of value) {
    if (typeof item === 'string') return { problem: 'send a list of {"key": …, "value": …}.' }
    const problem = textProblem(item.key) ?? textProblem(item.value)
    if (problem !== undefined) return problem
    pairs.push({ key: item.key, value: item.value })
  }
  return { value: pairs }
}

/** Choices are told apart by case only where they differ in nothing else. */
function matching(text: string, validValues: readonly string[]): string | undefined {
  return (
    validValues.find((valid) => valid === text) ??
    validValues.find((valid) => valid.toLowerCase() === text.toLowerCase())
  )
}

function choiceProblem(text: string, validValues: readonly string[]): string {
  const shown =
    validValues.length === 0 ? 'there is none to choose' : `send one of ${validValues.slice(0, 30).join(', ')}`
  return `"${text.slice(0, 100)}" is no choice; ${shown}${validValues.length > 30 ? ', …' : ''}.`
}

function textProblem(text: string): { problem: string } | undefined {
  if (text.length > textCharactersMax) return { problem: `send at most ${textCharactersMax} characters.` }
  // Neither PostgreSQL's jsonb nor an app's environment holds it.
  if (text.includes('\0')) return { problem: 'the text holds a NUL character; leave it out.' }
  return undefined
}
