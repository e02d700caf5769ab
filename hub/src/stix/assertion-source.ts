import { compareTlp, parseIndicatorType, type StixIndicatorSource, type TlpLevel, tlpLevels } from '@postern/intel'
import { attributesOf } from './group-source.ts'
import type { AssertionRow } from './owner-queries.ts'

/** What an owner asserts of a value, as outputs say it. */
export function sourceOf(row: AssertionRow): StixIndicatorSource {
  const type = parseIndicatorType(row.type)
  if (type === undefined) throw new Error(`an indicator is stored with the type ${row.type}`)
  return {
    type,
    value: row.value,
    created: row.added_at,
    modified: row.modified_at,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    expires: row.expires,
    tlp: levelOf(row.tlp),
    confidence: row.confidence,
    rating: row.rating,
    tags: row.tags,
    revoked: !row.active,
    status: row.status === 'Active' ? null : row.status,
    private: row.private,
    attributes: attributesOf(row.attributes),
  }
}

export function levelOf(tlp: number | null): TlpLevel | null {
  return tlp === null ? null : (tlpLevels[tlp] ?? null)
}

export function isAbove(tlp: number | null, max: TlpLevel): boolean {
  return isLevelAbove(levelOf(tlp), max)
}

export function isLevelAbove(level: TlpLevel | null | undefined, max: TlpLevel): boolean {
  return level !== null && level !== undefined && compareTlp(level, max) > 0
}

export const aboveTlp = 'objects above the permitted TLP'
