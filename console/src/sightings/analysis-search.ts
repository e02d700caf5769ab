import type { SightingAnalysisQuery } from '@postern/protocol'
import * as z from 'zod/mini'

export const periodChoices = [7, 30, 90, 365] as const

/** What is analysed, as it stands in the address: `?days=30&control=3&collection=4`. */
export interface AnalysisSearch {
  /** Up to now; a string, as in the address. */
  days?: string
  control?: string
  collection?: string
}

const Days = z.enum(periodChoices.map(String))
const Id = z.string().check(z.regex(/^[1-9]\d{0,17}$/))

/** Reads it from the address; what makes no sense is left out. */
export function readAnalysisSearch(search: Record<string, unknown>): AnalysisSearch {
  const days = z.safeParse(Days, search['days']).data
  const control = z.safeParse(Id, search['control']).data
  const collection = z.safeParse(Id, search['collection']).data
  return { ...(days && { days }), ...(control && { control }), ...(collection && { collection }) }
}

const dayMs = 86_400_000

/** Whole days of UTC with today as the last, so that a look a minute later asks the same. */
export function analysisQueryOf(
  { days = '30', control, collection }: AnalysisSearch,
  nowMs: number,
): SightingAnalysisQuery {
  const end = Math.floor(nowMs / dayMs) * dayMs + dayMs
  return {
    from: new Date(end - Number(days) * dayMs).toISOString(),
    to: new Date(end).toISOString(),
    ...(control && { controlId: control }),
    ...(collection && { collectionId: collection }),
  }
}
