import type { IndicatorExports } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { readCovering } from './covering-indicators.ts'
import { readMemberships } from './indicator-memberships.ts'
import { readPlans } from './indicator-plans.ts'
import { readServed } from './indicator-served.ts'
import { readTargets } from './indicator-targets.ts'
import { readExportFacts } from './obstacles.ts'

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
  const facts = await readExportFacts(db, of)
  const targets = await readTargets(db, of, facts)
  const exportedIds = new Set(targets.map(({ collectionId }) => collectionId))
  return {
    collections: await readMemberships(db, of, now, maker, exportedIds),
    targets,
    plans: await readPlans(db, organizationId, indicator),
    ...(await readServed(db, { ...of, type: indicator.type }, facts, maker)),
    covering: await readCovering(db, organizationId, indicator),
  }
}

/** Of what no owner asserts, only where it is all the same: that it is nowhere else follows from nobody's asserting it. */
export function whereItIs({ collections, targets, plans, served, covering }: IndicatorExports): IndicatorExports {
  return {
    collections: collections.filter(({ state }) => state !== 'never'),
    targets: targets.filter(({ state }) => state !== 'absent' && state !== 'unknown'),
    plans: plans.filter(({ change }) => change !== null),
    served: served.filter(({ isServed }) => isServed),
    listsOfOtherTypes: [],
    covering,
  }
}
