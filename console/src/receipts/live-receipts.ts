import { useQueryClient } from '@tanstack/react-query'
import { useLiveChanges } from '../api/live.ts'
import { receiptKeys } from '../api/receipt-queries.ts'
import { useSpaced } from '../api/use-spaced.ts'

/** Least time between two refreshes, in milliseconds: each reads the chart, the controls and the list anew. */
const refreshGapMs = 3000
/** Beyond so many pages a reader is far in the past, and reading all of it for each new receipt would never end. */
const pagesFollowedMax = 5

/** Keeps chart, controls and list fresh as receipts are written, or a pending one becomes drift. */
export function useLiveReceipts(): void {
  const queryClient = useQueryClient()
  const refreshSoon = useSpaced(() => {
    for (const queryKey of [receiptKeys.days, receiptKeys.controls]) void queryClient.invalidateQueries({ queryKey })
    const lists = queryClient.getQueriesData<{ pages: unknown[] }>({ queryKey: receiptKeys.lists, type: 'active' })
    if (lists.every(([, data]) => (data?.pages.length ?? 0) <= pagesFollowedMax))
      void queryClient.invalidateQueries({ queryKey: receiptKeys.lists })
  }, refreshGapMs)
  useLiveChanges({ subscribe: 'receipts' }, refreshSoon)
}
