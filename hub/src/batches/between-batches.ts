import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { otherBatchWaitMsMax } from './batch-limits.ts'
import { waitedInVain } from './batch-turn.ts'

/**
 * A transaction that is no batch and changes what batches rely on: it waits for them, and for what else they hold, as long as they wait for
 * each other, and the person or client who asked is told to come again after that.
 * @throws Problem `unavailable`
 */
export async function betweenBatches<Result>(
  db: Db,
  change: (trx: Db) => Promise<Result>,
  waitMsMax = otherBatchWaitMsMax,
): Promise<Result> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`select set_config('lock_timeout', ${String(waitMsMax)}, true)`.execute(trx)
      return await change(trx)
    })
  } catch (error) {
    throw waitedInVain(error) ?? error
  }
}
