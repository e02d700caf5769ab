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

/**
 * Whether a data collection of the organization asks for the groups of an indicator, or for other indicators: where none does, nothing need be
 * told of what comes and goes beside indicators, which with some feeds is as much as these.
 * @param organization as the statement names it
 */
export function asksBeside(organization: string): string {
  return `exists (select from collection where organization_id = ${organization} and tql ~* '(associated|has)_*(group|indicator)')`
}

/** Members that are told of the changed groups of one batch; those beyond wait for the full refresh. */
const membersMax = 20_000

/**
 * Tells of the indicators that belong to groups which are changed, or about to be deleted, where a data collection asks for groups.
 * @param xids an array, as PostgreSQL takes it
 * @param rows places of those that are meant, from 0; all where it is absent
 */
export async function leaveMembersToCollections(
  db: Statements,
  { organizationId, ownerId }: { organizationId: string; ownerId: string },
  xids: unknown,
  rows?: readonly number[],
): Promise<void> {
  if (rows?.length === 0) return
  await db.query(
    `${intoCollectionPending}
     select $1::bigint, array_agg(indicator_id) from (
       select l.indicator_id from unnest($3::text[]) with ordinality s (xid, row)
       join library_group g on g.owner_id = $2 and g.xid = s.xid join indicator_group l on l.group_id = g.id
       where ${asksBeside('$1::bigint')} and ($4::bigint[] is null or s.row - 1 = any($4)) limit ${membersMax}
     ) members having count(*) > 0`,
    [organizationId, ownerId, xids, rows ?? null],
  )
}
