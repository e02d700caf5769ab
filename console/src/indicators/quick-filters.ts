import { parseTql, printTql, type TqlComparison, type TqlExpression, type TqlOperator } from '@postern/intel'

/** The conditions that the page offers without writing. Each is one comparison of TQL: there is no second way of asking. */
export const quickFilters = {
  type: { keyword: 'typeName', operator: '=' },
  owner: { keyword: 'ownerName', operator: '=' },
  tag: { keyword: 'tag', operator: '=' },
  rating: { keyword: 'rating', operator: '>=' },
  confidence: { keyword: 'confidence', operator: '>=' },
  added: { keyword: 'dateAdded', operator: '>=' },
} as const satisfies Record<string, { keyword: string; operator: TqlOperator }>

export type QuickFilter = keyof typeof quickFilters

/** Values of those filters that the query holds, as text; nothing where the query cannot be read. */
export type QuickFilterValues = Partial<Record<QuickFilter, string>>

const names = Object.keys(quickFilters) as QuickFilter[]

/** @returns undefined for a query that cannot be read, into which no filter can be written either */
export function readQuickFilters(tql: string): QuickFilterValues | undefined {
  const parts = conjunctsOf(tql)
  if (!parts) return undefined
  const values: QuickFilterValues = {}
  for (const name of names) {
    const value = parts.find((part) => isFilter(part, name))
    if (value?.kind === 'comparison') values[name] = textOf(value)
  }
  return values
}

/**
 * The query with this filter set, or without it. What the person wrote stays as it was written unless a condition in it has to go.
 * @returns the query itself where it cannot be read
 */
export function withQuickFilter(tql: string, name: QuickFilter, value: string | undefined): string {
  const parts = conjunctsOf(tql)
  if (!parts) return tql
  const condition = value === undefined ? undefined : conditionOf(name, value)
  const kept = parts.filter((part) => !isFilter(part, name))
  if (kept.length === parts.length) return joined(tql.trim(), parts, condition)
  // In its own place, so that changing a filter does not shuffle the query.
  const at = parts.findIndex((part) => isFilter(part, name))
  const texts = kept.map((part) => (part.kind === 'or' ? `(${printTql(part)})` : printTql(part)))
  if (condition !== undefined) texts.splice(at, 0, condition)
  return texts.length === 1 && kept.length === 1 ? texts.join('').replace(/^\((.*)\)$/s, '$1') : texts.join(' and ')
}

function joined(tql: string, parts: readonly TqlExpression[], condition: string | undefined): string {
  if (condition === undefined) return tql
  if (tql === '') return condition
  return parts[0]?.kind === 'or' ? `(${tql}) and ${condition}` : `${tql} and ${condition}`
}

/** What the query asks for all at once; an `or` is one part. */
function conjunctsOf(tql: string): readonly TqlExpression[] | undefined {
  if (tql.trim() === '') return []
  const parsed = parseTql(tql, 'indicator')
  if (!parsed.ok) return undefined
  return parsed.query.kind === 'and' ? parsed.query.operands : [parsed.query]
}

function isFilter(part: TqlExpression, name: QuickFilter): boolean {
  const { keyword, operator } = quickFilters[name]
  return (
    part.kind === 'comparison' && part.keyword === keyword && part.operator === operator && part.value.kind !== 'list'
  )
}

function textOf({ value }: TqlComparison): string {
  switch (value.kind) {
    case 'text':
    case 'date':
      return value.text
    case 'number':
      return String(value.number)
    case 'boolean':
      return String(value.boolean)
    case 'list':
      return ''
  }
}

function conditionOf(name: QuickFilter, value: string): string {
  const { keyword, operator } = quickFilters[name]
  const isNumber = name === 'rating' || name === 'confidence'
  return `${keyword} ${operator} ${isNumber ? value : quoted(value)}`
}

/** A text as TQL has it between quotes. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, String.raw`\$&`)}"`
}
