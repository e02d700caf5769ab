import { escapeCopyField } from '@postern/intel'
import { storable } from '../storable.ts'

/** One line of COPY text. */
export function copyRow(fields: readonly (string | null)[]): string {
  let line = ''
  for (const [index, field] of fields.entries()) {
    if (index > 0) line += '\t'
    line += field === null ? '\\N' : escapeCopyField(field)
  }
  return line
}

/** A text[] literal; every element is quoted, so that none can read as NULL or as syntax. */
export function arrayLiteral(elements: readonly string[]): string {
  if (elements.length === 0) return '{}'
  return `{${elements.map((element) => `"${element.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/** A text[] column of COPY text; null where nothing was said. */
export function copyArray(names: readonly string[] | undefined): string {
  if (names === undefined) return '\\N'
  let elements = ''
  for (const name of names) elements += elements === '' ? copyElement(name) : `,${copyElement(name)}`
  return `{${elements}}`
}

/** Escaped for the array and then for COPY. The same few tags stand on most items of a feed, so they are remembered. */
function copyElement(name: string): string {
  let element = remembered.get(name)
  if (element !== undefined) return element
  element = escapeCopyField(`"${name.replace(/["\\]/g, '\\$&')}"`)
  if (remembered.size >= rememberedMax) remembered.clear()
  remembered.set(name, element)
  return element
}

const remembered = new Map<string, string>()
const rememberedMax = 10_000

/** JSON that jsonb takes: its text cannot hold U+0000 nor unpaired surrogates, not even escaped. */
export function jsonLiteral(value: unknown): string {
  return JSON.stringify(storableJson(value))
}

function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (Array.isArray(value)) return value.map(storableJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), storableJson(inner)]))
}

export function booleanField(value: boolean | null): string | null {
  return value === null ? null : value ? 't' : 'f'
}

export function numberField(value: number | null): string | null {
  return value === null ? null : String(value)
}
