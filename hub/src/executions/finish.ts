import type { Db } from '../database/database.ts'
import type { Changes } from '../live/changes.ts'
import { noteEnd } from '../notifications/open-notification.ts'
import { type AttemptEnd, endAttempt, type LockedAttempt } from './attempt-store.ts'
import { withdrawCommands } from './command-store.ts'
import type { EndState, Next } from './execution-state.ts'

const messageCharactersMax = 4000

/** Ends an attempt, and with it the execution, or sends the execution back to wait for the next attempt. In one transaction. */
export async function finishAttempt(
  trx: Db,
  changes: Pick<Changes, 'notify'>,
  attempt: LockedAttempt,
  end: AttemptEnd,
  next: Next,
  now: Date,
): Promise<void> {
  await endAttempt(trx, attempt.executionId, attempt.number, end, now)
  await withdrawCommands(trx, attempt.executionId, attempt.number, now)
  if (next.kind === 'again') {
    await trx
      .updateTable('execution')
      .set({ state: 'waiting', message: next.message })
      .where('id', '=', attempt.executionId)
      .execute()
    await changes.notify(trx, {
      changed: 'execution',
      id: attempt.executionId,
      part: 'state',
      organizationId: attempt.organizationId,
    })
    return
  }
  await endExecution(trx, changes, attempt, next.state, next.message, now)
}

/** The execution's last change; its `finished_at` is set here and nowhere else. */
export async function endExecution(
  trx: Db,
  changes: Pick<Changes, 'notify'>,
  execution: { executionId: string; organizationId: string },
  state: EndState,
  message: string,
  now: Date,
): Promise<void> {
  await trx
    .updateTable('execution')
    .set({ state, message: message.slice(0, messageCharactersMax), finished_at: now })
    .where('id', '=', execution.executionId)
    .where('finished_at', 'is', null)
    .execute()
  await noteEnd(trx, execution.executionId, state, now)
  await changes.notify(trx, {
    changed: 'execution',
    id: execution.executionId,
    part: 'state',
    organizationId: execution.organizationId,
  })
}
