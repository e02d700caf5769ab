import { expect, test } from 'vitest'
import { filterOf, readExecutionsSearch } from './executions-search.ts'

test('state and job are read from the address and asked of the hub', () => {
  const search = readExecutionsSearch({ state: 'timed-out', job: '17', other: 'x' })
  expect(search).toEqual({ state: 'timed-out', job: '17' })
  expect(filterOf(search)).toEqual({ state: 'timed-out', jobId: '17' })
})

test('what makes no sense filters nothing', () => {
  expect(readExecutionsSearch({ state: 'sleepy', job: 'a b' })).toEqual({})
  expect(filterOf({})).toEqual({})
})
