import { expect, test } from 'vitest'
import { formatInZone, formatShortInZone } from './zoned.ts'

test('an instant is told by the clocks of a zone, summer time included', () => {
  expect(formatInZone('2026-11-21T03:30:00Z', 'Europe/Berlin')).toBe('Sat, 21 Nov 2026, 04:30:00')
  expect(formatInZone('2026-07-21T03:30:00Z', 'Europe/Berlin')).toBe('Tue, 21 Jul 2026, 05:30:00')
})

test('beside the day only weekday and time are told', () => {
  expect(formatShortInZone('2026-11-21T23:30:00Z', 'Europe/Berlin')).toBe('Sun 00:30')
  expect(formatShortInZone('2026-11-21T03:30:00Z', 'Mars/Olympus')).toBe('')
})

test('in a zone that the browser does not know it is UTC, and says so', () => {
  expect(formatInZone('2026-11-21T03:30:00Z', 'Mars/Olympus')).toBe('Sat, 21 Nov 2026, 03:30:00 UTC')
})
