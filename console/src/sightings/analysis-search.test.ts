import { expect, test } from 'vitest'
import { analysisQueryOf, readAnalysisSearch } from './analysis-search.ts'

test('what makes no sense in the address is left out', () => {
  expect(readAnalysisSearch({ days: '31', control: 'x', collection: '4', other: '1' })).toEqual({ collection: '4' })
  expect(readAnalysisSearch({ days: '90', control: '3' })).toEqual({ days: '90', control: '3' })
})

test('a period is whole days of UTC that end with today', () => {
  const nowMs = Date.parse('2026-11-21T09:30:00Z')
  expect(analysisQueryOf({ days: '7', control: '3' }, nowMs)).toEqual({
    from: '2026-11-15T00:00:00.000Z',
    to: '2026-11-22T00:00:00.000Z',
    controlId: '3',
  })
  expect(analysisQueryOf({}, nowMs).from).toBe('2026-10-23T00:00:00.000Z')
})

test('LIB-11: two days are a period of their own, both of them included', () => {
  const between = readAnalysisSearch({ from: '2026-11-01', until: '2026-11-07', days: '90' })
  expect(between).toEqual({ from: '2026-11-01', until: '2026-11-07' })
  expect(analysisQueryOf(between, Date.parse('2026-11-21T09:30:00Z'))).toEqual({
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-11-08T00:00:00.000Z',
  })
})

test.each([
  { from: '2026-11-07', until: '2026-11-01' },
  { from: '2025-11-01', until: '2026-11-07' },
  { from: '2026-02-30', until: '2026-03-07' },
  { from: '2026-11-01' },
])('LIB-11: %j is no period, and leaves the days that there are', (search) => {
  expect(readAnalysisSearch({ ...search, days: '90' })).toEqual({ days: '90' })
})
