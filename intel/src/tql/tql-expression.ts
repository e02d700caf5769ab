/**
 * A parsed TQL query: plain JSON, so that it can be stored with a data collection and sent to a console.
 * Every node carries `position`, the offset of its first character in the query (UTF-16 units, from 0).
 */
export type TqlExpression = TqlAnd | TqlOr | TqlNot | TqlComparison | TqlHas

/** All operands hold; two or more; none is itself an `and` (chains are flat). */
export interface TqlAnd {
  readonly kind: 'and'
  readonly operands: readonly TqlExpression[]
  readonly position: number
}

/** One operand at least holds; two or more; none is itself an `or`. */
export interface TqlOr {
  readonly kind: 'or'
  readonly operands: readonly TqlExpression[]
  readonly position: number
}

export interface TqlNot {
  readonly kind: 'not'
  readonly operand: TqlExpression
  readonly position: number
}

/** `keyword operator value`. */
export interface TqlComparison {
  readonly kind: 'comparison'
  /** In the spelling of the keyword table, whatever the query wrote. */
  readonly keyword: string
  readonly operator: TqlOperator
  /** A list exactly where the operator is `in` or `not in`; its items, like a single value, have the keyword's kind. */
  readonly value: TqlValue
  readonly position: number
}

/** `hasTag(…)`: an object of kind `object` that satisfies `query` is linked to this one. */
export interface TqlHas {
  readonly kind: 'has'
  readonly keyword: string
  readonly object: TqlObject
  readonly query: TqlExpression
  readonly position: number
}

/** What a query, or the inside of a `has…()`, is about; each has keywords of its own. */
export type TqlObject = 'indicator' | 'group' | 'tag' | 'attribute' | 'securityLabel' | 'job' | 'execution'

export type TqlOperator =
  | '='
  | '!='
  | '>'
  | '<'
  | '<='
  | '>='
  | 'in'
  | 'not in'
  | 'like'
  | 'not like'
  | 'contains'
  | 'not contains'
  | 'startswith'
  | 'not startswith'
  | 'endswith'
  | 'not endswith'

/** `date` keeps the text («NOW() - 30 DAYS» means something else tomorrow); read it with `readTqlDate`, which does not fail for it. */
export type TqlScalar =
  | { readonly kind: 'text'; readonly text: string; readonly position: number }
  | { readonly kind: 'number'; readonly number: number; readonly position: number }
  | { readonly kind: 'boolean'; readonly boolean: boolean; readonly position: number }
  | { readonly kind: 'date'; readonly text: string; readonly position: number }

export interface TqlList {
  readonly kind: 'list'
  readonly items: readonly TqlScalar[]
  readonly position: number
}

export type TqlValue = TqlScalar | TqlList
