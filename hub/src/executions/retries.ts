import { type AttemptResult, exitCodes, jobRetries } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { LockedAttempt } from './attempt-store.ts'
import type { Next } from './execution-state.ts'

/** What a job says of retries, and what bounds them. */
export type RetryRule = {
  retriesMax: number
  retryAfterSeconds: number
  timeoutSeconds: number
  /** When its schedule comes round. */
  nextRunAt: Date | null
}

/**
 * FD-14: what follows a failure where the job has retries left. Only a failure that may pass is tried again: the app ended as failed
 * without saying that another try would bring the same, or a signal ended it. What its limits, its time-out, a person or its environment
 * server ended would end so again. Only what is repeatable is (D10). A schedule that comes round before the retry would is the retry.
 */
export function afterFailure(
  failed: Next,
  result: Pick<AttemptResult, 'outcome' | 'exitCode'>,
  attempt: Pick<LockedAttempt, 'number' | 'repeatable' | 'endAs' | 'failuresBefore'>,
  rule: RetryRule,
  now: Date,
): Next {
  if (failed.kind !== 'end' || failed.state !== 'failed' || !mayPass(result)) return failed
  const { failuresBefore, number, repeatable, endAs } = attempt
  if (!repeatable || endAs !== null || failuresBefore >= rule.retriesMax) return failed
  const waitSeconds = Math.min(rule.retryAfterSeconds * 2 ** failuresBefore, jobRetries.waitSecondsMax)
  const retryAt = new Date(now.getTime() + waitSeconds * 1000)
  if (rule.nextRunAt !== null && rule.nextRunAt <= retryAt) return failed
  return {
    kind: 'again',
    message: `Attempt ${number} failed: ${failed.message.replace(/\.$/, '')}. Retry ${failuresBefore + 1} of ${rule.retriesMax} at ${retryAt.toISOString()}.`,
    retry: { at: retryAt, deadline: new Date(retryAt.getTime() + rule.timeoutSeconds * 1000), failure: failed.message },
  }
}

/** Whether another try might end otherwise, as far as can be told from how this one ended. */
function mayPass({ outcome, exitCode }: Pick<AttemptResult, 'outcome' | 'exitCode'>): boolean {
  if (outcome === 'signalled') return true
  return outcome === 'exited' && exitCode !== exitCodes.success && exitCode !== exitCodes.failureForGood
}

export async function retryRuleOf(trx: Db, jobId: string): Promise<RetryRule> {
  const { rows } = await sql<RetryRule>`
    select retries_max as "retriesMax", retry_after_seconds as "retryAfterSeconds", timeout_seconds as "timeoutSeconds",
      next_run_at as "nextRunAt"
    from job where id = ${jobId}`.execute(trx)
  const rule = rows[0]
  if (rule === undefined) throw new Error(`job ${jobId} is gone, though it has executions`)
  return rule
}
