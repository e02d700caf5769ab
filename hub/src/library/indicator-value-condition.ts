import { canonicalise, indicatorId, type TqlComparison, type TqlScalar } from '@postern/intel'
import { sql } from 'kysely'
import { namedIndicators } from './named-indicators.ts'
import { type Condition, compareColumn, negatedIf, patternOf, positive, textsOf } from './tql-comparison.ts'

/**
 * Compares an indicator's value (`i.value`). Equality goes by identity (D1): whatever spelling the query has — defanged, upper
 * case, `md5 : sha1` — its canonical values are looked up by key, which needs no index on values.
 */
export function indicatorValueCondition(comparison: TqlComparison, now: Date): Condition {
  const { comparison: asked, isNegated } = positive(comparison)
  if (asked.operator === '=' || asked.operator === 'in') {
    const ids = textsOf(asked).flatMap((text) => namedIndicators(text).map(({ id }) => id))
    return negatedIf(isNegated, sql`i.id = any(${ids}::uuid[])`)
  }
  const pattern = asked.value.kind === 'list' ? undefined : patternOf(asked.operator, asked.value)
  if (pattern === undefined || asked.value.kind === 'list') return compareColumn(sql`i.value`, comparison, now)
  return negatedIf(isNegated, byPattern(pattern, asked.value))
}

/** As the value; of a registry key, whose value has up to three parts, the key alone. */
export function firstPartCondition(comparison: TqlComparison, now: Date): Condition {
  const { comparison: asked, isNegated } = positive(comparison)
  const whole = indicatorValueCondition(asked, now)
  if (asked.operator === '=' || asked.operator === 'in') {
    const keys = textsOf(asked).flatMap((text) => {
      const canonical = canonicalise('Registry Key', text)
      return canonical.ok ? [canonical.value] : []
    })
    if (keys.length === 0) return negatedIf(isNegated, whole)
    return negatedIf(
      isNegated,
      sql`(${whole} or (i.type = 'Registry Key' and split_part(i.value, ' : ', 1) = any(${keys}::text[])))`,
    )
  }
  const key = compareColumn(sql`split_part(i.value, ' : ', 1)`, asked, now)
  return negatedIf(isNegated, sql`((i.type <> 'Registry Key' and ${whole}) or (i.type = 'Registry Key' and ${key}))`)
}

/**
 * The second and third part: of a registry key its value's name and type, of a file its SHA-1 and SHA-256, each of which is an
 * indicator of its own here (D2). Other types have none.
 */
export function laterPartCondition(part: 'second' | 'third') {
  const digits = part === 'second' ? 40 : 64
  const ofKey =
    part === 'second'
      ? sql`nullif(regexp_replace(substr(i.value, nullif(strpos(i.value, ' : '), 0) + 3), '(^| : )REG_[A-Z_]+$', ''), '')`
      : sql`substring(i.value from ' : (REG_[A-Z_]+)$')`
  return (comparison: TqlComparison, now: Date): Condition => {
    const { comparison: asked, isNegated } = positive(comparison)
    const key = sql`(i.type = 'Registry Key' and ${compareColumn(ofKey, asked, now)})`
    if (asked.operator === '=' || asked.operator === 'in') {
      const hashes = textsOf(asked).flatMap((text) => {
        const canonical = canonicalise('File', text)
        return canonical.ok && canonical.value.length === digits ? [indicatorId('File', canonical.value)] : []
      })
      return negatedIf(isNegated, sql`(${key} or i.id = any(${hashes}::uuid[]))`)
    }
    const file = sql`(i.type = 'File' and length(i.value) = ${sql.lit(digits)} and ${compareColumn(sql`i.value`, asked, now)})`
    return negatedIf(isNegated, sql`(${key} or ${file})`)
  }
}

/**
 * The trigram index holds no addresses, ASNs, CIDRs and hashes. They are read through only if they can match at all: a
 * pattern with a letter beyond hexadecimal (and not an ASN's) cannot.
 */
function byPattern(pattern: string, value: TqlScalar): Condition {
  const indexed = sql<boolean>`(i.type not in ('Address', 'File', 'ASN', 'CIDR') and i.value ilike ${pattern})`
  if (value.kind === 'text' && !/^[0-9a-f.:/%as]*$/i.test(value.text)) return indexed
  return sql`(${indexed} or (i.type in ('Address', 'File', 'ASN', 'CIDR') and i.value ilike ${pattern}))`
}
