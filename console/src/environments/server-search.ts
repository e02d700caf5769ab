import type { Span } from '../api/telemetry-queries.ts'
import { formatUtc } from '../format/instants.ts'

/** What the address of a server's page holds; strangers may write anything into it. */
export interface ServerSearch {
  span?: string
}

export const spanChoices: { value: Span; label: string }[] = [
  { value: 'hour', label: 'Last hour' },
  { value: 'day', label: 'Last day' },
  { value: 'year', label: 'Last year' },
]

export function readServerSearch(search: Record<string, unknown>): ServerSearch {
  const { span } = search
  return typeof span === 'string' && spanChoices.some(({ value }) => value === span) ? { span } : {}
}

export function readSpan({ span }: ServerSearch): Span {
  return spanChoices.find(({ value }) => value === span)?.value ?? 'hour'
}

/** As exact as the span is: `10:05:20`, `11-21 10:05`, `2026-11-21`, all UTC. */
export function formatTimeOf(span: Span): (ms: number) => string {
  return (ms) => {
    const utc = formatUtc(new Date(ms).toISOString())
    if (span === 'hour') return utc.slice(11)
    return span === 'day' ? utc.slice(5, 16) : utc.slice(0, 10)
  }
}
