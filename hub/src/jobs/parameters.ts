import type { InstallParameter, ParameterValue } from '@postern/protocol'
import { groupTypes, indicatorTypes } from '@postern/intel'
import { readParameterValue } from './parameter-value.ts'

/** What the choices of an app may refer to: `${OWNERS}` and its like, by name. */
export type Choices = { owners: readonly string[]; users: readonly string[] }

export type GivenParameters = {
  declared: readonly InstallParameter[]
  listDelimiter: string
  given: Readonly<Record<string, ParameterValue>>
  choices: Choices
  /** Secrets that have a value already; one that is given as null or not at all keeps it. */
  secretsSet: readonly string[]
}

export type CheckedParameters = {
  /** Without secrets. */
  parameters: Record<string, ParameterValue>
  /** New values of secrets; null takes one away. */
  secrets: Record<string, string | null>
  /** One sentence for each that is wrong, with its name and what to send. */
  problems: string[]
}

/** Checks a job's parameters against what its app declares (D23); apps of all languages alike. */
export function checkParameters({
  declared,
  listDelimiter,
  given,
  choices,
  secretsSet,
}: GivenParameters): CheckedParameters {
  const checked: CheckedParameters = { parameters: {}, secrets: {}, problems: [] }
  for (const name of Object.keys(given)) {
    if (!declared.some((parameter) => parameter.name === name)) checked.problems.push(unknownName(name, declared))
  }
  for (const parameter of declared) {
    const value = given[parameter.name]
    if (parameter.encrypt === true) checkSecret(parameter, value, secretsSet.includes(parameter.name), checked)
    else checkPlain(parameter, value, { listDelimiter, choices }, checked)
  }
  return checked
}

function checkSecret(
  parameter: InstallParameter,
  value: ParameterValue | undefined,
  isSet: boolean,
  checked: CheckedParameters,
): void {
  const { name } = parameter
  // A client that sends back what it was shown sends null, and means no change. An empty text takes the secret away.
  const isKept = (value === undefined || value === null) && isSet
  if (isKept) return
  if (value === undefined || value === null || value === '') {
    if (isSet) checked.secrets[name] = null
    if (isRequired(parameter))
      checked.problems.push(`parameters.${name} is required: send the secret as text; it is never shown again.`)
    return
  }
  if (typeof value === 'string') checked.secrets[name] = value
  else if (typeof value === 'number' || typeof value === 'boolean') checked.secrets[name] = String(value)
  else checked.problems.push(`parameters.${name} is a secret: send it as one text.`)
}

function checkPlain(
  parameter: InstallParameter,
  value: ParameterValue | undefined,
  { listDelimiter, choices }: { listDelimiter: string; choices: Choices },
  checked: CheckedParameters,
): void {
  if (isEmpty(value)) {
    if (isRequired(parameter)) checked.problems.push(`parameters.${parameter.name} is required: ${hint(parameter)}.`)
    return
  }
  const read = readParameterValue(parameter, value, { listDelimiter, validValues: validValuesOf(parameter, choices) })
  if ('problem' in read) checked.problems.push(`parameters.${parameter.name}: ${read.problem}`)
  else checked.parameters[parameter.name] = read.value
}

/** A default fills what is not given, so that only those without one must be. Hidden ones are the app's own state. */
function isRequired({ required, default: value, hidden }: InstallParameter): boolean {
  return required === true && hidden !== true && (value === undefined || value === null || value === '')
}

function isEmpty(value: ParameterValue | undefined): value is undefined | null | '' {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function hint({ label, note }: InstallParameter): string {
  const what = label ?? 'a value'
  return note === undefined || note === '' ? `send ${what}` : `send ${what} (${note.slice(0, 200)})`
}

function unknownName(name: string, declared: readonly InstallParameter[]): string {
  const names = declared.map((parameter) => parameter.name)
  const same = names.find((known) => known.toLowerCase() === name.toLowerCase())
  if (same !== undefined) return `parameters.${name} is unknown: write it ${same}.`
  const known = names.length === 0 ? 'the app has no parameters' : `the app has ${names.slice(0, 50).join(', ')}`
  return `parameters.${name} is unknown: ${known}.`
}

/** Choices with their magic words replaced by what they stand for; undefined where any value will do. */
function validValuesOf({ validValues }: InstallParameter, choices: Choices): readonly string[] | undefined {
  if (validValues === undefined || validValues.length === 0) return undefined
  const values: string[] = []
  for (const value of validValues) {
    const magic = /^\$\{([A-Z_]+)(:.*)?\}$/.exec(value)?.[1]
    const meant = magic === undefined ? [value] : magicValues(magic, choices)
    if (meant === undefined) return undefined
    values.push(...meant)
  }
  return values
}

/** Words whose meaning only ThreatConnect knows (attributes, artifacts, variables) leave the choice open. */
function magicValues(magic: string, { owners, users }: Choices): readonly string[] | undefined {
  switch (magic) {
    case 'OWNERS':
      return owners
    case 'USERS':
    case 'API_USERS':
      return users
    case 'INDICATOR_TYPES':
      return indicatorTypes
    case 'GROUP_TYPES':
      return groupTypes
    default:
      return undefined
  }
}
