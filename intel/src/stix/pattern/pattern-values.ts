import type { IndicatorType } from '../../indicators/indicator-types.ts'
import { hashtagPath } from '../indicator-pattern.ts'
import { simplePathType, type PatternValue, readSimpleStixPattern } from '../read-simple-stix-pattern.ts'
import { parseStixPattern } from './parse-stix-pattern.ts'
import type { ComparisonExpression, ObservationExpression, PatternComparison } from './pattern-tree.ts'

/**
 * What a pattern says in terms of indicators. `values`: any one of them alone is a match, so the pattern is exactly these values, not yet
 * canonical. `whole`: it says more than values can, as with AND, FOLLOWEDBY or MATCHES. `invalid`: it breaks the grammar or a bound.
 */
export type PatternReading =
  | { readonly kind: 'values'; readonly values: readonly PatternValue[] }
  | { readonly kind: 'whole'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly message: string; readonly offset: number }

/** Reads a pattern: a simple one fast, any other by the grammar. */
export function readStixPattern(pattern: string): PatternReading {
  const simple = readSimpleStixPattern(pattern)
  return simple === undefined ? readByGrammar(pattern) : { kind: 'values', values: [simple] }
}

/** The same by the grammar alone; tests compare the two. */
export function readByGrammar(pattern: string): PatternReading {
  const parsed = parseStixPattern(pattern)
  if (!parsed.ok) return { kind: 'invalid', message: parsed.message, offset: parsed.offset }
  const values: PatternValue[] = []
  const reason = collectObservations(parsed.expression, values)
  return reason === undefined ? { kind: 'values', values } : { kind: 'whole', reason }
}

/** The reason why the pattern is more than its values; undefined where it is not. */
function collectObservations(expression: ObservationExpression, values: PatternValue[]): string | undefined {
  switch (expression.kind) {
    case 'observation':
      return collectComparisons(expression.comparison, values)
    case 'or':
      return firstReason(expression.parts, (part) => collectObservations(part, values))
    case 'and':
      return 'Its observations hold only together (AND).'
    case 'followed-by':
      return 'Its observations hold only in their order (FOLLOWEDBY).'
    case 'qualified':
      return 'It holds only within a time or for a number of times.'
  }
}

function collectComparisons(expression: ComparisonExpression, values: PatternValue[]): string | undefined {
  if (expression.kind === 'or') return firstReason(expression.parts, (part) => collectComparisons(part, values))
  if (expression.kind === 'comparison') return collectComparison(expression, values)
  const registryValue = readRegistryValue(expression.parts)
  if (registryValue === undefined) return 'Its comparisons hold only together (AND).'
  values.push({ type: 'Registry Key', value: registryValue })
  return undefined
}

function collectComparison(comparison: PatternComparison, values: PatternValue[]): string | undefined {
  const { path, operator, negated, constants } = comparison
  if (negated) return 'It holds where something is not so (NOT).'
  if (operator !== '=' && operator !== 'IN') return `It compares with ${operator}.`
  const type = path === hashtagPath ? 'Hashtag' : simplePathType(path)
  if (type === undefined) return `There is no type of indicator for ${path.slice(0, 100)}.`
  if (constants.length === 0) return 'It compares with an empty list.'
  for (const { kind, text } of constants) {
    if (kind !== (type === 'ASN' ? 'integer' : 'string')) return `It compares ${path.slice(0, 100)} with a ${kind}.`
    if (type === 'ASN' && !/^\d{1,10}$/.test(text)) return `There is no AS ${text.slice(0, 20)}.`
    values.push(valueOf(type, text))
  }
  return undefined
}

function valueOf(type: IndicatorType, text: string): PatternValue {
  if (type === 'ASN') return { type, value: `ASN${text}` }
  return { type: type === 'Address' && text.includes('/') ? 'CIDR' : type, value: text }
}

/** A key and the name, perhaps the type, of one of its values are one indicator (`indicatorPattern`). */
function readRegistryValue(parts: readonly ComparisonExpression[]): string | undefined {
  const texts = parts.map((part, index) => {
    if (part.kind !== 'comparison' || part.negated || part.operator !== '=') return undefined
    const constant = part.constants[0]
    return part.path === registryPaths[index] && constant?.kind === 'string' ? constant.text : undefined
  })
  if (texts.length > registryPaths.length || texts.includes(undefined)) return undefined
  return texts.join(' : ')
}

const registryPaths = [
  'windows-registry-key:key',
  'windows-registry-key:values[*].name',
  'windows-registry-key:values[*].data_type',
]

function firstReason<Part>(parts: readonly Part[], collect: (part: Part) => string | undefined): string | undefined {
  for (const part of parts) {
    const reason = collect(part)
    if (reason !== undefined) return reason
  }
  return undefined
}
