import { lifecycle, type LifecycleFacts } from '@postern/intel'
import type { AssertionLifecycle, IndicatorLifecycle } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { DatabaseConnection } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import { found } from '../lib/problem.ts'
import { readDecision } from '../library/indicator-judgements.ts'
import { type AssertionFacts, readFacts } from './facts.ts'

/** How each owner's assertion of an indicator came to its values in force, line by line: the function that the worker writes them by. */
export async function explainLifecycle(
  { db, clock }: { db: DatabaseConnection['db']; clock: Clock },
  { organizationId }: PersonCaller,
  indicatorId: string,
): Promise<IndicatorLifecycle> {
  const now = clock.now()
  // One snapshot, so that the lines agree with each other.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const view = await trx
        .selectFrom('indicator_view')
        .select(['sighting_count', 'false_positive_count'])
        .where('organization_id', '=', organizationId)
        .where('indicator_id', '=', indicatorId)
        .executeTakeFirst()
      const counts = found(view, 'indicator')
      const wanted = { organizationId, indicatorIds: [indicatorId], lock: false, now }
      const assertions = await readFacts(statementsOf(trx), wanted)
      return {
        decision: await readDecision(trx, { organizationId, ownerIds: undefined }, indicatorId, now),
        sightingCount: counts.sighting_count,
        falsePositiveCount: counts.false_positive_count,
        assertions: assertions.map((assertion) => explainAssertion(assertion, now)),
      }
    })
}

function explainAssertion({ ownerId, ownerName, facts }: AssertionFacts, now: Date): AssertionLifecycle {
  const { inForce, terms, nextChangeAt } = lifecycle(facts, now.getTime())
  return {
    ownerId,
    ownerName,
    said: { ...shown(facts.said), at: new Date(facts.saidAt).toISOString() },
    now: shown(inForce),
    terms,
    nextChangeAt: instant(nextChangeAt),
  }
}

function shown({ expiresAt, ...values }: LifecycleFacts['said']) {
  return { ...values, expiresAt: instant(expiresAt) }
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
