import type { HeldAttempt } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { lockAttempt } from './attempt-store.ts'
import { afterLoss } from './execution-state.ts'
import { finishAttempt } from './finish.ts'

/**
 * Takes back what a server was given and does not hold, since it leaves for another environment (D37): nothing of that will be heard
 * of again. What it holds it still delivers. Returns how many executions were handed back. In one transaction with the move.
 */
export async function handBack(trx: Db, serverXid: string, held: readonly HeldAttempt[], now: Date): Promise<number> {
  const kept = new Set(held.map(({ executionId, attempt }) => `${executionId} ${attempt}`))
  const { rows } = await sql<{ executionId: string; number: number }>`
    select execution_id::text as "executionId", number from attempt
    where server_xid = ${serverXid} and finished_at is null
    order by execution_id`.execute(trx)
  let count = 0
  for (const { executionId, number } of rows) {
    if (kept.has(`${executionId} ${number}`)) continue
    const attempt = await lockAttempt(trx, executionId, number)
    if (attempt === undefined || attempt.finishedAt !== null) continue
    const why = `${attempt.serverName} moved to another environment`
    await finishAttempt(trx, attempt, { state: 'lost', reason: why }, afterLoss(attempt, why), now)
    count += 1
  }
  return count
}
