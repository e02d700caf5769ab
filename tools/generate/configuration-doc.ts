import * as z from 'zod'

type Property = {
  description?: string
  default?: unknown
  type?: string
  enum?: string[]
  minimum?: number
  maximum?: number
}

/** docs/operating/configuration.md: every environment variable of a reader's schema, with what the schema says of it. */
export function configurationDoc(hub: z.ZodObject): string {
  return `<!-- Written by tools/generate.ts from hub/src/config.ts. A test compares it. Do not edit. -->

# Configuration of the hub

The hub reads these environment variables once, at its start. A start with mistakes names all of them and ends. A variable that is
set to nothing counts as not set. What an administrator may change while the hub runs (its public names, for one) stands in the
console under Settings instead, and wins over the variable of the same meaning.

${variableTable(hub)}
`
}

function variableTable(schema: z.ZodObject): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'output' }) as { properties?: Record<string, Property> }
  const rows = Object.entries(properties).map(([name, property]) => {
    if (property.description === undefined) throw new Error(`${name} has no description`)
    return `| \`${name}\` | ${kindOf(property)} | ${defaultOf(property)} | ${cell(property.description)} |`
  })
  return ['| variable | kind | default | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function kindOf(property: Property): string {
  if (property.enum !== undefined) return property.enum.map((choice) => `\`${choice}\``).join(', ')
  if (property.type === 'integer') return `whole number, ${property.minimum} to ${property.maximum}`
  return property.type === 'boolean' ? '`true` or `false`' : 'text'
}

function defaultOf(property: Property): string {
  return property.default === undefined ? 'not set' : `\`${JSON.stringify(property.default).replaceAll('"', '')}\``
}

/** Text as a cell of a table. `<data>` is not HTML. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/<[^>]+>/g, (placeholder) => `\`${placeholder}\``)
}
