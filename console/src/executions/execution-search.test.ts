import { expect, test } from 'vitest'
import { readExecutionSearch } from './execution-search.ts'

test('what makes sense is read from the address', () => {
  const search = { view: 'ledger', part: 'unmapped', plan: '17', receipt: '18' }
  expect(readExecutionSearch(search)).toEqual(search)
})

test('what makes none is left out', () => {
  expect(readExecutionSearch({ view: 'hologram', part: 7, plan: '', receipt: 'x'.repeat(65), other: 'x' })).toEqual({})
})
