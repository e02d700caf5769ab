/** One comparison: `path operator constant`, or `EXISTS path`. */
export interface PatternComparison {
  readonly kind: 'comparison'
  readonly negated: boolean
  /** `=` also where `==` was written, `!=` where `<>` was. */
  readonly operator: PatternOperator
  /** As written, but for blanks: `file:hashes.'SHA-256'`. */
  readonly path: string
  /** One, or for IN any number; none for EXISTS. */
  readonly constants: readonly PatternConstant[]
}

export type PatternOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'IN'
  | 'LIKE'
  | 'MATCHES'
  | 'ISSUBSET'
  | 'ISSUPERSET'
  | 'EXISTS'

/** A string is unescaped; every other constant is as written, binary and hex without their quotes. */
export interface PatternConstant {
  readonly kind: 'string' | 'integer' | 'float' | 'boolean' | 'timestamp' | 'hex' | 'binary'
  readonly text: string
}

/** What stands within the brackets of one observation. */
export type ComparisonExpression =
  | PatternComparison
  | { readonly kind: 'and' | 'or'; readonly parts: readonly ComparisonExpression[] }

export type ObservationExpression =
  | { readonly kind: 'observation'; readonly comparison: ComparisonExpression }
  | { readonly kind: 'and' | 'or' | 'followed-by'; readonly parts: readonly ObservationExpression[] }
  | { readonly kind: 'qualified'; readonly of: ObservationExpression; readonly qualifier: PatternQualifier }

export type PatternQualifier =
  | { readonly kind: 'within'; readonly seconds: number }
  | { readonly kind: 'repeats'; readonly times: number }
  | { readonly kind: 'between'; readonly start: string; readonly stop: string }

export type PatternResult =
  | { readonly ok: true; readonly expression: ObservationExpression }
  /** `offset` counts UTF-16 units of the pattern. `isTooLarge`: a bound was passed (S14), the grammar was not broken. */
  | { readonly ok: false; readonly message: string; readonly offset: number; readonly isTooLarge: boolean }
