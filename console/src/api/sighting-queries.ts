import { IndicatorLifecycle, SightingAnalysis, type SightingAnalysisQuery, SightingPage } from '@postern/protocol'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { indicatorKeys } from './indicator-queries.ts'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'

export const sightingKeys = { analysis: ['sighting-analysis'] } as const

export const sightingQueries = {
  /** What was seen in a period; what was shown stays until the next is there. */
  analysis: (query: SightingAnalysisQuery) =>
    queryOptions({
      queryKey: [...sightingKeys.analysis, query],
      queryFn: ({ signal }) =>
        api(paths.sightingAnalysis, { method: 'POST', body: query, reply: SightingAnalysis, signal }),
      placeholderData: keepPreviousData,
      staleTime: 60_000,
    }),

  ofIndicator: (indicatorId: string) =>
    paged([...indicatorKeys.all, indicatorId, 'sightings'], paths.indicatorSightings(indicatorId), SightingPage),

  lifecycle: (indicatorId: string) =>
    queryOptions({
      queryKey: [...indicatorKeys.all, indicatorId, 'lifecycle'],
      queryFn: ({ signal }) => api(paths.indicatorLifecycle(indicatorId), { reply: IndicatorLifecycle, signal }),
    }),
} as const
