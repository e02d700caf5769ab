import type { TqlExpression, TqlObject } from './tql-expression.ts'

/** A query that was understood, or what is wrong with it, where, and what was probably meant. */
export type TqlParseResult =
  | { readonly ok: true; readonly query: TqlExpression }
  | { readonly ok: false; readonly message: string; readonly position: number; readonly suggestion?: string }

export function parseTql(text: string, object: TqlObject = 'indicator'): TqlParseResult {
  throw new Error(`being written: ${object} ${text}`)
}
