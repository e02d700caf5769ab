import { nearestName } from '@postern/intel'
import * as z from 'zod'

type RawIssue = z.core.$ZodRawIssue

/**
 * What a schema finds wrong, as people read it. A schema that can say more of a field than its type carries its own sentence; for all
 * others the words are made here, so that nobody meets those of the library that validates.
 */
function inWords(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? `Is missing; send ${kindOf(issue.expected)}` : `Send ${kindOf(issue.expected)}`
    case 'invalid_value':
      return `Send ${oneOf(issue.values.map((value) => JSON.stringify(value) ?? String(value)))}`
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', Number(issue.minimum))
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', Number(issue.maximum))
    case 'not_multiple_of':
      return `Send a multiple of ${issue.divisor}`
    case 'invalid_format':
      return form(issue.format, issue.pattern)
    case 'unrecognized_keys':
      return unknownFields(issue.keys, fieldsOf(issue.inst))
    case 'invalid_union':
      return unionInWords(issue)
    default:
      return 'Is not valid'
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object of fields',
  record: 'an object of fields',
  null: 'null',
}

function kindOf(expected: string): string {
  return kinds[expected] ?? `a ${expected}`
}

function oneOf(shown: readonly string[]): string {
  return shown.length === 1 ? String(shown[0]) : `one of ${shown.join(', ')}`
}

const units: Readonly<Record<string, readonly [one: string, more: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
}

function bound(origin: string, words: string, limit: number): string {
  const unit = units[origin]
  if (unit === undefined) return `Send a number of ${words} ${limit}`
  if (words === 'at least' && limit === 1) return 'Must not be empty'
  return `Send ${words} ${limit} ${unit[limit === 1 ? 0 : 1]}`
}

const forms: Readonly<Record<string, string>> = {
  datetime: 'an instant in UTC such as 2026-01-31T12:00:00Z',
  date: 'a date such as 2026-01-31',
  uuid: 'an id of the form 01234567-89ab-cdef-0123-456789abcdef',
  guid: 'an id of the form 01234567-89ab-cdef-0123-456789abcdef',
  email: 'a mail address',
  url: 'a whole address such as https://host.example/path',
  base64: 'base64',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
}

/** The patterns of ids and cursors. */
const digits = /^\^(?:\[1-9\])?(?:\\d|\[0-9\])\{[01],(\d+)\}\$$/

function form(format: string, pattern: string | undefined): string {
  const known = forms[format]
  if (known !== undefined) return `Send ${known}`
  const source = pattern?.replaceAll(/^\/|\/[a-z]*$/g, '') ?? ''
  return digits.test(source) ? 'Send an id, a row of digits' : `Send what matches ${source === '' ? format : source}`
}

function unknownFields(keys: readonly string[], known: readonly string[]): string {
  return keys
    .map((key) => {
      const near = nearestName(key, known)
      const instead =
        near === undefined
          ? known.length === 0
            ? 'no field is taken here'
            : `there are ${known.join(', ')}`
          : `did you mean ${near}?`
      return `There is no field "${key}"; ${instead}`
    })
    .join('. ')
}

function fieldsOf(schema: unknown): string[] {
  return schema instanceof z.core.$ZodObject ? Object.keys(schema._zod.def.shape) : []
}

/** The branch that came furthest tells more than all of them together. */
function unionInWords(issue: Extract<RawIssue, { code: 'invalid_union' }>): string {
  const branches = issue.errors ?? []
  const sentences = branches.flatMap((issues) => (issues.length === 1 && issues[0] ? [firstMistake(issues)] : []))
  const different = [...new Set(sentences)]
  if (different.length > 0) return different.map((text, index) => asPart(text, index)).join(', or ')
  return branches.length === 0 ? 'Is of no known kind' : firstMistake(branches[0] ?? []).replace(/\.$/, '')
}

function asPart(sentence: string, index: number): string {
  const bare = sentence.replace(/\.$/, '')
  return index === 0 ? bare : bare.charAt(0).toLowerCase() + bare.slice(1)
}

z.config({ customError: inWords })

/** Whether null may stand at a place: a value's own schema, which finds that it is of another type or missing, does not know. */
export function takesNull(schema: unknown, place: readonly string[]): boolean {
  const [field, ...rest] = place
  if (schema instanceof z.core.$ZodNullable) return field === undefined || takesNull(schema._zod.def.innerType, place)
  if (schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodDefault)
    return takesNull(schema._zod.def.innerType, place)
  if (field === undefined) return false
  if (schema instanceof z.core.$ZodObject) return takesNull(schema._zod.def.shape[field], rest)
  return schema instanceof z.core.$ZodArray && takesNull(schema._zod.def.element, rest)
}

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string }

/** The first mistake in a value that a schema refused, as a sentence that names its place: `"rows.3.name": Send a text.` */
export function firstMistake(issues: readonly Issue[]): string {
  const [issue] = issues
  return issue === undefined ? 'It could not be read.' : mistakeAt(issue.path.map(String).join('.'), issue.message)
}

/** A mistake and its place, which is empty for the whole value. */
export function mistakeAt(place: string, message: string, whole?: string): string {
  const sentence = /[.?!]$/.test(message) ? message : `${message}.`
  if (place === '') return whole === undefined ? sentence : `${whole}: ${sentence}`
  return `"${place}": ${sentence}`
}
