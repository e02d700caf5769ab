import type { IndicatorExports } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { readCovering } from './covering-indicators.ts'
import { readMemberships } from './indicator-memberships.ts'
import { readServed } from './indicator-served.ts'
import { readTargets } from './indicator-targets.ts'

/**
 * Where an indicator of the organization's goes, and where it does not and why (D5, D21).
 * @param maker whose own data collections are shown beside the shared ones; undefined for everybody's
 */
export async function readExports(
  db: Db,
  organizationId: string,
  indicator: { id: string; type: string; value: string },
  now: Date,
  maker: string | undefined,
): Promise<IndicatorExports> {
  const of = { organizationId, indicatorId: indicator.id }
  const targets = await readTargets(db, of)
  const exportedIds = new Set(targets.map(({ collectionId }) => collectionId))
  return {
    collections: await readMemberships(db, of, now, maker, exportedIds),
    targets,
    served: await readServed(db, of, maker),
    covering: await readCovering(db, organizationId, indicator),
  }
}
