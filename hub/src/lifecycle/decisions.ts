import type { Decision, WriteDecision } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import { leaveToCollections } from '../collections/leave-to-collections.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import { bareUrlsOf } from '../exclusions/whitelisted-host.ts'
import { contentTag, requireMatch } from '../http/if-match.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { readDecision } from '../library/indicator-judgements.ts'
import { applyNow, lockIndicator } from './apply-now.ts'

export type DecisionParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  /** Hears after a commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
}

/** What people fix for indicators of their organization, over everything else (D28). */
export function createDecisions({ db, clock, audit, onTouched }: DecisionParts) {
  /** @throws Problem `not-found` where there is no decision in force */
  async function get(caller: PersonCaller, indicatorId: string): Promise<Decision> {
    return found((await read(db, caller, indicatorId, clock.now())) ?? undefined, 'decision')
  }

  /**
   * Takes the place of an earlier one. In force when this returns.
   * @param ifMatch tag of the decision that the caller read
   */
  async function decide(
    caller: PersonCaller,
    indicatorId: string,
    wanted: WriteDecision,
    address?: string,
    ifMatch?: string,
  ): Promise<Decision> {
    const now = clock.now()
    const { organizationId } = caller
    await db.transaction().execute(async (trx) => {
      const isKnown = await lockIndicator(trx, organizationId, indicatorId)
      if (!isKnown) found(undefined, 'indicator')
      requireMatch(ifMatch, tagOfDecision(await read(trx, caller, indicatorId, now)), 'the values that are fixed here')
      check(wanted, now)
      const values = {
        status: wanted.status ?? null,
        rating: wanted.rating ?? null,
        confidence: wanted.confidence ?? null,
        expires: instant(wanted.expiresAt),
        reason: wanted.reason,
        until: instant(wanted.until),
        decided_by: caller.name,
        decided_at: now,
      }
      await trx
        .insertInto('decision')
        .values({ organization_id: organizationId, indicator_id: indicatorId, ...values })
        .onConflict((conflict) => conflict.columns(['organization_id', 'indicator_id']).doUpdateSet(values))
        .execute()
      await applyNow(trx, organizationId, indicatorId, now)
      await touchUrls(trx, organizationId, indicatorId)
      await audit.record(trx, caller, 'indicator.decide', `indicator ${indicatorId}`, { ...wanted }, address)
    })
    onTouched(organizationId)
    return get(caller, indicatorId)
  }

  /** Lets the computed values through again. */
  async function takeBack(caller: PersonCaller, indicatorId: string, address?: string): Promise<void> {
    const { organizationId } = caller
    await db.transaction().execute(async (trx) => {
      await lockIndicator(trx, organizationId, indicatorId)
      const gone = await trx
        .deleteFrom('decision')
        .where('organization_id', '=', organizationId)
        .where('indicator_id', '=', indicatorId)
        .returning(['status', 'rating', 'confidence', 'expires', 'reason'])
        .executeTakeFirst()
      const taken = found(gone, 'decision')
      await applyNow(trx, organizationId, indicatorId, clock.now())
      await touchUrls(trx, organizationId, indicatorId)
      await audit.record(trx, caller, 'indicator.undecide', `indicator ${indicatorId}`, taken, address)
    })
    onTouched(organizationId)
  }

  return { get, decide, takeBack }
}

export function tagOfDecision(decision: Decision | null): string {
  return contentTag(decision)
}

async function read(
  db: Db,
  { organizationId }: PersonCaller,
  indicatorId: string,
  now: Date,
): Promise<Decision | null> {
  return await readDecision(db, { organizationId, ownerIds: undefined }, indicatorId, now)
}

/** A host that is Whitelisted keeps URLs that say no more than it out of exports, and its decision's end lets them back. */
async function touchUrls(trx: Db, organizationId: string, indicatorId: string): Promise<void> {
  const row = await trx
    .selectFrom('indicator')
    .select(['type', 'value'])
    .where('id', '=', indicatorId)
    .executeTakeFirst()
  if (row === undefined) return
  await leaveToCollections(statementsOf(trx), organizationId, await bareUrlsOf(trx, row.type, row.value))
}

function check({ status, rating, confidence, expiresAt, reason, until }: WriteDecision, now: Date): void {
  if (status === undefined && rating === undefined && confidence === undefined && expiresAt === undefined)
    throw new Problem('invalid', 'A decision fixes at least one of status, rating, confidence and expiresAt.')
  if (reason.trim() === '') throw new Problem('invalid', 'reason: say why, in more than blanks.')
  if (until !== undefined && Date.parse(until) <= now.getTime())
    throw new Problem('invalid', 'until: the decision would have ended already; name an instant to come, or none.')
}

function instant(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text)
}
