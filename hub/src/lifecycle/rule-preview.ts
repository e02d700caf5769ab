import { sql } from 'kysely'
import type { DeprecationPreview, DeprecationRules } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import { collectionScope } from '../collections/collection-scope.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import { withinTime } from '../database/within-time.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { CollectionComparison } from './compare-collections.ts'
import { readFacts } from './facts.ts'
import { RuleEffects } from './rule-effects.ts'
import { rulePreviewLimits as limits } from './rule-preview-limits.ts'
import { checkedRules, mustHaveOwner } from './rules.ts'

/** Values of one statement. */
const valuesAtOnce = 1000

/**
 * What an owner's rules would do at once to what it asserts, and to the members of data collections, before they are saved (D44). It
 * computes as the worker does and writes nothing.
 */
export async function previewRules(
  { db, clock }: { db: DatabaseConnection['db']; clock: Clock },
  caller: PersonCaller,
  ownerId: string,
  wanted: DeprecationRules,
): Promise<DeprecationPreview> {
  await mustHaveOwner(db, caller, ownerId)
  const now = clock.now()
  const effects = new RuleEffects(checkedRules(wanted), now)
  const comparison = new CollectionComparison(collectionScope(caller), now)
  await withinTime(db, limits.valuesMsMax, async (trx) => look(trx, caller, ownerId, effects, now))
  if (!effects.hasLooked)
    throw new Problem('unavailable', 'There was no time to look at what this owner asserts; try again later.')
  await withinTime(db, limits.collectionsMsMax, async (trx) => comparison.run(trx, effects.changed))
  return { ...effects.told(), ...comparison.told((count) => effects.estimated(count)) }
}

/** Looks at the owner's assertions until there are no more of them, enough of them, or no time. */
async function look(
  trx: Db,
  { organizationId }: PersonCaller,
  ownerId: string,
  effects: RuleEffects,
  now: Date,
): Promise<void> {
  const end = performance.now() + limits.valuesMsMax
  let after = nilId
  for (let count = 0; count < limits.valuesMax && performance.now() < end; count += valuesAtOnce) {
    const { rows } = await sql<{ id: string }>`
      select indicator_id as id from assertion where owner_id = ${ownerId} and indicator_id > ${after}::uuid
      order by indicator_id limit ${valuesAtOnce + 1}`.execute(trx)
    const indicatorIds = rows.slice(0, valuesAtOnce).map(({ id }) => id)
    effects.add(
      await readFacts(statementsOf(trx), { organizationId, indicatorIds, ownerId, lock: false, now }),
      rows.length <= valuesAtOnce,
    )
    if (effects.isWhole) return
    after = indicatorIds.at(-1) ?? after
  }
}

/** Before every other id. */
const nilId = '00000000-0000-0000-0000-000000000000'
