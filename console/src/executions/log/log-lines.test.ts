import { expect, test } from 'vitest'
import { LogLines } from './log-lines.ts'
import { logRow, logRows } from './test-rows.ts'

function seqs(lines: LogLines): string {
  return lines.rows.map((row) => `${row.attempt}.${row.seq}`).join(' ')
}

test('pages follow each other, and a page sent twice changes nothing', () => {
  const lines = new LogLines()
  lines.add(logRows(1, 3))
  lines.add(logRows(2, 5))
  expect(seqs(lines)).toBe('1.1 1.2 1.3 1.4 1.5')
})

test('a chunk that was delivered late is put where it belongs', () => {
  const lines = new LogLines()
  lines.add([...logRows(1, 2), ...logRows(5, 6), logRow(1, { attempt: 2 })])
  lines.add(logRows(3, 4))
  expect(seqs(lines)).toBe('1.1 1.2 1.3 1.4 1.5 1.6 2.1')
})

test('a log beyond the bound keeps its end and counts what it let go', () => {
  const lines = new LogLines(100)
  lines.add(logRows(1, 100))
  expect(lines.dropped).toBe(0)
  lines.add(logRows(101, 105))
  expect(lines.rows.at(-1)?.seq).toBe(105)
  expect(lines.rows).toHaveLength(90)
  expect(lines.dropped).toBe(15)
  expect(lines.rows[0]?.seq).toBe(16)
})

test('as many lines as are kept are taken in, none is dropped', () => {
  const lines = new LogLines()
  const pages = Array.from({ length: 100 }, (_, page) => logRows(page * 1000 + 1, page * 1000 + 1000))
  for (const page of pages) lines.add(page)
  expect(lines.rows).toHaveLength(100_000)
  expect(lines.dropped).toBe(0)
})
