import { ControlPage, ReceiptDays, ReceiptPage, type ReceiptState } from '@postern/protocol'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'
import { readAll } from './read-all.ts'

/** Which receipts are shown; all of them where it says nothing. `from` and `until` are instants. */
export interface ReceiptFilter {
  controlId?: string
  target?: string
  state?: ReceiptState
  from?: string
  until?: string
}

/** What reads of receipts begin with: those of the list, how many there were by day, and how controls stand by them. */
export const receiptKeys = {
  lists: ['receipts', 'list'],
  days: ['receipts', 'days'],
  controls: ['controls'],
} as const

export const receiptQueries = {
  list: (filter: ReceiptFilter) => paged([...receiptKeys.lists, filter], paths.receipts, ReceiptPage, { ...filter }),

  days: (filter: Pick<ReceiptFilter, 'controlId' | 'target'>, days: number) =>
    queryOptions({
      queryKey: [...receiptKeys.days, filter, days],
      queryFn: ({ signal }) => api(paths.receiptDays, { query: { ...filter, days }, reply: ReceiptDays, signal }),
      placeholderData: keepPreviousData,
    }),

  controls: () => paged([...receiptKeys.controls, 'list'], paths.controls, ControlPage),

  controlChoices: () =>
    queryOptions({
      queryKey: [...receiptKeys.controls, 'choices'],
      queryFn: ({ signal }) => readAll(paths.controls, ControlPage, signal),
    }),
} as const
