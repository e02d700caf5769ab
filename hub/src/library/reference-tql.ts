import { canonicalise, type IndicatorType, parseIndicatorType, parseTlp, readTqlDate } from '@postern/intel'
import type { TqlComparison, TqlExpression, TqlScalar } from '@postern/intel'

/** One owner's assertion as a test made it. */
export type MadeAssertion = {
  owner: string
  type: IndicatorType
  value: string
  rating: number | null
  confidence: number | null
  active: boolean
  firstSeen: Date | null
  tags: string[]
  labels: string[]
  descriptions: string[]
  groups: string[]
}

/** What TQL means, evaluated one assertion at a time in memory, for comparing the compiled SQL with. Slow and plain on purpose. */
export function holds(query: TqlExpression, assertion: MadeAssertion, now: Date): boolean {
  switch (query.kind) {
    case 'and':
      return query.operands.every((operand) => holds(operand, assertion, now))
    case 'or':
      return query.operands.some((operand) => holds(operand, assertion, now))
    case 'not':
      return !holds(query.operand, assertion, now)
    case 'has':
      return linked(query.keyword, assertion).some((inner) => inside(query.query, inner, now))
    case 'comparison':
      return compareAny(query, keywords[query.keyword]?.(assertion) ?? unknown(query.keyword), now)
  }
}

type Plain = string | number | boolean | Date | null

const keywords: Readonly<Record<string, (assertion: MadeAssertion) => Plain[]>> = {
  ownerName: ({ owner }) => [owner],
  typeName: ({ type }) => [type],
  summary: ({ value }) => [value],
  rating: ({ rating }) => [rating],
  confidence: ({ confidence }) => [confidence],
  indicatorActive: ({ active }) => [active],
  firstSeen: ({ firstSeen }) => [firstSeen],
  tag: ({ tags }) => tags,
  securityLabel: ({ labels }) => labels,
  description: ({ descriptions }) => descriptions,
}

function linked(keyword: string, { tags, labels, descriptions, groups }: MadeAssertion): Record<string, Plain>[] {
  switch (keyword) {
    case 'hasTag':
      return tags.map((name) => ({ name }))
    case 'hasSecurityLabel':
      return labels.map((name) => ({ name }))
    case 'hasAttribute':
      return descriptions.map((text) => ({ typeName: 'Description', text }))
    case 'hasGroup':
      return groups.map((name) => ({ name }))
    default:
      return unknown(keyword)
  }
}

/** The inside of a `has…()`, about one linked thing. */
function inside(query: TqlExpression, thing: Record<string, Plain>, now: Date): boolean {
  switch (query.kind) {
    case 'and':
      return query.operands.every((operand) => inside(operand, thing, now))
    case 'or':
      return query.operands.some((operand) => inside(operand, thing, now))
    case 'not':
      return !inside(query.operand, thing, now)
    case 'has':
      return unknown(query.keyword)
    case 'comparison':
      return compareAny(query, [thing[query.keyword] ?? null], now)
  }
}

/** A negative operator holds where its positive does not: for nothing at all, too. */
function compareAny(comparison: TqlComparison, found: readonly Plain[], now: Date): boolean {
  const isNegated = comparison.operator === '!=' || comparison.operator.startsWith('not ')
  const operator = isNegated ? comparison.operator.replace('!=', '=').replace(/^not /, '') : comparison.operator
  const { value, keyword } = comparison
  const wanted = value.kind === 'list' ? value.items : [value]
  const some = found.some(
    (left) => left !== null && wanted.some((right) => compare(left, operator, right, keyword, now)),
  )
  return isNegated ? !some : some
}

function compare(left: Exclude<Plain, null>, operator: string, right: TqlScalar, keyword: string, now: Date): boolean {
  if (right.kind === 'number') return ordered(Number(left), operator, right.number)
  if (right.kind === 'boolean') return left === right.boolean
  if (right.kind === 'date')
    return ordered((left as Date).getTime(), operator, readTqlDate(right.text, now)?.getTime() ?? Number.NaN)
  return compareText(String(left), operator, right.text, keyword)
}

function compareText(left: string, operator: string, right: string, keyword: string): boolean {
  const [small, part] = [left.toLowerCase(), right.toLowerCase()]
  switch (operator) {
    case '=':
    case 'in':
      return sameName(left, right, keyword)
    case 'contains':
      return small.includes(part)
    case 'startswith':
      return small.startsWith(part)
    case 'endswith':
      return small.endsWith(part)
    case 'like': {
      const pieces = part.split('%').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      return new RegExp(`^${pieces.join('.*')}$`, 's').test(small)
    }
    default:
      return unknown(operator)
  }
}

/** Values, types and TLP labels are the same in every spelling; other names are as they are written. */
function sameName(left: string, right: string, keyword: string): boolean {
  if (keyword === 'typeName') return left === (parseIndicatorType(right) ?? right)
  if (keyword === 'summary') {
    return (['Address', 'Host', 'File', 'Mutex', 'Email Subject'] as const).some((type) => {
      const canonical = canonicalise(type, right)
      return canonical.ok && canonical.value === left
    })
  }
  const level = keyword === 'securityLabel' ? parseTlp(right) : undefined
  return left === (level === undefined ? right : `TLP:${level}`)
}

function ordered(left: number, operator: string, right: number): boolean {
  if (operator === '=' || operator === 'in') return left === right
  if (operator === '<') return left < right
  if (operator === '>') return left > right
  if (operator === '<=') return left <= right
  return operator === '>=' ? left >= right : unknown(operator)
}

function unknown(what: string): never {
  throw new Error(`the reference does not know ${what}`)
}
