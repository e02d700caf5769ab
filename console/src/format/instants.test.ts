import { expect, test } from 'vitest'
import { describeInstant, formatRelative, formatShort, formatUtc, formatUtcTime } from './instants.ts'

const instant = '2026-11-21T02:08:41.123Z'
const nowMs = Date.parse(instant)

test('an instant is written in UTC, whatever the time zone of the reader', () => {
  expect(formatUtc(instant)).toBe('2026-11-21 02:08:41')
  expect(formatUtcTime(instant)).toBe('02:08:41.123')
  expect(describeInstant(instant)).toMatch(/^2026-11-21T02:08:41\.123Z\n/)
})

test.each([
  [0, 'just now'],
  [9, 'just now'],
  [42, '42 s ago'],
  [60, '1 min ago'],
  [3599, '59 min ago'],
  [7200, '2 h ago'],
  [86_400 * 40, '40 d ago'],
  [-600, 'in 10 min'],
])('an instant %d seconds ago reads “%s”', (seconds, words) => {
  expect(formatRelative(instant, nowMs + seconds * 1000)).toBe(words)
})

test('a short instant is a distance within a day, and a day of UTC beyond', () => {
  expect(formatShort(instant, nowMs + 86_399_000)).toBe('23 h ago')
  expect(formatShort(instant, nowMs + 86_400_000)).toBe('2026-11-21')
  expect(formatShort(instant, nowMs - 86_400_000)).toBe('2026-11-21')
})
