import { canonicalise, indicatorId, indicatorTypes, type TqlComparison, type TqlScalar } from '@postern/intel'
import { sql } from 'kysely'
import { type Condition, compareColumn, negatedIf, patternOf, positive, textsOf } from './tql-comparison.ts'

/**
 * Compares an indicator's value (`i.value`). Equality goes by identity (D1): whatever spelling the query has — defanged, upper
 * case, `md5 : sha1` — its canonical values are looked up by key, which needs no index on values.
 */
export function indicatorValueCondition(comparison: TqlComparison, now: Date): Condition {
  const { comparison: asked, isNegated } = positive(comparison)
  if (asked.operator === '=' || asked.operator === 'in') {
    const ids = textsOf(asked).flatMap(idsOf)
    return negatedIf(isNegated, sql`i.id = any(${ids}::uuid[])`)
  }
  const pattern = asked.value.kind === 'list' ? undefined : patternOf(asked.operator, asked.value)
  if (pattern === undefined || asked.value.kind === 'list') return compareColumn(sql`i.value`, comparison, now)
  return negatedIf(isNegated, byPattern(pattern, asked.value))
}

/** Ids of everything that a text may be, of any type; several hashes of a file are several. */
function idsOf(text: string): string[] {
  const ids = indicatorTypes.flatMap((type) => {
    const canonical = canonicalise(type, text)
    return canonical.ok ? [indicatorId(type, canonical.value)] : []
  })
  if (!text.includes(' : ')) return ids
  const hashes = text.split(':', hashesMax).flatMap((part) => {
    const canonical = canonicalise('File', part)
    return canonical.ok ? [indicatorId('File', canonical.value)] : []
  })
  return [...ids, ...hashes]
}

const hashesMax = 3

/**
 * The trigram index holds no addresses, ASNs, CIDRs and hashes. They are read through only if they can match at all: a
 * pattern with a letter beyond hexadecimal (and not an ASN's) cannot.
 */
function byPattern(pattern: string, value: TqlScalar): Condition {
  const indexed = sql<boolean>`(i.type not in ('Address', 'File', 'ASN', 'CIDR') and i.value ilike ${pattern})`
  if (value.kind === 'text' && !/^[0-9a-f.:/%as]*$/i.test(value.text)) return indexed
  return sql`(${indexed} or (i.type in ('Address', 'File', 'ASN', 'CIDR') and i.value ilike ${pattern}))`
}
