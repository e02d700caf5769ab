import { ControlPage, paths, ReceiptDays, ReceiptPage, type ReceiptState } from '@postern/protocol'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { readAll } from './read-all.ts'

const pageRows = 500

const firstPage: string | undefined = undefined

/** Which receipts are shown; all of them where it says nothing. `from` and `until` are instants. */
export interface ReceiptFilter {
  controlId?: string
  target?: string
  state?: ReceiptState
  from?: string
  until?: string
}

export const receiptQueries = {
  list: (filter: ReceiptFilter) =>
    infiniteQueryOptions({
      queryKey: ['receipts', filter],
      queryFn: ({ pageParam, signal }) =>
        api(paths.receipts, { query: { ...filter, cursor: pageParam, limit: pageRows }, reply: ReceiptPage, signal }),
      initialPageParam: firstPage,
      getNextPageParam: (page) => page.next,
    }),

  days: (filter: Pick<ReceiptFilter, 'controlId' | 'target'>, days: number) =>
    queryOptions({
      queryKey: ['receipt-days', filter, days],
      queryFn: ({ signal }) => api(paths.receiptDays, { query: { ...filter, days }, reply: ReceiptDays, signal }),
      placeholderData: keepPreviousData,
    }),

  controls: () =>
    infiniteQueryOptions({
      queryKey: ['controls'],
      queryFn: ({ pageParam, signal }) =>
        api(paths.controls, { query: { cursor: pageParam, limit: pageRows }, reply: ControlPage, signal }),
      initialPageParam: firstPage,
      getNextPageParam: (page) => page.next,
    }),

  controlChoices: () =>
    queryOptions({
      queryKey: ['control-choices'],
      queryFn: ({ signal }) => readAll(paths.controls, ControlPage, signal),
    }),
} as const
