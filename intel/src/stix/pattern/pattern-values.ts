import type { IndicatorType } from '../../indicators/indicator-types.ts'
import { hashtagPath } from '../indicator-pattern.ts'
import { simplePathType, type PatternValue, readSimpleStixPattern } from '../read-simple-stix-pattern.ts'
import { parseStixPattern } from './parse-stix-pattern.ts'
import { comparedFile } from './file-comparisons.ts'
import type { ComparisonExpression, ObservationExpression, PatternComparison } from './pattern-tree.ts'

/**
 * What a pattern says in terms of indicators. `values`: any one of them alone is a match, so the pattern is exactly these values, not yet
 * canonical, and these files, each by several hashes, which are. `unmapped` are paths that say more of such a file than its hashes.
 * `whole`: it says more than values can, as with AND, FOLLOWEDBY or MATCHES. `invalid`: it breaks the grammar or a bound.
 */
export type PatternReading =
  | {
      readonly kind: 'values'
      readonly values: readonly PatternValue[]
      readonly files?: readonly (readonly string[])[]
      readonly unmapped?: readonly string[]
    }
  | { readonly kind: 'whole'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly message: string; readonly offset: number }

/** Reads a pattern: a simple one fast, any other by the grammar. */
export function readStixPattern(pattern: string): PatternReading {
  const simple = readSimpleStixPattern(pattern)
  return simple === undefined ? readByGrammar(pattern) : { kind: 'values', values: [singleAddress(simple)] }
}

/** The same by the grammar alone; tests compare the two. */
export function readByGrammar(pattern: string): PatternReading {
  const parsed = parseStixPattern(pattern)
  if (!parsed.ok) return { kind: 'invalid', message: parsed.message, offset: parsed.offset }
  const found: Found = { values: [], files: [], unmapped: [] }
  const reason = collectObservations(parsed.expression, found)
  if (reason !== undefined) return { kind: 'whole', reason }
  const { values, files, unmapped } = found
  return {
    kind: 'values',
    values,
    ...(files.length === 0 ? {} : { files }),
    ...(unmapped.length === 0 ? {} : { unmapped }),
  }
}

type Found = { values: PatternValue[]; files: (readonly string[])[]; unmapped: string[] }

/** The reason why the pattern is more than its values; undefined where it is not. */
function collectObservations(expression: ObservationExpression, found: Found): string | undefined {
  switch (expression.kind) {
    case 'observation':
      return collectComparisons(expression.comparison, found)
    case 'or':
      return firstReason(expression.parts, (part) => collectObservations(part, found))
    case 'and':
      return 'Its observations hold only together (AND).'
    case 'followed-by':
      return 'Its observations hold only in their order (FOLLOWEDBY).'
    case 'qualified':
      return 'It holds only within a time or for a number of times.'
  }
}

function collectComparisons(expression: ComparisonExpression, found: Found): string | undefined {
  if (expression.kind === 'or') return firstReason(expression.parts, (part) => collectComparisons(part, found))
  if (expression.kind === 'comparison') return collectComparison(expression, found.values)
  const registryValue = readRegistryValue(expression.parts)
  if (registryValue !== undefined) {
    found.values.push({ type: 'Registry Key', value: registryValue })
    return undefined
  }
  const file = comparedFile(expression.parts)
  if (file === undefined) return 'Its comparisons hold only together (AND).'
  const [only, ...others] = file.hashes
  if (others.length > 0) found.files.push(file.hashes)
  else if (only !== undefined) found.values.push({ type: 'File', value: only })
  found.unmapped.push(...file.unmapped)
  return undefined
}

function collectComparison(comparison: PatternComparison, values: PatternValue[]): string | undefined {
  const { path, operator, negated, constants } = comparison
  if (negated) return 'It holds where something is not so (NOT).'
  const type = path === hashtagPath ? 'Hashtag' : simplePathType(path)
  const isOfNetwork = operator === 'ISSUBSET' && type === 'Address'
  if (operator !== '=' && operator !== 'IN' && !isOfNetwork) return `It compares with ${operator}.`
  if (type === undefined) return `There is no type of indicator for ${path.slice(0, 100)}.`
  if (constants.length === 0) return 'It compares with an empty list.'
  for (const { kind, text } of constants) {
    if (kind !== (type === 'ASN' ? 'integer' : 'string')) return `It compares ${path.slice(0, 100)} with a ${kind}.`
    if (type === 'ASN' && !/^\d{1,10}$/.test(text)) return `There is no AS ${text.slice(0, 20)}.`
    const value = valueOf(type, text)
    // What is within a block is the block, though it has one address; what equals it is that address.
    values.push(isOfNetwork ? value : singleAddress(value))
  }
  return undefined
}

function valueOf(type: IndicatorType, text: string): PatternValue {
  if (type === 'ASN') return { type, value: `ASN${text}` }
  return { type: type === 'Address' && text.includes('/') ? 'CIDR' : type, value: text }
}

/** STIX writes one address also as a block of one (2.1, 6.9 and 6.10). */
function singleAddress(value: PatternValue): PatternValue {
  const slash = value.type === 'CIDR' ? value.value.indexOf('/') : -1
  const length = value.value.includes(':') ? '/128' : '/32'
  if (slash < 0 || value.value.slice(slash) !== length) return value
  return { type: 'Address', value: value.value.slice(0, slash) }
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
