import { type InstallParameter, type ParameterValue, platformParameters } from '@postern/protocol'

/** Those that people fill in: hidden ones are the app's own state, and the owner is a field of the job itself. */
export function shownParameters(parameters: readonly InstallParameter[]): InstallParameter[] {
  return parameters
    .filter(({ name, hidden }) => hidden !== true && name !== platformParameters.owner)
    .toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
}

/** How a parameter is drawn; the hub reads values by the same declarations (D23). */
export type ParameterKind = 'flag' | 'choice' | 'choices' | 'suggestions' | 'pairs' | 'secret' | 'lines' | 'text'

const typesOfNoChoice = ['string', 'stringmixed']

/** T17: the type may be missing, in lower case, or one that nobody knows; then it is text. */
export function kindOf(parameter: InstallParameter, values: readonly string[] | undefined): ParameterKind {
  if (parameter.encrypt === true) return 'secret'
  const type = parameter.type?.toLowerCase() ?? 'string'
  const isMultiple = parameter.allowMultiple === true
  if (type === 'boolean') return 'flag'
  if (type === 'keyvaluelist') return 'pairs'
  if (values && values.length > 0) {
    if (type === 'multichoice') return 'choices'
    if (type === 'choice') return 'choice'
    if (type === 'editchoice') return isMultiple ? 'lines' : 'suggestions'
    // Text that names something known, such as a data collection.
    if (typesOfNoChoice.includes(type)) return isMultiple ? 'choices' : 'choice'
  }
  return type === 'multichoice' || isMultiple ? 'lines' : 'text'
}

/** What can stand for the words that only a hub knows; others leave the choice open. */
export interface KnownNames {
  owners: readonly string[]
  collections: readonly string[]
}

/** What can be chosen; undefined where anything may be typed. */
export function valuesOf(
  parameter: InstallParameter,
  known: KnownNames,
  collectionParameters: readonly string[],
): readonly string[] | undefined {
  if (collectionParameters.includes(parameter.name)) return known.collections
  const values = parameter.validValues
  if (!values || values.length === 0) return undefined
  const meant = values.flatMap((value) => (value === '${OWNERS}' ? known.owners : [value]))
  return meant.some((value) => /^\$\{.*\}$/.test(value)) ? undefined : meant
}

/** A value as one line of text for each item. */
export function linesOf(value: ParameterValue | undefined): string[] {
  if (value === undefined || value === null || value === '') return []
  if (!Array.isArray(value)) return [String(value)]
  return value.map((item) => (typeof item === 'string' ? item : `${item.key}: ${item.value}`))
}

export function isOn(value: ParameterValue | undefined): boolean {
  return value === true || /^(true|1)$/i.test(String(value ?? ''))
}

/** What a new job begins with: the app's own defaults. Secrets have none. */
export function defaultsOf(parameters: readonly InstallParameter[]): Record<string, ParameterValue> {
  return Object.fromEntries(
    parameters
      .filter((parameter) => parameter.encrypt !== true && parameter.hidden !== true && parameter.default != null)
      .map((parameter) => [parameter.name, parameter.default ?? null]),
  )
}
