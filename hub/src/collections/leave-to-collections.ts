import type { Statements } from '../database/statements.ts'

/** Tells the data collections that these indicators were touched, in the transaction that touched them. */
export async function leaveToCollections(
  db: Statements,
  organizationId: string,
  indicatorIds: readonly string[],
): Promise<void> {
  if (indicatorIds.length === 0) return
  await db.query('insert into collection_pending (organization_id, indicator_ids) values ($1, $2::uuid[])', [
    organizationId,
    indicatorIds,
  ])
}
