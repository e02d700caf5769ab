import { parseIndicatorType } from '@postern/intel'
import type { DeprecationRule, DeprecationRules } from '@postern/protocol'
import { sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import { waitAlone } from '../batches/batch-turn.ts'
import { betweenBatches } from '../batches/between-batches.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import type { Clock } from '../lib/clock.ts'
import { contentTag, requireMatch } from '../http/if-match.ts'
import { found, Problem } from '../lib/problem.ts'
import { requireNobodyNeedsRules } from './feed-rules.ts'

export type RuleParts = { db: DatabaseConnection['db']; clock: Clock; audit: Audit }

/** The type of a rule for all that have none of their own. */
export const everyType = '*'

/** How assertions of an owner lose confidence (FD-9). */
export function createRules({ db, clock, audit }: RuleParts) {
  async function get(caller: PersonCaller, ownerId: string): Promise<DeprecationRules> {
    await mustHaveOwner(db, caller, ownerId)
    return { rules: await readRules(db, ownerId) }
  }

  /**
   * Takes the place of all rules of the owner, and makes a pass over all that it asserts.
   * @param ifMatch tag of the rules that the caller read
   */
  async function replace(
    caller: PersonCaller,
    ownerId: string,
    wanted: DeprecationRules,
    address?: string,
    ifMatch?: string,
  ): Promise<DeprecationRules> {
    return betweenBatches(db, async (trx) => {
      await mustHaveOwner(trx, caller, ownerId)
      const before = await readRules(trx, ownerId)
      requireMatch(ifMatch, tagOfRules({ rules: before }), 'the rules')
      const rules = checkedRules(wanted)
      if (rules.length === 0) await requireNobodyNeedsRules(trx, ownerId)
      // A batch that began before the rules changed would leave its assertions to the old ones.
      await waitAlone(statementsOf(trx), ownerId)
      await trx.deleteFrom('deprecation_rule').where('owner_id', '=', ownerId).execute()
      for (const rule of rules) await insertRule(trx, ownerId, rule, clock.now())
      await sql`
        insert into lifecycle_pass (owner_id, started_at) values (${ownerId}, ${clock.now()})
        on conflict (owner_id) do update set after_id = null, started_at = excluded.started_at`.execute(trx)
      await audit.record(trx, caller, 'owner.deprecation', `owner ${ownerId}`, { rules, before }, address)
      return { rules: await readRules(trx, ownerId) }
    })
  }

  return { get, replace }
}

export function tagOfRules({ rules }: DeprecationRules): string {
  return contentTag(rules)
}

/** Two changes of one owner's rules go one after the other. */
export async function mustHaveOwner(db: Db, { organizationId }: PersonCaller, ownerId: string): Promise<void> {
  const query = db
    .selectFrom('owner')
    .select('id')
    .where('id', '=', ownerId)
    .where('organization_id', '=', organizationId)
  found(await (db.isTransaction ? query.forNoKeyUpdate() : query).executeTakeFirst(), 'owner')
}

async function readRules(db: Db, ownerId: string): Promise<DeprecationRule[]> {
  const rows = await db
    .selectFrom('deprecation_rule')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .orderBy('indicator_type')
    .execute()
  return rows.map((row) => ({
    indicatorType: row.indicator_type,
    intervalHours: row.interval_hours,
    amount: row.amount,
    isPercent: row.is_percent,
    confidenceStart: row.confidence_start,
    givesConfidence: row.gives_confidence,
    // The table's check holds it to these.
    atMinimum: row.at_minimum as DeprecationRule['atMinimum'],
  }))
}

export function checkedRules(wanted: DeprecationRules): DeprecationRule[] {
  const rules = wanted.rules.map((rule) => ({ ...rule, indicatorType: typeOf(rule) }))
  const types = rules.map(({ indicatorType }) => indicatorType)
  const twice = types.find((type, index) => types.indexOf(type) < index)
  if (twice !== undefined)
    throw new Problem('invalid', `rules: there are two for ${twice}; an owner has one for each type.`)
  return rules
}

function typeOf({ indicatorType }: DeprecationRule): string {
  const type = indicatorType === everyType ? everyType : parseIndicatorType(indicatorType)
  if (type === undefined)
    throw new Problem('invalid', `rules: there is no indicator type ${indicatorType}; * stands for all types.`)
  return type
}

async function insertRule(db: Db, ownerId: string, rule: DeprecationRule, now: Date): Promise<void> {
  await db
    .insertInto('deprecation_rule')
    .values({
      owner_id: ownerId,
      indicator_type: rule.indicatorType,
      interval_hours: rule.intervalHours,
      amount: rule.amount,
      is_percent: rule.isPercent,
      confidence_start: rule.confidenceStart,
      gives_confidence: rule.givesConfidence,
      at_minimum: rule.atMinimum,
      changed_at: now,
    })
    .execute()
}
