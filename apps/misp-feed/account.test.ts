import { expect, test } from 'vitest'
import { accountMessage } from './account.ts'

const counts = {
  events: 17,
  unread: 0,
  unreadParts: 0,
  attributes: 1729,
  sent: 867,
  unmapped: 862,
  describing: 20,
  pairs: 4,
  references: 189,
}

test('what was sent adds up, and what is nothing is left out', () => {
  // 867 attributes, 4 of which hold two, less 260 that repeat or add, are 611 indicators.
  expect(accountMessage(counts, 611, { known: 650, gone: 12, shareMax: 50, isAllowed: true })).toBe(
    '17 events, 1729 attributes: 867 sent as 611 indicators (260 repeat a value, or add to a file or report; 4 hold two), 862 not mapped; 189 object references not mapped; 12 values gone',
  )
  const plain = { ...counts, sent: 611, unmapped: 0, pairs: 0, references: 0 }
  expect(accountMessage(plain, 611, undefined)).toBe(
    '17 events, 1729 attributes: 611 sent as 611 indicators, 0 not mapped',
  )
})

test('why nothing was deleted stands first, where no cut reaches it', () => {
  expect(accountMessage({ ...counts, unread: 2 }, 611, undefined)).toMatch(
    /^nothing deleted: 2 files could not be read; 17 events, 1729 attributes: /,
  )
  const guarded = accountMessage(counts, 611, { known: 200, gone: 180, isAllowed: false, shareMax: 50 })
  expect(guarded).toBe(
    'nothing deleted: 180 of 200 values would go (removeGoneShareMax is 50; 100 once allows it); 17 events, 1729 attributes: 867 sent as 611 indicators, 862 not mapped; 189 object references not mapped',
  )
  expect(guarded.length).toBeLessThanOrEqual(200)
})

test('the message of a large feed has at most 200 characters', () => {
  const large = {
    events: 1_000,
    unread: 0,
    unreadParts: 0,
    attributes: 99_999,
    sent: 89_999,
    unmapped: 10_000,
    describing: 9_999,
    pairs: 999,
    references: 9_999,
  }
  expect(
    accountMessage(large, 80_000, { known: 80_000, gone: 9_999, shareMax: 50, isAllowed: true }).length,
  ).toBeLessThanOrEqual(200)
})
