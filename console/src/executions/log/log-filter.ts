import type { LogLine } from '@postern/protocol'
import type { LogRow } from './log-lines.ts'

export type LogLevel = LogLine['level']

const rank: Record<LogLevel, number> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 }

/** The least level that is shown, by its name on the page. */
export const levelChoices = [
  { value: 'trace', label: 'All' },
  { value: 'info', label: 'Info' },
  { value: 'warn', label: 'Warnings' },
  { value: 'error', label: 'Errors' },
] as const satisfies readonly { value: LogLevel; label: string }[]

/** Those lines that are at least of a level, and hold a text if only matches are wanted. */
export function filterLines(
  rows: readonly LogRow[],
  filter: { level: LogLevel; search: string; onlyMatches: boolean },
): readonly LogRow[] {
  const matches = filter.onlyMatches ? matcher(filter.search) : undefined
  if (filter.level === 'trace' && !matches) return rows
  const least = rank[filter.level]
  return rows.filter((row) => rank[row.level] >= least && (!matches || matches(row.text)))
}

/** Positions of the lines that hold a text, whatever its case; none for an empty text. */
export function matchingPositions(rows: readonly LogRow[], search: string): number[] {
  const matches = matcher(search)
  if (!matches) return []
  const positions: number[] = []
  for (const [position, row] of rows.entries()) if (matches(row.text)) positions.push(position)
  return positions
}

function matcher(search: string): ((text: string) => boolean) | undefined {
  if (search === '') return undefined
  // An escaped expression spares a lower-case copy of every line; what is searched for is text, never a pattern.
  const expression = new RegExp(search.replaceAll(/[$()*+.?[\\\]^{|}/]/g, String.raw`\$&`), 'iu')
  return (text) => expression.test(text)
}

/** The next match after the current one, around the end; `step` is 1 or -1. */
export function nextMatch(matches: number, current: number, step: 1 | -1): number {
  if (matches === 0) return -1
  if (current < 0) return step === 1 ? 0 : matches - 1
  return (current + step + matches) % matches
}
