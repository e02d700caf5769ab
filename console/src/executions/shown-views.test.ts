import type { ExecutionDetail, Ledger } from '@postern/protocol'
import { expect, test } from 'vitest'
import { shownViews } from './shown-views.ts'

const feed: ExecutionDetail = {
  id: '1',
  jobId: '1',
  jobName: 'Nightly',
  appName: 'MISP feed',
  appKind: 'feed',
  environmentName: 'Demo',
  trigger: 'schedule',
  state: 'running',
  message: '',
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  retryAt: null,
  attempts: [],
  planIds: [],
  receiptIds: [],
}
const empty: Ledger = {
  batches: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  refused: 0,
  groupsCreated: 0,
  groupsUpdated: 0,
  groupsUnchanged: 0,
  unmapped: [],
}

test('an app that fills the library shows log and ledger', () => {
  expect(shownViews(feed, undefined)).toEqual(['log', 'ledger'])
})

test('an export shows log, plan and receipt, even before there is one', () => {
  expect(shownViews({ ...feed, appKind: 'export' }, empty)).toEqual(['log', 'plan', 'receipt'])
})

test('what holds something is shown whatever the kind of the app', () => {
  expect(shownViews({ ...feed, appKind: 'export' }, { ...empty, batches: 1 })).toContain('ledger')
  expect(shownViews({ ...feed, appKind: 'action', planIds: ['7'], receiptIds: ['8'] }, empty)).toEqual([
    'log',
    'ledger',
    'plan',
    'receipt',
  ])
})
