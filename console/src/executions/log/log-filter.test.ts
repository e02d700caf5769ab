import { expect, test } from 'vitest'
import { filterLines, matchingPositions, nextMatch } from './log-filter.ts'
import { logRow } from './test-rows.ts'

const rows = [
  logRow(1, { level: 'trace', text: 'Fetching a.b' }),
  logRow(2, { level: 'info', text: 'axb' }),
  logRow(3, { level: 'warn', text: 'slow A.B' }),
  logRow(4, { level: 'error', text: '(broken' }),
]

test('a level shows itself and what is graver', () => {
  expect(filterLines(rows, { level: 'trace', search: '', onlyMatches: false })).toBe(rows)
  expect(filterLines(rows, { level: 'warn', search: '', onlyMatches: false }).map((row) => row.seq)).toEqual([3, 4])
})

test('only matches are shown where that is wanted', () => {
  expect(filterLines(rows, { level: 'trace', search: 'a.b', onlyMatches: true }).map((row) => row.seq)).toEqual([1, 3])
  expect(filterLines(rows, { level: 'info', search: 'a.b', onlyMatches: false })).toHaveLength(3)
  expect(filterLines(rows, { level: 'trace', search: '', onlyMatches: true })).toBe(rows)
})

test('a search is text, never a pattern, whatever its case', () => {
  expect(matchingPositions(rows, 'A.b')).toEqual([0, 2])
  for (const hostile of ['(', '[', '\\', '(a+)+$', '{1}', '|', '^', '*', '?', '/', '-']) {
    expect(() => matchingPositions(rows, hostile)).not.toThrow()
  }
  expect(matchingPositions(rows, '(')).toEqual([3])
  expect(matchingPositions(rows, '')).toEqual([])
})

test('going through matches turns around at both ends', () => {
  expect(nextMatch(3, -1, 1)).toBe(0)
  expect(nextMatch(3, -1, -1)).toBe(2)
  expect(nextMatch(3, 2, 1)).toBe(0)
  expect(nextMatch(3, 0, -1)).toBe(2)
  expect(nextMatch(0, -1, 1)).toBe(-1)
})
