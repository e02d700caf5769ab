import type { ReceiptDay, ReceiptState } from '@postern/protocol'

export interface ChartPart {
  state: ReceiptState
  count: number
  /** Share of the chart's height, from 0 to 1. */
  height: number
}

export interface ChartColumn {
  /** First day of the column. */
  from: string
  /** Last day of it; the same where a column is one day. */
  until: string
  total: number
  parts: ChartPart[]
}

/** From the ground up: what is in order carries what is not, so that trouble stands on top, where it is seen. */
const order: readonly ReceiptState[] = ['in-sync', 'pending', 'unverifiable', 'drift']

/** The least height of something that is there at all, so that one drift beside a thousand in sync is seen. */
const leastHeight = 0.02

export function countOf(day: Omit<ReceiptDay, 'day'>, state: ReceiptState): number {
  return state === 'in-sync' ? day.inSync : day[state]
}

/** Stacked columns of the days; more days than columns fit are added up, several to a column. */
export function chartColumns(days: readonly ReceiptDay[], columnsMax: number): { columns: ChartColumn[]; top: number } {
  const each = Math.max(1, Math.ceil(days.length / columnsMax))
  const groups: ReceiptDay[][] = []
  // From the newest backwards, so that the last column is whole and ends today.
  for (let end = days.length; end > 0; end -= each) groups.unshift(days.slice(Math.max(0, end - each), end))
  const sums = groups.map((group) => ({
    from: group[0]?.day ?? '',
    until: group.at(-1)?.day ?? '',
    counts: order.map((state) => ({ state, count: group.reduce((sum, day) => sum + countOf(day, state), 0) })),
  }))
  const totals = sums.map(({ counts }) => counts.reduce((sum, { count }) => sum + count, 0))
  const top = Math.max(1, ...totals)
  return {
    top,
    columns: sums.map(({ from, until, counts }, index) => ({
      from,
      until,
      total: totals[index] ?? 0,
      parts: counts
        .filter(({ count }) => count > 0)
        .map(({ state, count }) => ({ state, count, height: Math.max(count / top, leastHeight) })),
    })),
  }
}

/** What the chart shows, in one sentence. */
export function chartWords(days: readonly ReceiptDay[], words: (state: ReceiptState) => string): string {
  const counts = order.map((state) => ({ state, count: days.reduce((sum, day) => sum + countOf(day, state), 0) }))
  const said = counts.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${words(state)}`)
  return `Receipts of ${days.length} days: ${said.length === 0 ? 'none' : said.join(', ')}`
}
