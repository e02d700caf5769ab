import { ControlPage, paths, ReceiptDays, ReceiptPage, type ReceiptState } from '@postern/protocol'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { readAll } from './read-all.ts'

/** Which receipts are shown; all of them where it says nothing. `from` and `until` are instants. */
export interface ReceiptFilter {
  controlId?: string
  target?: string
  state?: ReceiptState
  from?: string
  until?: string
}

export const receiptQueries = {
  list: (filter: ReceiptFilter) => paged(['receipts', filter], paths.receipts, ReceiptPage, { ...filter }),

  days: (filter: Pick<ReceiptFilter, 'controlId' | 'target'>, days: number) =>
    queryOptions({
      queryKey: ['receipt-days', filter, days],
      queryFn: ({ signal }) => api(paths.receiptDays, { query: { ...filter, days }, reply: ReceiptDays, signal }),
      placeholderData: keepPreviousData,
    }),

  controls: () => paged(['controls'], paths.controls, ControlPage),

  controlChoices: () =>
    queryOptions({
      queryKey: ['control-choices'],
      queryFn: ({ signal }) => readAll(paths.controls, ControlPage, signal),
    }),
} as const
