import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTqlDate } from '../index.ts'

const now = new Date('2026-03-31T15:16:17.018Z')

test.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31 12:34', '2026-01-31T12:34:00.000Z'],
  ['2026-01-31 12:34:56', '2026-01-31T12:34:56.000Z'],
  ['2026-01-31T12:34:56', '2026-01-31T12:34:56.000Z'],
  ['2026-01-31T12:34:56Z', '2026-01-31T12:34:56.000Z'],
  ['2026-01-31T12:34:56.7891234Z', '2026-01-31T12:34:56.789Z'],
  ['2026-01-31T00:30:00+02:00', '2026-01-30T22:30:00.000Z'],
  ['2026-01-31T23:30:00-0600', '2026-02-01T05:30:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['NOW()', '2026-03-31T15:16:17.018Z'],
  ['now() - 30 days', '2026-03-01T15:16:17.018Z'],
  ['NOW() - 1 HOUR', '2026-03-31T14:16:17.018Z'],
  ['NOW()-90 MINUTES', '2026-03-31T13:46:17.018Z'],
  ['NOW() + 10 SECONDS', '2026-03-31T15:16:27.018Z'],
  ['NOW() - 2 WEEKS', '2026-03-17T15:16:17.018Z'],
  ['NOW() - 1 MONTH', '2026-02-28T15:16:17.018Z'],
  ['NOW() - 25 MONTHS', '2024-02-29T15:16:17.018Z'],
  ['NOW() - 1 YEAR', '2025-03-31T15:16:17.018Z'],
  ['TODAY()', '2026-03-31T00:00:00.000Z'],
  ['TODAY() - 1 DAY', '2026-03-30T00:00:00.000Z'],
])('LIB-3: %j is %s', (text, iso) => {
  expect(readTqlDate(text, now)?.toISOString()).toBe(iso)
})

test.each([
  '',
  'yesterday',
  '2026-02-29',
  '2026-13-01',
  '2026-01-00',
  '0026-01-01x',
  '2026-01-31 24:00:00',
  '2026-01-31 12:60:00',
  '2026-01-31T12:00:00+15:00',
  '2026-1-1',
  'NOW',
  'NOW() - DAYS',
  'NOW() - 1 FORTNIGHT',
  'NOW() - 1.5 DAYS',
  'NOW() - 999999 YEARS',
  'NOW() - 1 DAY - 1 DAY',
])('LIB-3: %j is no date', (text) => {
  expect(readTqlDate(text, now)).toBeUndefined()
})

test('LIB-3: every date that toISOString writes is read back, and nothing makes the reader throw', () => {
  const dates = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(dates, (date) => {
      expect(readTqlDate(date.toISOString(), now)).toEqual(date)
    }),
  )
  fc.assert(
    fc.property(fc.string(), fc.nat(1e6), fc.constantFrom('SECOND', 'DAY', 'MONTH', 'YEARS'), (text, count, unit) => {
      readTqlDate(text, now)
      const moved = readTqlDate(`NOW() - ${count} ${unit}`, now)
      if (moved) expect(moved.getTime()).toBeLessThanOrEqual(now.getTime())
    }),
  )
})

test('LIB-3: a date before the year 1 or after 9999 is none, however it is reached', () => {
  const now = new Date('2026-11-21T00:00:00Z')
  for (const text of [
    'NOW() + 7974 YEARS',
    'NOW() - 2026 YEARS',
    'TODAY() + 99999 MONTHS',
    '9999-12-31 23:59:59-01:00',
  ])
    expect([text, readTqlDate(text, now)]).toEqual([text, undefined])
  for (const text of ['NOW() + 7973 YEARS', 'NOW() - 2025 YEARS', '9999-12-31 23:59:59Z'])
    expect([text, readTqlDate(text, now)]).toEqual([text, expect.any(Date)])
})
