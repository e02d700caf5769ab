import { createHash } from 'node:crypto'
import type { AttemptResult, AttemptSignature, InstallJson } from '@postern/protocol'
import { readInstallJson } from '../apps/apps.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'
import { ledgerSums, lockAttempt, type LockedAttempt } from './attempt-store.ts'
import { afterResult, attemptStateAfter, type Next } from './execution-state.ts'
import { finishAttempt } from './finish.ts'
import { judgeExecution } from './judge-execution.ts'
import { keptFrom } from './kept-results.ts'
import { secretContext } from './placer.ts'
import { afterFailure, retryRuleOf } from './retries.ts'

export type AttemptResultsParts = { db: DatabaseConnection['db']; keys: Keys; clock: Clock }

/** Takes how an attempt ended, from the server that ran it; the same result again changes nothing. */
export function createAttemptResults({ db, keys, clock }: AttemptResultsParts) {
  /** @returns whether the execution waits for another attempt now */
  async function accept(
    serverXid: string,
    executionId: string,
    number: number,
    result: AttemptResult,
  ): Promise<boolean> {
    const sha256 = createHash('sha256').update(canonicalText(result)).digest()
    return await db.transaction().execute(async (trx) => {
      const attempt = found(await lockAttempt(trx, executionId, number), 'attempt')
      if (attempt.serverXid !== serverXid) throw new Problem('not-found', 'There is no such attempt on this server.')
      if (attempt.finishedAt !== null) {
        if (attempt.resultSha256?.equals(sha256) === true) return false
        throw new Problem(
          'conflict',
          `Attempt ${number} of execution ${executionId} has ended as ${attempt.state}; its result is not taken any more.`,
        )
      }
      return await end(trx, attempt, result, sha256)
    })
  }

  async function end(trx: Db, attempt: LockedAttempt, result: AttemptResult, sha256: Buffer): Promise<boolean> {
    const now = clock.now()
    const judgement = judgeExecution(result.exitCode, result.message, await ledgerSums(trx, attempt))
    const next = afterFailure(
      afterResult(result, judgement, attempt),
      result,
      attempt,
      await retryRuleOf(trx, attempt.jobId),
      now,
    )
    const reason = result.outcome === 'exited' ? failureOf(next) : result.message || result.outcome
    const attemptEnd = {
      state: attemptStateAfter(result.outcome),
      reason,
      endedAt: endOf(result, attempt, now),
      result: { value: result, sha256 },
    }
    if (next.kind === 'end' && next.state === 'succeeded') await keep(trx, attempt, result, now)
    await finishAttempt(trx, attempt, attemptEnd, next, now)
    if (result.signature !== undefined) await keepSignature(trx, attempt, result.outcome, result.signature, now)
    return next.kind === 'again'
  }

  /** As it came: what it is worth is found out each time that a plan or a receipt is read (D40). */
  async function keepSignature(
    trx: Db,
    { executionId, number, organizationId }: LockedAttempt,
    outcome: string,
    { keyFingerprint, written, signature }: AttemptSignature,
    now: Date,
  ): Promise<void> {
    await trx
      .insertInto('attempt_signature')
      .values({
        execution_id: executionId,
        attempt: number,
        key_fingerprint: keyFingerprint,
        outcome,
        written: JSON.stringify(written),
        signature: Buffer.from(signature, 'base64'),
        received_at: now,
      })
      .execute()
    await tellChange(trx, { changed: 'execution', id: executionId, part: 'receipt', organizationId })
  }

  /** FD-10: only on success, and only names that the app declares; a secret one stays a secret. */
  async function keep(trx: Db, attempt: LockedAttempt, result: AttemptResult, now: Date): Promise<void> {
    const { jobId } = attempt
    const kept = keptFrom(await installJsonOf(trx, attempt.appVersionId), result.results)
    for (const { name, value, secret } of kept) {
      if (value === null) {
        await trx.deleteFrom('job_kept_value').where('job_id', '=', jobId).where('name', '=', name).execute()
        if (secret) await trx.deleteFrom('job_secret').where('job_id', '=', jobId).where('name', '=', name).execute()
      } else if (secret) {
        const sealed = keys.seal(Buffer.from(value), secretContext(jobId, name))
        await trx
          .insertInto('job_secret')
          .values({ job_id: jobId, name, sealed })
          .onConflict((conflict) => conflict.columns(['job_id', 'name']).doUpdateSet({ sealed }))
          .execute()
      } else {
        const row = { value, execution_id: attempt.executionId, kept_at: now }
        await trx
          .insertInto('job_kept_value')
          .values({ job_id: jobId, name, ...row })
          .onConflict((conflict) => conflict.columns(['job_id', 'name']).doUpdateSet(row))
          .execute()
      }
    }
  }

  return { accept }
}

/** When its app ended, as its server says; that may be long before the hub heard of it. The server's clock may be wrong. */
function endOf({ finishedAt }: AttemptResult, { begunAt }: LockedAttempt, heardAt: Date): Date {
  const latest = Math.min(Date.parse(finishedAt), heardAt.getTime())
  return new Date(Math.max(latest, Math.min(begunAt.getTime(), heardAt.getTime())))
}

/** Of an attempt that another one follows: the execution's own message is about that one then. */
function failureOf(next: Next): string | null {
  return next.kind === 'again' ? (next.retry?.failure ?? null) : null
}

async function installJsonOf(db: Db, appVersionId: string): Promise<InstallJson> {
  const row = await db
    .selectFrom('app_version')
    .select('install_json')
    .where('id', '=', appVersionId)
    .executeTakeFirstOrThrow()
  return readInstallJson(row.install_json)
}

/** The parsed result with its names in order, so that spacing does not make another one of it. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
