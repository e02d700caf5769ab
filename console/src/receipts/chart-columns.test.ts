import type { ReceiptDay } from '@postern/protocol'
import { expect, test } from 'vitest'
import { chartColumns, chartWords } from './chart-columns.ts'

function day(number: number, counts: Partial<ReceiptDay> = {}): ReceiptDay {
  const text = `2026-11-${String(number).padStart(2, '0')}`
  return { day: text, inSync: 0, drift: 0, unverifiable: 0, pending: 0, ...counts }
}

test('a day is a column; drift stands on top and is never too small to be seen', () => {
  const { columns, top } = chartColumns([day(1, { inSync: 1000, drift: 1 }), day(2)], 30)
  expect(top).toBe(1001)
  expect(columns[0]?.parts.map(({ state }) => state)).toEqual(['in-sync', 'drift'])
  expect(columns[0]?.parts[1]?.height).toBe(0.02)
  expect(columns[1]).toEqual({ from: '2026-11-02', until: '2026-11-02', total: 0, parts: [] })
})

test('where days do not fit, several are one column, and the last one ends today', () => {
  const { columns } = chartColumns(
    [1, 2, 3, 4, 5].map((number) => day(number, { inSync: number })),
    3,
  )
  expect(columns.map(({ from, until, total }) => [from.slice(8), until.slice(8), total])).toEqual([
    ['01', '01', 1],
    ['02', '03', 5],
    ['04', '05', 9],
  ])
})

test('the chart is one sentence for whoever does not see it', () => {
  expect(chartWords([day(1, { inSync: 2, drift: 1 }), day(2, { inSync: 1 })], (state) => state)).toBe(
    'Receipts of 2 days: 3 in-sync, 1 drift',
  )
  expect(chartWords([day(1)], (state) => state)).toBe('Receipts of 1 days: none')
})
