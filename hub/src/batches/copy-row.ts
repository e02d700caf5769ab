import { escapeCopyField } from '@postern/intel'
import { storable } from './read-common-fields.ts'

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
