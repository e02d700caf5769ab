import { anyCharacter } from '@postern/intel/testing'
import fc from 'fast-check'
import type { Schema } from './schema-breaks.ts'

/** Texts that break what stores, compares or shows them: controls, half characters, numbers and dates beyond a column's range. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00y',
  '\u2028',
  '\u202eevil',
  '0',
  '-1',
  '1e999',
  '2147483648',
  '9223372036854775807',
  '9223372036854775808',
  '99999999999999999999999999',
  '00000000-0000-0000-0000-000000000000',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00.000Z',
  '2026-02-30T00:00:00Z',
  "' or 1=1 --",
  '%',
  '\\',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '${OWNERS}',
  '&{KEYCHAIN:x}',
  'é'.normalize('NFD'),
  '雪',
  'x'.repeat(300),
  'x'.repeat(70_000),
]

/** Raw JSON that writers do not write. */
const hostileJson: readonly string[] = [
  'null',
  'true',
  '[]',
  '{}',
  '-0',
  '1e999',
  '-1e999',
  '9007199254740993',
  '0.1',
  '"\\u0000"',
  '"\\ud800"',
  '{"__proto__":{"role":"administrator"}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"a":1,"a":2}',
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
  '[,]',
  'NaN',
  '{"a"',
]

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.string({ unit: anyCharacter, maxLength: 30 }) },
)

/**
 * JSON texts in the shape of a schema. `honest` only: values that the schema takes, as far as it can tell; else each value may be
 * something hostile instead, a field may be missing, and one may be there that nobody knows.
 *
 * @param known values for fields that name something that is there, by the field's name
 */
export function jsonOf(schema: Schema, known: Readonly<Record<string, string>>, honest: boolean): fc.Arbitrary<string> {
  return valueOf(schema, '', 0)

  function valueOf(part: Schema, name: string, depth: number): fc.Arbitrary<string> {
    const good = goodValue(part, name, depth)
    if (honest) return good
    return fc.oneof(
      { weight: 12, arbitrary: good },
      { weight: 1, arbitrary: fc.constantFrom(...hostileJson) },
      { weight: 1, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
    )
  }

  function goodValue(part: Schema, name: string, depth: number): fc.Arbitrary<string> {
    const there = known[name]
    const choices = part['enum']
    if (there !== undefined && !(Array.isArray(choices) && !choices.includes(there)))
      return fc.constant(JSON.stringify(there))
    const alternatives = part['anyOf'] ?? part['oneOf']
    if (Array.isArray(alternatives))
      return fc.oneof(...(alternatives as Schema[]).map((each) => valueOf(each, name, depth + 1)))
    if (Array.isArray(part['enum'])) return fc.constantFrom(...part['enum'].map((each) => JSON.stringify(each)))
    if ('const' in part) return fc.constant(JSON.stringify(part['const']))
    const types = Array.isArray(part['type']) ? (part['type'] as string[]) : [String(part['type'])]
    return fc.constantFrom(...types).chain((type) => typedValue(part, type, depth))
  }

  function typedValue(part: Schema, type: string, depth: number): fc.Arbitrary<string> {
    switch (type) {
      case 'object':
        return objectOf(part, depth)
      case 'array': {
        const items = valueOf((part['items'] ?? {}) as Schema, '', depth + 1)
        return fc.array(items, { maxLength: depth > 4 ? 0 : 3 }).map((all) => `[${all.join(',')}]`)
      }
      case 'string':
        return textOf(part).map((text) => JSON.stringify(text))
      case 'integer':
      case 'number':
        return fc.constantFrom(...numbersOf(part)).map(String)
      case 'boolean':
        return fc.constantFrom('true', 'false')
      default:
        return fc.constantFrom('null', '1', '"x"')
    }
  }

  function objectOf(part: Schema, depth: number): fc.Arbitrary<string> {
    const properties = Object.entries((part['properties'] ?? {}) as Record<string, Schema>)
    const required = new Set((part['required'] ?? []) as string[])
    const fields = properties.map(([name, each]) =>
      fc
        .tuple(valueOf(each, name, depth + 1), fc.nat({ max: 9 }))
        .map(([value, dice]) =>
          (required.has(name) ? !honest && dice === 0 : dice < 4) ? [] : [`${JSON.stringify(name)}:${value}`],
        ),
    )
    const free = part['additionalProperties']
    const more =
      typeof free === 'object'
        ? fc.array(fc.tuple(fc.constantFrom('a', 'url', 'count'), valueOf(free as Schema, '', depth + 1)), {
            maxLength: 2,
          })
        : honest
          ? fc.constant([])
          : fc.oneof(
              { weight: 9, arbitrary: fc.constant([]) },
              {
                weight: 1,
                arbitrary: fc.array(fc.tuple(hostileText, fc.constantFrom(...hostileJson)), { maxLength: 1 }),
              },
            )
    return fc
      .tuple(fc.tuple(...fields), more)
      .map(
        ([all, extra]) =>
          `{${[...all.flat(), ...extra.map(([key, value]) => `${JSON.stringify(key)}:${value}`)].join(',')}}`,
      )
  }
}

/** Texts that a string's schema takes. */
export function textOf(part: Schema): fc.Arbitrary<string> {
  const samples = [...textSamples, ...hostileTexts].filter((text) => takesText(part, text))
  const pattern = part['pattern']
  if (samples.length > 0) return fc.constantFrom(...samples)
  return typeof pattern === 'string' ? fc.stringMatching(new RegExp(pattern)) : fc.string()
}

const textSamples: readonly string[] = [
  'A name',
  'a.example.com',
  'https://example.com/x',
  'typeName = "Host"',
  '2026-11-21T08:00:00.000Z',
  '0 0 3 * * ?',
  'Europe/Zurich',
  '1',
  '123456789012345678',
  '999999999',
  'Host',
  'AMBER',
  'latest',
  'QUJD',
  'a'.repeat(64),
  '0123456789abcdef',
  'correct horse battery staple',
  '6f1e6d43-8a90-5b5c-9d6f-0d0f6a3f9c11',
]

function takesText(part: Schema, text: string): boolean {
  const { pattern, minLength, maxLength, format } = part
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(text)) return false
  if (typeof minLength === 'number' && text.length < minLength) return false
  if (typeof maxLength === 'number' && text.length > maxLength) return false
  // Instants have no year 0, which JSON Schema cannot say.
  if (format === 'date-time' && text.startsWith('0000')) return false
  return format === undefined || typeof pattern === 'string'
}

function numbersOf(part: Schema): number[] {
  const least = Number(part['minimum'] ?? part['exclusiveMinimum'] ?? -Number.MAX_SAFE_INTEGER)
  const most = Number(part['maximum'] ?? part['exclusiveMaximum'] ?? Number.MAX_SAFE_INTEGER)
  const fits = [least, least + 1, 1, 2, 60, 2_147_483_647, 2_147_483_648, most].filter(
    (each) => each >= least && each <= most,
  )
  return 'exclusiveMinimum' in part ? fits.filter((each) => each > least) : fits
}
