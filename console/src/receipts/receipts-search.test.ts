import { expect, test } from 'vitest'
import { daysOf, readReceiptsSearch, receiptFilterOf } from './receipts-search.ts'

test('the address says what is shown; what makes no sense is left out', () => {
  const search = { control: '3', target: 'Blocked', state: 'drift', day: '2026-02-28', days: '90' }
  expect(readReceiptsSearch(search)).toEqual(search)
  expect(readReceiptsSearch({ control: 'x', target: 'Blocked', state: 'lost', day: '2026-02-30', days: '31' })).toEqual(
    {},
  )
})

test('a day of UTC is from its midnight until the next', () => {
  expect(receiptFilterOf({ day: '2026-02-28' })).toEqual({
    from: '2026-02-28T00:00:00Z',
    until: '2026-03-01T00:00:00.000Z',
  })
  expect(receiptFilterOf({ control: '3', state: 'drift' })).toEqual({ controlId: '3', state: 'drift' })
})

test('thirty days are shown unless the address says otherwise', () => {
  expect(daysOf({})).toBe(30)
  expect(daysOf({ days: '365' })).toBe(365)
})
