import { type HeldAttempt, limits } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { isRowId } from '../lib/row-id.ts'

/*
 * Why two attempts never overlap (D10), by the clocks that each side has for itself:
 *
 * - A pooled app runs only while its server holds a lease, which ends `leaseSeconds` (20) after the server *sent* the heartbeat whose
 *   answer granted it; the app is dead `terminationGraceSeconds` (5) later. A pooled app does not start before its first lease.
 * - The hub grants only to open attempts, after it received the heartbeat, and then moves `takeover_at` to `leaseTakeoverSeconds` (30)
 *   from now. Sent is before received, so the app is dead 25 s after the grant at the latest, whatever the network does.
 * - The hub closes an attempt only when its server says that it ended, or after `takeover_at`, in a transaction that locks its row;
 *   granting locks it too. A closed attempt is never granted again, and an execution has one open attempt at most.
 */

/** Longest list that a heartbeat may hold. */
const heldMax = 5000

/** Renews the leases of what a server holds; what is not among the answer must end. */
export async function renewLeases(
  db: Db,
  serverXid: string,
  held: readonly HeldAttempt[],
  now: Date,
): Promise<HeldAttempt[]> {
  const known = held.filter(({ executionId }) => isRowId(executionId)).slice(0, heldMax)
  if (known.length === 0) return []
  const { rows } = await sql<HeldAttempt>`
    update attempt a
    set takeover_at = greatest(a.takeover_at, ${new Date(now.getTime() + limits.leaseTakeoverSeconds * 1000)}),
      accepted_at = coalesce(a.accepted_at, ${now})
    from unnest(${known.map(({ executionId }) => executionId)}::bigint[], ${known.map(({ attempt }) => attempt)}::int[])
      as held (execution_id, number)
    where a.execution_id = held.execution_id and a.number = held.number and a.server_xid = ${serverXid}
      and a.finished_at is null
    returning a.execution_id::text as "executionId", a.number as attempt`.execute(db)
  return rows
}

/** Holding an attempt says that its command arrived, even if the word *accepted* was lost. */
export async function acknowledgeHeld(db: Db, granted: readonly HeldAttempt[], now: Date): Promise<void> {
  if (granted.length === 0) return
  await sql`
    update command c set acknowledged_at = ${now}
    from unnest(${granted.map(({ executionId }) => executionId)}::bigint[], ${granted.map(({ attempt }) => attempt)}::int[])
      as held (execution_id, number)
    where c.execution_id = held.execution_id and c.attempt = held.number and c.kind = 'execute'
      and c.acknowledged_at is null`.execute(db)
}
