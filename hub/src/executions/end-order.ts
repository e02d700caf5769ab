import type { Db } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import { tellChange } from '../live/changes.ts'
import type { LockedAttempt } from './attempt-store.ts'
import { cancelCommand, signCommand } from './build-command.ts'
import { storeCommand, withdrawCommands } from './command-store.ts'

/**
 * Orders an open attempt to end: the execution stays open until that is known to have happened, so that nothing else of its job
 * starts beside it. Call it with the attempt locked.
 */
export async function orderEnd(
  trx: Db,
  keys: Keys,
  attempt: LockedAttempt,
  endAs: 'cancelled' | 'timed-out',
  reason: string,
  now: Date,
): Promise<void> {
  await trx
    .updateTable('execution')
    .set({ end_as: endAs, end_reason: reason, message: `Being ended: ${reason}` })
    .where('id', '=', attempt.executionId)
    .execute()
  // Sent before or not: a server that has the cancellation never starts the attempt.
  await withdrawCommands(trx, attempt.executionId, attempt.number, now)
  const command = cancelCommand(
    { serverXid: attempt.serverXid, executionId: attempt.executionId, attempt: attempt.number },
    reason,
    now,
  )
  await storeCommand(trx, command, JSON.stringify(await signCommand(keys, command, trx)), now)
  await tellChange(trx, {
    changed: 'execution',
    id: attempt.executionId,
    part: 'state',
    organizationId: attempt.organizationId,
  })
}
