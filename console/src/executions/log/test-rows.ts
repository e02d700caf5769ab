import type { LogRow } from './log-lines.ts'

/** A log line for tests. */
export function logRow(seq: number, fields: Partial<LogRow> = {}): LogRow {
  return {
    seq,
    attempt: 1,
    at: '2026-11-21T00:00:00.000Z',
    stream: 'app',
    level: 'info',
    text: `line ${seq}`,
    ...fields,
  }
}

export function logRows(from: number, to: number, fields: Partial<LogRow> = {}): LogRow[] {
  return Array.from({ length: to - from + 1 }, (_, index) => logRow(from + index, fields))
}
