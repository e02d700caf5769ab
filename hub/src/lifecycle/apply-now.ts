import { sql } from 'kysely'
import { preferLookUps } from '../batches/writers/sent-tables.ts'
import type { Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import { type Statements, statementsOf } from '../database/statements.ts'
import { Problem } from '../lib/problem.ts'
import { leaveToLifecycle } from './pending.ts'
import { countJudgements, publishTouched } from './publish.ts'
import { countAssertions, settle } from './settle.ts'

/** How long a person's change waits for a batch that has the indicator. */
const lockTimeout = '30s'

/**
 * Takes an indicator of the organization's library for the transaction, before anything about it is changed.
 * @returns false where the organization's library has no such indicator
 * @throws Problem `unavailable` where a batch has it for too long
 */
export async function lockIndicator(trx: Db, organizationId: string, indicatorId: string): Promise<boolean> {
  await sql`select set_config('lock_timeout', ${lockTimeout}, true)`.execute(trx)
  try {
    await sql`select 1 from indicator where id = ${indicatorId}::uuid for no key update`.execute(trx)
  } catch (error) {
    if (!failedBy(error, 'lockNotAvailable')) throw error
    throw new Problem('unavailable', 'A batch is writing this indicator; try again when it has ended.', {
      cause: error,
    })
  }
  const row = await trx
    .selectFrom('indicator_view')
    .select('indicator_id')
    .where('organization_id', '=', organizationId)
    .where('indicator_id', '=', indicatorId)
    .executeTakeFirst()
  return row !== undefined
}

/** Brings one indicator, which the transaction holds, in line with what was just changed about it. */
export async function applyNow(trx: Db, organizationId: string, indicatorId: string, now: Date): Promise<void> {
  const statements: Statements = statementsOf(trx)
  const ids = [indicatorId]
  await preferLookUps(statements)
  const { touched, count } = await settle(statements, { organizationId, indicatorIds: ids, now })
  const counted = await countJudgements(statements, organizationId, ids)
  if (touched.length > 0 || counted.length > 0) await publishTouched(statements, organizationId, ids)
  if (count < (await countAssertions(statements, organizationId, ids)))
    await leaveToLifecycle(statements, organizationId, ids)
}
