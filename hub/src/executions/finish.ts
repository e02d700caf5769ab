import type { Db } from '../database/database.ts'
import { tellChange } from '../live/changes.ts'
import { noteEnd } from '../notifications/open-notification.ts'
import { type AttemptEnd, endAttempt, type LockedAttempt } from './attempt-store.ts'
import { withdrawCommands } from './command-store.ts'
import type { EndState, Next } from './execution-state.ts'

const messageCharactersMax = 4000

/** Ends an attempt, and with it the execution, or sends the execution back to wait for the next attempt. In one transaction. */
export async function finishAttempt(
  trx: Db,
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
      .set({
        state: 'waiting',
        message: next.message.slice(0, messageCharactersMax),
        ...(next.retry ? { retry_at: next.retry.at, deadline_at: next.retry.deadline } : {}),
      })
      .where('id', '=', attempt.executionId)
      .execute()
    await tellChange(trx, {
      changed: 'execution',
      id: attempt.executionId,
      part: 'state',
      organizationId: attempt.organizationId,
    })
    return
  }
  await endExecution(trx, attempt, next.state, next.message, now, end.endedAt)
}

/** The execution's last change; its `finished_at` is set here and nowhere else. `endedAt`: when its app ended, if that is known. */
export async function endExecution(
  trx: Db,
  execution: { executionId: string; organizationId: string },
  state: EndState,
  message: string,
  now: Date,
  endedAt = now,
): Promise<void> {
  await trx
    .updateTable('execution')
    .set({ state, message: message.slice(0, messageCharactersMax), finished_at: endedAt })
    .where('id', '=', execution.executionId)
    .where('finished_at', 'is', null)
    .execute()
  await noteEnd(trx, execution.executionId, state, now)
  await tellChange(trx, {
    changed: 'execution',
    id: execution.executionId,
    part: 'state',
    organizationId: execution.organizationId,
  })
}
