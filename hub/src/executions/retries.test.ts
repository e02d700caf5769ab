import type { AttemptResult } from '@postern/protocol'
import { expect, test } from 'vitest'
import { afterLoss, type Next } from './execution-state.ts'
import { afterFailure, type RetryRule } from './retries.ts'

const now = new Date('2026-11-21T12:00:00Z')
const failed: Next = { kind: 'end', state: 'failed', message: 'It failed.' }
const rule: RetryRule = { retriesMax: 3, retryAfterSeconds: 3600, timeoutSeconds: 60, nextRunAt: null }
const attempt = { number: 1, repeatable: true, endAs: null, failuresBefore: 0 }
const exited = (exitCode: number): Pick<AttemptResult, 'outcome' | 'exitCode'> => ({ outcome: 'exited', exitCode })

function next(
  result: Pick<AttemptResult, 'outcome' | 'exitCode'>,
  changes: { attempt?: object; rule?: object; failed?: Next } = {},
): Next['kind'] {
  const given = [
    { ...attempt, ...changes.attempt },
    { ...rule, ...changes.rule },
  ] as const
  return afterFailure(changes.failed ?? failed, result, ...given, now).kind
}

test('FD-14: only what may pass is tried again: not what the app calls final, nor what limits, time-outs and policies ended', () => {
  expect([exited(1), exited(255), { outcome: 'signalled' as const, exitCode: null }].map((each) => next(each))).toEqual(
    ['again', 'again', 'again'],
  )
  // Exit 0 is one whose every item was refused: the same items would be refused again.
  for (const result of [exited(4), exited(0), { outcome: 'limit' as const, exitCode: null }])
    expect(next(result)).toBe('end')
  for (const state of ['succeeded', 'partial', 'timed-out', 'refused', 'cancelled', 'unknown'] as const)
    expect(next(exited(1), { failed: { kind: 'end', state, message: '' } })).toBe('end')
})

test('FD-14: no retry of what is not repeatable (D10), is being ended, has none left, or is run by its schedule sooner', () => {
  expect(next(exited(1), { attempt: { repeatable: false } })).toBe('end')
  expect(next(exited(1), { attempt: { endAs: 'cancelled' } })).toBe('end')
  expect(next(exited(1), { attempt: { failuresBefore: 3 } })).toBe('end')
  expect(next(exited(1), { rule: { nextRunAt: new Date('2026-11-21T13:00:00Z') } })).toBe('end')
  expect(next(exited(1), { rule: { nextRunAt: new Date('2026-11-21T13:00:01Z') } })).toBe('again')
})

test('FD-14: each wait is twice the one before, to a bound', () => {
  const waits = [0, 1, 2, 9].map((failuresBefore) => {
    const again = afterFailure(failed, exited(1), { ...attempt, failuresBefore }, { ...rule, retriesMax: 10 }, now)
    return again.kind === 'again' && ((again.retry?.at.getTime() ?? 0) - now.getTime()) / 3_600_000
  })
  expect(waits).toEqual([1, 2, 4, 6])
})

test('D10: how an attempt was lost is one sentence after the other, with or without a full stop of the server’s', () => {
  const lost = { number: 1, serverName: 'A', repeatable: true, mayHaveRun: false, attemptsRun: 0 } as const
  for (const why of ['the server was stopped', 'the server was stopped.'])
    expect(afterLoss({ ...lost, endAs: null, endReason: null }, why).message).toBe(
      'Attempt 1 on A was lost: the server was stopped. It had not started.',
    )
})
