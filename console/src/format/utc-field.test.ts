import { expect, test } from 'vitest'
import { editedInstant, fieldOf, instantOf } from './utc-field.ts'

test('a field of date and time is read as UTC, and what is none says nothing', () => {
  expect(instantOf('2026-12-01T08:00')).toBe('2026-12-01T08:00:00.000Z')
  expect([instantOf(''), instantOf('no date')]).toEqual([undefined, undefined])
  expect(fieldOf(null)).toBe('')
})

test('an instant that was not touched keeps its seconds; one that was emptied is gone', () => {
  const stored = '2026-12-01T08:00:17.123Z'
  expect(editedInstant(fieldOf(stored), stored)).toBe(stored)
  expect(editedInstant('2026-12-01T08:01', stored)).toBe('2026-12-01T08:01:00.000Z')
  expect([editedInstant('', stored), editedInstant('', null)]).toEqual([null, null])
})
