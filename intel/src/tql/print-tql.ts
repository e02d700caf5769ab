import type { TqlExpression } from './tql-expression.ts'
export function printTql(query: TqlExpression): string {
  throw new Error(`being written: ${query.kind}`)
}
