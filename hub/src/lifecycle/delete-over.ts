import { tryAlone } from '../batches/batch-turn.ts'
import type { Statements } from '../database/statements.ts'

type Over = { indicatorId: string; ownerId: string }

/** An assertion whose owner's batch is under way is tried again after this, so that it does not stand in the way of others. */
const retryAfterMs = 60_000

/**
 * Deletes assertions that a rule says are over, with tombstones, as a batch of their owner would. A batch of that owner must not
 * be under way, since it relies on what it found; where one is, they stay due for later.
 *
 * @returns indicators of which an assertion went
 */
export async function deleteOver(
  db: Statements,
  organizationId: string,
  over: readonly Over[],
  now: Date,
): Promise<string[]> {
  const gone: string[] = []
  for (const [ownerId, ofOwner] of Map.groupBy(over, (each) => each.ownerId)) {
    const ids = ofOwner.map(({ indicatorId }) => indicatorId)
    if (await tryAlone(db, ownerId)) {
      await deleteOwn(db, organizationId, ownerId, ids)
      gone.push(...ids)
    } else {
      await db.query(
        'update assertion set next_change_at = $3 where owner_id = $1 and indicator_id = any($2::uuid[])',
        [ownerId, ids, new Date(now.getTime() + retryAfterMs)],
      )
    }
  }
  return gone
}

/** With what hangs on them, and tombstones; in the owner's turn, the indicators locked. */
export async function deleteOwn(
  db: Statements,
  organizationId: string,
  ownerId: string,
  ids: readonly string[],
): Promise<void> {
  await db.query(
    `with gone as (
       delete from assertion where owner_id = $2 and indicator_id = any($3::uuid[]) returning indicator_id
     ), attributes as (
       delete from assertion_attribute where owner_id = $2 and indicator_id = any($3::uuid[])
     ), groups as (
       delete from indicator_group where owner_id = $2 and indicator_id = any($3::uuid[])
     )
     insert into tombstone (organization_id, owner_id, kind, indicator_id, deleted_at)
     select $1, $2, 'indicator', indicator_id, now() from gone`,
    [organizationId, ownerId, ids],
  )
  // The other hashes of a file say again that they belong together when they are sent again.
  await db.query(
    `with gone as (
       delete from indicator_link where owner_id = $1 and (indicator_id = any($2::uuid[]) or linked_id = any($2::uuid[]))
       returning indicator_id, linked_id
     )
     update assertion a set digest = null from gone
     where a.owner_id = $1 and a.indicator_id in (gone.indicator_id, gone.linked_id)`,
    [ownerId, ids],
  )
}
