import type { Attempt, ExecutionDetail } from '@postern/protocol'
import { expect, test } from 'vitest'
import { passageSteps } from './passage-steps.ts'

const attempt: Attempt = {
  number: 1,
  serverXid: '1',
  serverName: 'gate',
  state: 'running',
  tier: 'isolated',
  dispatchedAt: '2026-11-21T00:00:01.000Z',
  startedAt: '2026-11-21T00:00:03.000Z',
  finishedAt: null,
  exitCode: null,
  reason: null,
  usage: null,
  logSeqLast: null,
}

const execution: ExecutionDetail = {
  id: '1',
  jobId: '1',
  jobName: 'job',
  appName: 'app',
  appKind: 'feed',
  environmentName: 'environment',
  trigger: 'schedule',
  state: 'running',
  message: '',
  createdAt: '2026-11-21T00:00:00.000Z',
  startedAt: '2026-11-21T00:00:03.000Z',
  finishedAt: null,
  retryAt: null,
  attempts: [attempt],
  planIds: [],
  receiptIds: [],
}

function statuses(shown: ExecutionDetail, hasEnded: boolean): string[] {
  return passageSteps(shown, hasEnded).map((step) => step.status)
}

test('a running execution has its end before it, and says how long each step took', () => {
  expect(statuses(execution, false)).toEqual(['done', 'done', 'done', 'current'])
  expect(passageSteps(execution, false).map((step) => step.sinceMs)).toEqual([undefined, 1000, 2000, undefined])
})

test('an execution that waits comes to its dispatch next', () => {
  const waiting = { ...execution, attempts: [], startedAt: null }
  expect(statuses(waiting, false)).toEqual(['done', 'current', 'ahead', 'ahead'])
})

test('an execution that was cancelled before it ran skipped the steps between', () => {
  const cancelled = { ...execution, attempts: [], startedAt: null, finishedAt: '2026-11-21T00:00:09.000Z' }
  expect(statuses(cancelled, true)).toEqual(['done', 'skipped', 'skipped', 'done'])
  expect(passageSteps(cancelled, true)[3]?.sinceMs).toBe(9000)
})

test('several attempts are told by the last one, by its number', () => {
  const again = { ...execution, attempts: [attempt, { ...attempt, number: 2, startedAt: null }], startedAt: null }
  expect(passageSteps(again, false)[1]?.name).toBe('Dispatched, attempt 2')
  expect(statuses(again, false)).toEqual(['done', 'done', 'current', 'ahead'])
})

test('clocks that disagree never show a negative time', () => {
  const early = { ...execution, attempts: [{ ...attempt, startedAt: '2026-11-21T00:00:00.500Z' }] }
  expect(passageSteps(early, false)[2]?.sinceMs).toBe(0)
})
