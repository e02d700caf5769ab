import type { Schema } from '../http/schema-breaks.ts'

/** Deeper than any of ours; a schema that goes on is cut. */
const depthMax = 12
const bounds = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'pattern', 'format']

/** A JSON Schema as people read it: `{ name: string (maxLength 100), kind?: "a" | "b" }`, one field a line. */
export function schemaText(schema: Schema, depth = 0): string {
  if (depth > depthMax) return '…'
  const alternatives = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(alternatives)) return alternatives.map((each) => schemaText(each, depth)).join(' | ')
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' | ')
  if ('const' in schema) return JSON.stringify(schema['const'])
  if (Array.isArray(schema['prefixItems']))
    return `[${schema['prefixItems'].map((each) => schemaText(each, depth)).join(', ')}]`
  if (isSchema(schema['items'])) return `list of ${schemaText(schema['items'], depth)}${boundsText(schema)}`
  if (isSchema(schema['properties'])) return objectText(schema, schema['properties'], depth)
  if (isSchema(schema['additionalProperties']))
    return `{ [name]: ${schemaText(schema['additionalProperties'], depth)} }`
  const type = schema['type']
  return `${Array.isArray(type) ? type.join(' | ') : String(type ?? 'anything')}${boundsText(schema)}`
}

function objectText(schema: Schema, properties: Schema, depth: number): string {
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const indent = '  '.repeat(depth + 1)
  const lines = Object.entries(properties).map(
    ([name, each]) =>
      `${indent}${name}${required.includes(name) ? '' : '?'}: ${isSchema(each) ? schemaText(each, depth + 1) : 'anything'}`,
  )
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`
}

function boundsText(schema: Schema): string {
  const named = bounds.filter((name) => name in schema && !isUnbounded(schema[name]))
  return named.length === 0 ? '' : ` (${named.map((name) => `${name} ${String(schema[name])}`).join(', ')})`
}

/** zod writes the largest safe integer where nothing is bounded. */
function isUnbounded(bound: unknown): boolean {
  return typeof bound === 'number' && Math.abs(bound) === Number.MAX_SAFE_INTEGER
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
