import {
  Decision,
  Explanation,
  IndicatorDetail,
  IndicatorExports,
  IndicatorPage,
  StatedAssertion,
} from '@postern/protocol'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, ApiProblem, apiTagged, type Tagged } from './api.ts'
import { paths } from './paths.ts'
import { searchApi } from './search-api.ts'

/** Rows asked for at once: twenty round trips for ten thousand. */
const pageRows = 500
/** Pages up to which a list is read anew when somebody comes back to the window; whoever has read on further keeps what is there. */
const refetchedPagesMax = 2

/** Every read of indicators begins with it. */
export const indicatorKeys = { all: ['indicators'] } as const

const searched = { list: paths.indicators, search: paths.indicatorSearch, reply: IndicatorPage } as const

/** Reads of the library. */
export const indicatorQueries = {
  /** @param tql all indicators where it is undefined */
  list: (tql: string | undefined) =>
    infiniteQueryOptions({
      queryKey: [...indicatorKeys.all, 'list', tql ?? ''],
      queryFn: ({ pageParam, signal }) => searchApi(searched, { tql, cursor: pageParam, limit: pageRows }, signal),
      initialPageParam: firstPage,
      getNextPageParam: (page) => page.next,
      refetchOnWindowFocus: (query) => (query.state.data?.pages.length ?? 0) <= refetchedPagesMax,
    }),

  /** How many there are, beside the rows and not before them; null where counting took too long. */
  total: (tql: string | undefined) =>
    queryOptions({
      queryKey: [...indicatorKeys.all, 'total', tql ?? ''],
      queryFn: async ({ signal }) => (await searchApi(searched, { tql, limit: 1, count: true }, signal)).total ?? null,
    }),

  detail: (indicatorId: string) =>
    queryOptions({
      queryKey: [...indicatorKeys.all, indicatorId],
      queryFn: ({ signal }) => api(paths.indicator(indicatorId), { reply: IndicatorDetail, signal }),
    }),

  /** What one owner says of it, as it is changed. */
  assertion: (indicatorId: string, ownerId: string) =>
    queryOptions({
      queryKey: [...indicatorKeys.all, indicatorId, 'assertion', ownerId],
      queryFn: ({ signal }) =>
        apiTagged(paths.indicatorAssertion(indicatorId, ownerId), { reply: StatedAssertion, signal }),
      // Nobody types over what stood there when it was opened last.
      staleTime: 0,
      gcTime: 0,
    }),

  /** The decision in force, as it is changed; null where there is none any more. */
  decision: (indicatorId: string) =>
    queryOptions({
      queryKey: [...indicatorKeys.all, indicatorId, 'decision'],
      queryFn: async ({ signal }): Promise<Tagged<Decision | null>> => {
        try {
          return await apiTagged(paths.indicatorDecision(indicatorId), { reply: Decision, signal })
        } catch (error) {
          if (error instanceof ApiProblem && error.code === 'not-found') return { content: null, tag: undefined }
          throw error
        }
      },
      // As above.
      staleTime: 0,
      gcTime: 0,
    }),

  exports: (indicatorId: string) =>
    queryOptions({
      queryKey: [...indicatorKeys.all, indicatorId, 'exports'],
      queryFn: ({ signal }) => api(paths.indicatorExports(indicatorId), { reply: IndicatorExports, signal }),
    }),

  /** Why a value is where it is, from assertion to receipt; of every type that it can be, where none is named. */
  explanation: ({ value, type }: { value?: string; type?: string }) =>
    queryOptions({
      queryKey: [...indicatorKeys.all, 'explanation', value, type],
      queryFn: ({ signal }) => api(paths.explanation, { query: { value, type }, reply: Explanation, signal }),
    }),
} as const

const firstPage: string | undefined = undefined
