import type { Statements } from '../database/statements.ts'
import { leaveToLifecycle } from './pending.ts'
import { restatedAfterShare, settle } from './settle.ts'

/** What of the lifecycle a batch has to do with. */
export type SentLifecycle = {
  now: Date
  /** Whether a rule ages what the owner asserts. */
  hasRules: boolean
  /** What was said before this is said anew where it is repeated; null without rules. Each type's own interval is looked at later. */
  restateBefore: Date | null
}

type Writer = { organizationId: string; ownerId: string }

/** Once a batch, in its turn: a change of the rules waits until no batch of the owner is under way. */
export async function sentLifecycle(db: Statements, ownerId: string, now: Date): Promise<SentLifecycle> {
  const { rows } = await db.query<{ hours: number | null }>(
    'select min(interval_hours) as hours from deprecation_rule where owner_id = $1',
    [ownerId],
  )
  const hours = rows[0]?.hours ?? null
  return {
    now,
    hasRules: hours !== null,
    restateBefore: hours === null ? null : new Date(now.getTime() - hours * 3_600_000 * restatedAfterShare),
  }
}

/** What there is that may concern the rows in `sent_indicator`; asked when their identities are locked, so that nothing is missed. */
type Concerns = { decisions: boolean; judgements: boolean; expired: boolean }

async function readConcerns(db: Statements, organizationId: string, now: Date): Promise<Concerns> {
  const { rows } = await db.query<Concerns>(
    `select exists (select 1 from decision where organization_id = $1) as decisions,
       exists (select 1 from sighting where organization_id = $1) or exists (select 1 from false_positive where organization_id = $1) as judgements,
       exists (select 1 from sent_indicator where is_new and expires <= $2) as expired`,
    [organizationId, now],
  )
  return rows[0] ?? { decisions: true, judgements: true, expired: true }
}

/**
 * Brings into force, in the batch's own transaction, what decisions, expiries, sightings and rules make of what it wrote: nobody sees
 * it otherwise in between. After the assertions were written, before the view is computed; the view of what this changed is then
 * computed from the assertions.
 *
 * @param dueCount rows that were updated and are to be computed anew @param restated indicators that the owner says again
 * @returns those of the restated of which something is in force now that was not
 */
export async function settleSent(
  db: Statements,
  { organizationId, ownerId }: Writer,
  { now, hasRules }: SentLifecycle,
  dueCount: number,
  restated: readonly string[],
): Promise<string[]> {
  const concerns = await readConcerns(db, organizationId, now)
  const due = new Set(restated)
  if (dueCount > 0 || hasRules || concerns.expired || concerns.decisions)
    for (const id of await readDue(db, { organizationId, ownerId }, now)) due.add(id)
  if (concerns.judgements) {
    const judged = await readJudged(db, organizationId)
    for (const id of judged) due.add(id)
    // Their counts are in no view yet where nobody asserted them until now.
    await leaveToLifecycle(db, organizationId, judged)
  }
  if (due.size === 0) return []
  const scope = { organizationId, ownerId, indicatorIds: [...due], now, restated: new Set(restated) }
  const { touched } = await settle(db, scope)
  if (touched.length === 0) return []
  await db.query('update sent_indicator set is_new = false where is_new and indicator_id = any($1::uuid[])', [touched])
  const again = new Set(restated)
  return touched.filter((id) => again.has(id))
}

async function readDue(db: Statements, { organizationId, ownerId }: Writer, now: Date): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select s.indicator_id as id from sent_indicator s join assertion a on a.indicator_id = s.indicator_id and a.owner_id = $1
     where a.next_change_at <= $2 or s.indicator_id in (select indicator_id from decision where organization_id = $3)`,
    [ownerId, now, organizationId],
  )
  return rows.map(({ id }) => id)
}

/** New to the owner, and seen or called harmless before. */
async function readJudged(db: Statements, organizationId: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select s.indicator_id as id from sent_indicator s
     where s.is_new and (
       exists (select 1 from sighting g where g.indicator_id = s.indicator_id and g.organization_id = $1)
       or exists (select 1 from false_positive f where f.indicator_id = s.indicator_id and f.organization_id = $1))`,
    [organizationId],
  )
  return rows.map(({ id }) => id)
}
