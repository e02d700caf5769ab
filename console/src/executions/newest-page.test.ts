import { Execution } from '@postern/protocol'
import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { withExecution, withNewestPage } from './newest-page.ts'

function execution(id: string, state: Execution['state'] = 'succeeded'): Execution {
  return z.parse(Execution, {
    id,
    jobId: '1',
    jobName: 'job',
    appName: 'app',
    appKind: 'feed',
    environmentName: 'environment',
    trigger: 'schedule',
    state,
    message: '',
    createdAt: '2026-11-21T00:00:00Z',
    startedAt: null,
    finishedAt: null,
    retryAt: null,
  })
}

function ids(pages: { data: Execution[] }[]): string[][] {
  return pages.map((page) => page.data.map(({ id }) => id))
}

const known = [
  { data: [execution('6', 'running'), execution('5'), execution('4')], next: 'a' },
  { data: [execution('3'), execution('2'), execution('1')], next: 'b' },
]

test('new executions come to the top, changed ones change in place, older pages stay', () => {
  const pages = withNewestPage(known, { data: [execution('8'), execution('7'), execution('6')], next: 'z' })
  expect(ids(pages)).toEqual([
    ['8', '7', '6', '5', '4'],
    ['3', '2', '1'],
  ])
  expect(pages[0]?.data[2]?.state).toBe('succeeded')
  expect(pages.map((page) => page.next)).toEqual(['a', 'b'])
})

test('no execution stands in two pages', () => {
  const pages = withNewestPage(known, { data: ['6', '5', '4', '3'].map((id) => execution(id)) })
  expect(ids(pages)).toEqual([
    ['6', '5', '4', '3'],
    ['2', '1'],
  ])
})

test('where a hole would be, only the new page stays', () => {
  const newest = { data: [execution('99'), execution('98')], next: 'z' }
  expect(withNewestPage(known, newest)).toEqual([newest])
  expect(withNewestPage([{ data: [] }], newest)).toEqual([newest])
})

test('one execution is replaced wherever it stands', () => {
  expect(withExecution(known, execution('2', 'failed'))[1]?.data[1]?.state).toBe('failed')
})
