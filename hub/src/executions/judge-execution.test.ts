import { describe, expect, test } from 'vitest'
import { judgeExecution } from './judge-execution.ts'

describe('FD-11: an execution is judged by exit code and ledger (T1)', () => {
  test.each([
    // exit, taken, refused, requestsRefused → state
    [0, 0, 0, 0, 'succeeded', 'done'],
    [0, 500, 0, 0, 'succeeded', 'done'],
    [0, 500, 10, 0, 'succeeded', 'done. 10 of 510 items refused.'],
    [0, 0, 10, 0, 'failed', 'done. 10 of 10 items refused.'],
    [0, 500, 0, 1, 'partial', 'done. The hub refused 1 request of the app as a whole.'],
    [0, 500, 1, 2, 'partial', 'done. The hub refused 2 requests of the app as a whole. 1 of 501 items refused.'],
    [0, 0, 0, 3, 'failed', 'done. The hub refused 3 requests of the app as a whole.'],
    [3, 500, 0, 0, 'partial', 'done'],
    [3, 0, 0, 4, 'partial', 'done. The hub refused 4 requests of the app as a whole.'],
    [1, 500, 0, 0, 'failed', 'done'],
    [2, 500, 0, 0, 'failed', 'done'],
    [null, 500, 0, 0, 'failed', 'done'],
  ] as const)(
    'exit %s, %s taken, %s refused, %s whole requests refused: %s',
    (exit, taken, refused, requestsRefused, state, message) => {
      expect(judgeExecution(exit, 'done', { taken, refused, requestsRefused })).toEqual({ state, message })
    },
  )

  test('an app that says nothing and fails is given its exit code to say', () => {
    expect(judgeExecution(7, '', { taken: 0, refused: 0, requestsRefused: 0 }).message).toBe(
      'The app ended with exit code 7.',
    )
  })
})
