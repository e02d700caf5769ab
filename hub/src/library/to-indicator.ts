import { tlpLevels } from '@postern/intel'
import type { Indicator } from '@postern/protocol'
import type { IndicatorRow } from './search-queries.ts'

export function toIndicator(row: IndicatorRow): Indicator {
  return {
    id: row.id,
    type: row.type,
    value: row.value,
    rating: row.rating,
    confidence: row.confidence,
    active: row.active,
    statuses: row.statuses,
    tlp: row.tlp === null ? null : (tlpLevels[row.tlp] ?? null),
    owners: row.owners,
    tags: row.tags,
    sightingCount: row.sightingCount,
    lastSighted: row.lastSighted?.toISOString() ?? null,
    falsePositiveCount: row.falsePositiveCount,
    addedAt: row.addedAt.toISOString(),
    modifiedAt: row.modifiedAt.toISOString(),
  }
}
