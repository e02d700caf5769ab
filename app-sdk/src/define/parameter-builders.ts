import { Secret } from '../launch/secret.ts'
import { declare, entryOf } from './parameter.ts'
import type { Given, Parameter, ParameterOptions } from './parameter.ts'
import { readAddress } from './read-address.ts'

interface TextOptions extends ParameterOptions<string> {
  readonly default?: string
  readonly charactersMax?: number
}

/** One line of text. */
function string<const O extends TextOptions>(options: O): Parameter<Given<O, string>> {
  const read = (raw: unknown) => readText(raw, options.charactersMax ?? textCharactersMax)
  return declare(entryOf('String', options, defaultOf(options)), options, read) as Parameter<Given<O, string>>
}

/** Several lines of text. */
function text<const O extends TextOptions>(options: O): Parameter<Given<O, string>> {
  const read = (raw: unknown) => readText(raw, options.charactersMax ?? textCharactersMax)
  return declare(entryOf('String', options, { viewRows: 5, ...defaultOf(options) }), options, read) as Parameter<
    Given<O, string>
  >
}

/** A comma-separated list of words, trimmed, empty ones left out. */
function list<const O extends ParameterOptions<readonly string[]> & { default?: string }>(
  options: O,
): Parameter<readonly string[]> {
  const read = (raw: unknown): readonly string[] => {
    const words = Array.isArray(raw)
      ? raw.map((word) => readText(word, textCharactersMax))
      : readText(raw, textCharactersMax).split(',')
    return words.map((word) => word.trim()).filter((word) => word !== '')
  }
  const declared = declare(entryOf('String', options, defaultOf(options)), options, read)
  return { ...declared, read: (raw) => declared.read(raw) ?? [] }
}

/** A password, key or token: kept sealed, masked in the console, and printed nowhere (D9). */
function secret<const O extends ParameterOptions<Secret>>(options: O): Parameter<Given<O, Secret>> {
  const read = (raw: unknown) => new Secret(readText(raw, textCharactersMax))
  return declare(entryOf('String', options, { encrypt: true }), options, read) as Parameter<Given<O, Secret>>
}

/** One of a closed list of words. */
function choice<
  const Values extends readonly string[],
  const O extends ParameterOptions<Values[number]> & { default?: Values[number] },
>(options: O & { readonly values: Values }): Parameter<Given<O, Values[number]>> {
  const entry = entryOf('Choice', options, { validValues: options.values, ...defaultOf(options) })
  return declare(entry, options, (raw) => oneOf(raw, options.values)) as Parameter<Given<O, Values[number]>>
}

/** Any number of a closed list of words; none is an empty list. */
function multiChoice<const Values extends readonly string[]>(
  options: ParameterOptions<readonly Values[number][]> & {
    readonly values: Values
    readonly default?: readonly Values[number][]
  },
): Parameter<readonly Values[number][]> {
  const entry = entryOf('MultiChoice', options, {
    validValues: options.values,
    ...(options.default === undefined ? {} : { default: options.default.join(listDelimiter) }),
  })
  const declared = declare<readonly Values[number][]>(entry, options, (raw) => {
    const words = Array.isArray(raw) ? raw : readText(raw, textCharactersMax).split(listDelimiter)
    return words.map((word) => oneOf(word, options.values))
  })
  return { ...declared, read: (raw) => declared.read(raw) ?? [] }
}

/** A tick box; without a default it is off. */
function boolean(options: ParameterOptions<boolean> & { readonly default?: boolean }): Parameter<boolean> {
  const entry = entryOf('Boolean', options, { default: options.default ?? false })
  const declared = declare(entry, options, readBoolean)
  return { ...declared, read: (raw) => declared.read(raw) ?? false }
}

interface IntegerOptions extends ParameterOptions<number> {
  readonly default?: number
  /** Both are allowed values themselves. */
  readonly minimum?: number
  readonly maximum?: number
}

/** A whole number. `install.json` knows no numbers, so it travels as text. */
function integer<const O extends IntegerOptions>(options: O): Parameter<Given<O, number>> {
  const more = options.default === undefined ? {} : { default: String(options.default) }
  return declare(entryOf('String', options, more), options, (raw) => readInteger(raw, options)) as Parameter<
    Given<O, number>
  >
}

/** A host, `host:port` or https URL that the app talks to; the platform lets the app reach it and nothing else (S7). */
function address<const O extends TextOptions>(options: O): Parameter<Given<O, string>> {
  const read = (raw: unknown) => readAddress(readText(raw, textCharactersMax))
  return declare(entryOf('String', options, defaultOf(options)), options, read, 'address') as Parameter<
    Given<O, string>
  >
}

/** A data collection by name or id; the platform lets the app read its versions and nothing else of the library (D22). */
function collection<const O extends ParameterOptions<string>>(options: O): Parameter<Given<O, string>> {
  const read = (raw: unknown) => readText(raw, 100)
  return declare(entryOf('String', options), options, read, 'collection') as Parameter<Given<O, string>>
}

/** SHA-256 of the certificate of an appliance, with or without colons: trust in exactly that certificate (S19). */
function fingerprint<const O extends ParameterOptions<string>>(options: O): Parameter<Given<O, string>> {
  const read = (raw: unknown) => readFingerprint(readText(raw, 200))
  return declare(entryOf('String', options), options, read) as Parameter<Given<O, string>>
}

/** Builders of parameters: each is an entry of `install.json` and yields a type (D23). */
export const parameter = {
  string,
  text,
  list,
  secret,
  choice,
  multiChoice,
  boolean,
  integer,
  address,
  collection,
  fingerprint,
} as const

/** What joins the words of a multiple choice in one string; `install.json` names it too. */
export const listDelimiter = '|'

const textCharactersMax = 10_000

function defaultOf(options: { readonly default?: string }): { default?: string } {
  return options.default === undefined ? {} : { default: options.default }
}

function readText(raw: unknown, charactersMax: number): string {
  if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean') throw new Error('must be text')
  const read = String(raw).trim()
  if (read.length > charactersMax) throw new Error(`may have ${charactersMax} characters at most`)
  return read
}

function oneOf<const Values extends readonly string[]>(raw: unknown, values: Values): Values[number] {
  const word = readText(raw, textCharactersMax)
  const found =
    values.find((value) => value === word) ?? values.find((value) => value.toLowerCase() === word.toLowerCase())
  if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`)
  return found
}

function readBoolean(raw: unknown): boolean {
  const word = String(raw).toLowerCase()
  if (word === 'true' || word === '1') return true
  if (word === 'false' || word === '0') return false
  throw new Error('must be true or false')
}

function readInteger(raw: unknown, options: IntegerOptions): number {
  const word = readText(raw, 20)
  const value = Number(word)
  if (!/^-?\d+$/.test(word) || !Number.isSafeInteger(value)) throw new Error('must be a whole number')
  if (options.minimum !== undefined && value < options.minimum) throw new Error(`must be ${options.minimum} or more`)
  if (options.maximum !== undefined && value > options.maximum) throw new Error(`must be ${options.maximum} or less`)
  return value
}

function readFingerprint(text: string): string {
  const hex = text
    .replace(/^sha-?256[:=\s]+/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new Error('must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons')
  return hex
}
