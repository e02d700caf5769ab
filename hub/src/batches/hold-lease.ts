import type { PoolClient } from 'pg'
import { Problem } from '../lib/problem.ts'
import type { BatchSender } from './batches.ts'

/**
 * Fencing (D10), called in the batch's transaction: until that ends, nobody can end the sender's attempt; if somebody has,
 * nothing is written. People have no attempt and pass. The same rule as executions/executions.ts has for plans and receipts, on
 * the batch's own connection.
 * @throws Problem `conflict`
 */
export async function holdLease(
  client: PoolClient,
  { executionId, attempt }: Pick<BatchSender, 'executionId' | 'attempt'>,
): Promise<void> {
  if (executionId === null) return
  const { rows } = await client.query<{ open: boolean }>(
    'select finished_at is null as open from attempt where execution_id = $1 and number = $2 for share',
    [executionId, attempt],
  )
  if (rows[0]?.open === true) return
  throw new Problem(
    'conflict',
    `Attempt ${attempt} of execution ${executionId} has ended; it writes nothing any more, and this batch was not taken.`,
  )
}
