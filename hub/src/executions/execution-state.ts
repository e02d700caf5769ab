import type { AttemptResult, ExecutionState } from '@postern/protocol'
import type { Judgement } from './judge-execution.ts'

/*
 * An execution:
 *
 *   waiting ──placed──▶ dispatched ──started──▶ running ──result──▶ succeeded | partial | failed | timed-out
 *      ▲                   │  │                    │
 *      │                   │  └──server refused────┼────────────▶ refused
 *      └──attempt lost, or failed──────────────────┘
 *         (repeatable, attempts or retries left; or refused for want of an interpreter, in a pool)
 *
 *   attempt lost, not repeatable or none left ──▶ unknown
 *   someone cancelled / the deadline passed: at once from waiting; else `end_as` is set, a cancel command goes out, and the
 *   execution ends as cancelled / timed-out when its attempt is known to have ended: its result came, or its lease ran out.
 *
 * An attempt: dispatched ──▶ running ──▶ finished | lost | refused | cancelled. It is open in the first two; an execution has at most one
 * open attempt (index attempt_open), and only an open attempt may write: log, result, batches, plans (D10).
 * Ended executions and attempts never change again.
 */

export type EndState = Exclude<ExecutionState, 'waiting' | 'dispatched' | 'running'>

/** Attempts that may have run and were lost, at most; those that surely never ran do not count, nor do those that failed. */
export const attemptsMax = 3

/** What follows when an attempt has ended: another one, or the execution's end. */
export type Next =
  | {
      kind: 'again'
      message: string
      /** After a failure (FD-14): not before, and with a time-out of its own. */
      retry?: { at: Date; deadline: Date; failure: string }
    }
  | { kind: 'end'; state: EndState; message: string }

export type LostAttempt = {
  number: number
  serverName: string
  repeatable: boolean
  /** Whether it may have run: a pooled attempt starts only after its first lease, a pinned one when it is accepted. */
  mayHaveRun: boolean
  /** Attempts that may have run and were not finished, this one included. */
  attemptsRun: number
  /** Set when it was to be ended anyhow. */
  endAs: 'cancelled' | 'timed-out' | null
  endReason: string | null
}

/** Pooled: other servers of the environment may take it (D10). */
type PlacedAttempt = LostAttempt & { placement: 'pooled' | 'pinned' }

/** D10: a lost attempt is followed by another only where repeating does no harm. */
export function afterLoss(lost: LostAttempt, why: string): Next {
  if (lost.endAs !== null) return { kind: 'end', state: lost.endAs, message: lost.endReason ?? '' }
  // A server's reason is a sentence with a full stop of its own.
  const what = `Attempt ${lost.number} on ${lost.serverName} was lost: ${why.replace(/\.+$/, '')}.`
  if (!lost.mayHaveRun) return { kind: 'again', message: `${what} It had not started.` }
  if (!lost.repeatable) {
    return {
      kind: 'end',
      state: 'unknown',
      message: `${what} What it did is not known, and its app is not repeatable, so it is not started again by itself.`,
    }
  }
  if (lost.attemptsRun >= attemptsMax) {
    return { kind: 'end', state: 'unknown', message: `${what} It was the last of ${attemptsMax} attempts.` }
  }
  return { kind: 'again', message: what }
}

/** Of a pool another server may have the interpreter that this one lacks; placement asks each at most once (ES-24). */
export function afterRefusal(
  { number, serverName, placement, endAs }: PlacedAttempt,
  message: string,
  { lacksInterpreter }: Pick<AttemptResult, 'lacksInterpreter'>,
): Next {
  if (endAs !== null || placement === 'pinned' || lacksInterpreter !== true)
    return { kind: 'end', state: endAs ?? 'refused', message }
  return { kind: 'again', message: `Attempt ${number} was refused by ${serverName}: ${message}` }
}

/** What a delivered result means for its execution. `judgement` is that of the exit code and the ledger (T1). */
export function afterResult(result: AttemptResult, judgement: Judgement, attempt: PlacedAttempt): Next {
  const message = result.message
  switch (result.outcome) {
    case 'exited':
      return { kind: 'end', ...judgement }
    case 'signalled':
      return { kind: 'end', state: 'failed', message: message || 'The app was ended by a signal.' }
    case 'limit':
      return { kind: 'end', state: 'failed', message: message || 'The app was ended at one of its limits.' }
    case 'timed-out':
      return { kind: 'end', state: 'timed-out', message: message || 'The app was ended at its time-out.' }
    case 'cancelled':
      return { kind: 'end', state: attempt.endAs ?? 'cancelled', message: attempt.endReason ?? message }
    case 'refused':
      return afterRefusal(attempt, message || 'The environment server refused it.', result)
    case 'lease-lost': {
      // The server had it in its queue: it never started.
      const mayHaveRun = attempt.mayHaveRun && result.startedAt !== null
      return afterLoss({ ...attempt, mayHaveRun }, message || 'its lease ran out')
    }
    case 'interrupted':
      return afterLoss(attempt, message || 'the environment server was restarted')
  }
}

/** The attempt's own state after a result. */
export function attemptStateAfter(outcome: AttemptResult['outcome']): 'finished' | 'lost' | 'refused' | 'cancelled' {
  switch (outcome) {
    case 'lease-lost':
    case 'interrupted':
      return 'lost'
    case 'refused':
      return 'refused'
    case 'cancelled':
      return 'cancelled'
    case 'exited':
    case 'signalled':
    case 'limit':
    case 'timed-out':
      return 'finished'
  }
}
