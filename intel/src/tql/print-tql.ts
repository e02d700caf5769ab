import type { TqlExpression, TqlScalar, TqlValue } from './tql-expression.ts'

/** Writes a parsed query as text that `parseTql` reads back as the same query; parentheses only where they are needed. */
export function printTql(query: TqlExpression): string {
  switch (query.kind) {
    case 'or':
      return query.operands.map(printTql).join(' or ')
    case 'and':
      return query.operands
        .map((operand) => (operand.kind === 'or' ? `(${printTql(operand)})` : printTql(operand)))
        .join(' and ')
    case 'not':
      return query.operand.kind === 'and' || query.operand.kind === 'or'
        ? `not (${printTql(query.operand)})`
        : `not ${printTql(query.operand)}`
    case 'has':
      return `${query.keyword}(${printTql(query.query)})`
    case 'comparison':
      return `${query.keyword} ${query.operator} ${printValue(query.value)}`
  }
}

function printValue(value: TqlValue): string {
  return value.kind === 'list' ? `(${value.items.map(printScalar).join(', ')})` : printScalar(value)
}

function printScalar(value: TqlScalar): string {
  if (value.kind === 'number') return String(value.number)
  if (value.kind === 'boolean') return String(value.boolean)
  return `"${value.text.replace(/["\\]/g, '\\$&')}"`
}
