import type { SightingAnalysisQuery } from '@postern/protocol'
import * as z from 'zod/mini'

export const periodChoices = [7, 30, 90, 365] as const

/** Days of one analysis at most; the hub refuses more. */
export const periodDaysMax = 366

/** What is analysed, as it stands in the address: `?days=30&control=3&collection=4`, or `?from=2026-11-01&until=2026-11-07`. */
export interface AnalysisSearch {
  /** Up to now; a string, as in the address. */
  days?: string
  /** First and last day (UTC) as `2026-11-01`, both or none; they go before `days`. */
  from?: string
  until?: string
  control?: string
  collection?: string
}

const Days = z.enum(periodChoices.map(String))
const Day = z.iso.date()
const Id = z.string().check(z.regex(/^[1-9]\d{0,17}$/))

/** Reads it from the address; what makes no sense is left out. */
export function readAnalysisSearch(search: Record<string, unknown>): AnalysisSearch {
  const days = z.safeParse(Days, search['days']).data
  const control = z.safeParse(Id, search['control']).data
  const collection = z.safeParse(Id, search['collection']).data
  const from = z.safeParse(Day, search['from']).data
  const until = z.safeParse(Day, search['until']).data
  const between = from && until && isPeriod(from, until) ? { from, until } : undefined
  return { ...(between ?? (days && { days })), ...(control && { control }), ...(collection && { collection }) }
}

const dayMs = 86_400_000

/** Whether the hub analyses what lies between two days, both of them included. */
export function isPeriod(from: string, until: string): boolean {
  const days = (Date.parse(until) - Date.parse(from)) / dayMs + 1
  return days >= 1 && days <= periodDaysMax
}

/** A day of UTC, as fields of dates have it. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** Whole days of UTC, with today as the last where none is named, so that a look a minute later asks the same. */
export function analysisQueryOf(
  { days = '30', from, until, control, collection }: AnalysisSearch,
  nowMs: number,
): SightingAnalysisQuery {
  const end = Math.floor((until === undefined ? nowMs : Date.parse(until)) / dayMs) * dayMs + dayMs
  return {
    from: new Date(from === undefined ? end - Number(days) * dayMs : Date.parse(from)).toISOString(),
    to: new Date(end).toISOString(),
    ...(control && { controlId: control }),
    ...(collection && { collectionId: collection }),
  }
}
