import { readTqlDate, type TqlComparison, type TqlScalar } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import { storable } from '../database/storable.ts'

/** A condition of a query's where clause; its values are parameters, never text of the statement. */
export type Condition = RawBuilder<boolean>

/** Compares one column, which may be null, by the query's operator. Positive operators are false for null, negative ones true. */
export function compareColumn(column: RawBuilder<unknown>, comparison: TqlComparison, now: Date): Condition {
  const { operator, value } = comparison
  if (value.kind === 'list') {
    if (value.items.length === 0) return operator === 'not in' ? sql`true` : sql`false`
    const items = value.items.map((item) => scalar(item, now))
    const type = castOf(value.items)
    return operator === 'not in'
      ? sql`coalesce(${column} <> all(${items}::${type}[]), true)`
      : sql`${column} = any(${items}::${type}[])`
  }
  const pattern = patternOf(operator, value)
  if (pattern !== undefined) {
    return operator.startsWith('not ')
      ? sql`coalesce(${column} not ilike ${pattern}, true)`
      : sql`${column} ilike ${pattern}`
  }
  const right = sql`${scalar(value, now)}::${castOf([value])}`
  switch (operator) {
    case '=':
      return sql`${column} = ${right}`
    case '!=':
      return sql`${column} is distinct from ${right}`
    case '<':
      return sql`${column} < ${right}`
    case '>':
      return sql`${column} > ${right}`
    case '<=':
      return sql`${column} <= ${right}`
    case '>=':
      return sql`${column} >= ${right}`
    default:
      throw new Error(`operator ${operator} came with the wrong kind of value`)
  }
}

/**
 * The pattern of LIKE, CONTAINS, STARTSWITH and ENDSWITH, for ILIKE; undefined for other operators. Only `%` of LIKE is a
 * wildcard: TQL has no other.
 */
export function patternOf(operator: TqlComparison['operator'], value: TqlScalar): string | undefined {
  if (value.kind !== 'text') return undefined
  const text = storable(value.text)
  const literal = text.replace(/[\\%_]/g, '\\$&')
  switch (operator) {
    case 'like':
    case 'not like':
      return text.replace(/[\\_]/g, '\\$&')
    case 'contains':
    case 'not contains':
      return `%${literal}%`
    case 'startswith':
    case 'not startswith':
      return `${literal}%`
    case 'endswith':
    case 'not endswith':
      return `%${literal}`
    default:
      return undefined
  }
}

/** The operator without its NOT, and whether it had one; `!=` counts as the NOT of `=`. */
export function positive(comparison: TqlComparison): { comparison: TqlComparison; isNegated: boolean } {
  const { operator } = comparison
  if (operator === '!=') return { comparison: { ...comparison, operator: '=' }, isNegated: true }
  if (!operator.startsWith('not ')) return { comparison, isNegated: false }
  // Every negated operator is `not ` and its positive (TqlOperator).
  return {
    comparison: { ...comparison, operator: operator.slice('not '.length) as TqlComparison['operator'] },
    isNegated: true,
  }
}

/** The texts that a text keyword is compared with. */
export function textsOf({ value }: TqlComparison): string[] {
  const items = value.kind === 'list' ? value.items : [value]
  return items.map((item) => (item.kind === 'text' ? storable(item.text) : ''))
}

export function negatedIf(isNegated: boolean, condition: Condition): Condition {
  return isNegated ? sql`not coalesce(${condition}, false)` : condition
}

function scalar(value: TqlScalar, now: Date): string | number | boolean {
  switch (value.kind) {
    case 'text':
      return storable(value.text)
    case 'number':
      return value.number
    case 'boolean':
      return value.boolean
    case 'date': {
      const date = readTqlDate(value.text, now)
      if (date === undefined) throw new Error(`the TQL parser let the date ${value.text} through`)
      return date.toISOString()
    }
  }
}

/** @param items of one kind. Whole numbers stay so: by an id as a fraction PostgreSQL finds no index and knows no statistics. */
function castOf(items: readonly TqlScalar[]): RawBuilder<unknown> {
  switch (items[0]?.kind) {
    case undefined:
    case 'text':
      return sql`text`
    case 'number':
      return items.every((item) => item.kind === 'number' && Number.isSafeInteger(item.number))
        ? sql`bigint`
        : sql`float8`
    case 'boolean':
      return sql`boolean`
    case 'date':
      return sql`timestamptz`
  }
}
