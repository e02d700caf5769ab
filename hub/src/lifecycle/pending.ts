import type { Statements } from '../database/statements.ts'

/** Indicators in one row of `lifecycle_pending`: what one turn of the worker takes. */
export const pendingIdsMax = 500

/**
 * Leaves indicators to the worker, whose sightings, reports, decisions or protection changed: it computes their assertions, their
 * counts and the view anew. In the transaction of the change; takes no lock, so that a batch never waits for another's indicators.
 */
export async function leaveToLifecycle(
  db: Statements,
  organizationId: string,
  indicatorIds: readonly string[],
): Promise<void> {
  if (indicatorIds.length === 0) return
  await db.query(
    `insert into lifecycle_pending (organization_id, indicator_ids)
     select $1, array_agg(id) from unnest($2::uuid[]) with ordinality given (id, place) group by (place - 1) / $3::int`,
    [organizationId, indicatorIds, pendingIdsMax],
  )
}
