import type { Statements } from '../database/statements.ts'

/** Tells the data collections that these indicators were touched, in the transaction that touched them. */
export async function leaveToCollections(
  db: Statements,
  organizationId: string,
  indicatorIds: readonly string[],
): Promise<void> {
  if (indicatorIds.length === 0) return
  await db.query(`${intoCollectionPending} values ($1, $2::uuid[])`, [organizationId, indicatorIds])
}

/**
 * The same inside a statement that itself finds them: what follows selects an organization and an array of its indicators, some thousands at
 * most.
 */
export const intoCollectionPending = 'insert into collection_pending (organization_id, indicator_ids)'
