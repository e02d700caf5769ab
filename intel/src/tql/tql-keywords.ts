import type { TqlObject } from './tql-expression.ts'

export type TqlKeywordKind = 'text' | 'number' | 'boolean' | 'date' | 'nested'

export interface TqlKeyword {
  readonly kind: TqlKeywordKind
  readonly description: string
  /** What a nested keyword's parentheses are about; only where `kind` is `nested`. */
  readonly object?: TqlObject
}

export type TqlKeywordTable = Readonly<Record<string, TqlKeyword>>

/** The keywords of indicator queries. */
export const tqlKeywords: TqlKeywordTable = {}
/** The keywords of every object, for the inside of `has…()` and for group queries. */
export const tqlKeywordTables: Readonly<Record<TqlObject, TqlKeywordTable>> = {
  indicator: tqlKeywords,
  group: {},
  tag: {},
  attribute: {},
  securityLabel: {},
}
