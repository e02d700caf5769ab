import {
  type DiffValue,
  DiffValuePage,
  ExecutionDetail,
  ExecutionPage,
  type ExecutionState,
  Ledger,
  LedgerItemPage,
  type LedgerOutcome,
  limits,
  Me,
  Plan,
  Receipt,
} from '@postern/protocol'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, type Query } from './api.ts'
import { paths } from './paths.ts'

/** Which executions a list shows; all of them where it says nothing. */
export interface ExecutionFilter {
  state?: ExecutionState
  jobId?: string
}

/** Which values of a plan or a receipt a table shows. */
export interface DiffFilter {
  change?: DiffValue['change']
  contains?: string
}

/** The filter as the API has it in the query. */
export function filterQuery(filter: ExecutionFilter): Query {
  return { state: filter.state, jobId: filter.jobId }
}

/** Who one is: the read by which a session is known to go on. */
export const meKey = ['me'] as const

/** What reads of executions begin with, and of what one of them wrote. */
export const executionKeys = {
  lists: ['executions'],
  one: (executionId: string) => ['execution', executionId] as const,
  ledger: (executionId: string) => ['ledger', executionId] as const,
  plans: ['plan'],
  receipts: ['receipt'],
} as const

/** Every read of executions, by the key that live changes invalidate. */
export const hubQueries = {
  me: () =>
    queryOptions({
      queryKey: meKey,
      queryFn: ({ signal }) => api(paths.me, { reply: Me, signal }),
      staleTime: 60_000,
    }),

  executions: (filter: ExecutionFilter) =>
    infiniteQueryOptions({
      queryKey: [...executionKeys.lists, filter],
      queryFn: ({ pageParam, signal }) =>
        api(paths.executions, {
          query: { ...filterQuery(filter), cursor: pageParam, limit: limits.pageRowsDefault },
          reply: ExecutionPage,
          signal,
        }),
      initialPageParam: firstPage,
      getNextPageParam: nextCursor,
    }),

  execution: (executionId: string) =>
    queryOptions({
      queryKey: executionKeys.one(executionId),
      queryFn: ({ signal }) => api(paths.execution(executionId), { reply: ExecutionDetail, signal }),
    }),

  ledger: (executionId: string) =>
    queryOptions({
      queryKey: executionKeys.ledger(executionId),
      queryFn: ({ signal }) => api(paths.executionLedger(executionId), { reply: Ledger, signal }),
    }),

  ledgerItems: (executionId: string, outcome: LedgerOutcome) =>
    infiniteQueryOptions({
      queryKey: [...executionKeys.ledger(executionId), 'items', outcome],
      queryFn: ({ pageParam, signal }) =>
        api(paths.executionLedgerItems(executionId), {
          query: { outcome, cursor: pageParam, limit: tablePageRows },
          reply: LedgerItemPage,
          signal,
        }),
      initialPageParam: firstPage,
      getNextPageParam: nextCursor,
    }),

  plan: (planId: string) =>
    queryOptions({
      queryKey: [...executionKeys.plans, planId],
      queryFn: ({ signal }) => api(paths.plan(planId), { reply: Plan, signal }),
    }),

  planValues: (planId: string) =>
    diffValues([...executionKeys.plans, planId, 'values', {}], paths.planValues(planId), {}),

  receipt: (receiptId: string) =>
    queryOptions({
      queryKey: [...executionKeys.receipts, receiptId],
      queryFn: ({ signal }) => api(paths.receipt(receiptId), { reply: Receipt, signal }),
    }),

  receiptValues: (receiptId: string, filter: DiffFilter = {}) =>
    diffValues([...executionKeys.receipts, receiptId, 'values', filter], paths.receiptValues(receiptId), filter),
} as const

/** Rows that a long table asks for at once: fewer round trips when somebody scrolls through ten thousand. */
const tablePageRows = 500

const firstPage: string | undefined = undefined

function nextCursor(page: { next?: string | undefined }): string | undefined {
  return page.next
}

function diffValues(queryKey: readonly [string, string, 'values', DiffFilter], path: string, filter: DiffFilter) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      api(path, { query: { ...filter, cursor: pageParam, limit: tablePageRows }, reply: DiffValuePage, signal }),
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
  })
}
