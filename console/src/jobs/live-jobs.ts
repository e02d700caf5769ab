import { useQueryClient } from '@tanstack/react-query'
import { jobKeys } from '../api/job-queries.ts'
import { useLiveChanges } from '../api/live.ts'
import { useSpaced } from '../api/use-spaced.ts'

/** Least time between two refreshes of one job, in milliseconds. */
const refreshGapMs = 1000
/** Of the list: a refresh reads all of it that is loaded. */
const listRefreshGapMs = 3000
/** Beyond so many pages only changes of jobs are followed, not each execution's: reading on would never end. */
const pagesFollowedMax = 3

/** Keeps the list of jobs fresh: what people change, next runs, and how the newest executions stand. */
export function useLiveJobs(): void {
  const queryClient = useQueryClient()
  const refreshSoon = useSpaced(() => void queryClient.invalidateQueries({ queryKey: jobKeys.lists }), listRefreshGapMs)
  useLiveChanges({ subscribe: 'jobs' }, refreshSoon)
  useLiveChanges({ subscribe: 'executions' }, (change) => {
    const lists = queryClient.getQueriesData<{ pages: unknown[] }>({ queryKey: jobKeys.lists })
    if (change && lists.every(([, data]) => (data?.pages.length ?? 0) <= pagesFollowedMax)) refreshSoon()
  })
}

/** Keeps one job fresh, with the times that it skipped. */
export function useLiveJob(jobId: string): void {
  const queryClient = useQueryClient()
  const refreshSoon = useSpaced(
    () => void queryClient.invalidateQueries({ queryKey: jobKeys.one(jobId) }),
    refreshGapMs,
  )
  useLiveChanges({ subscribe: 'jobs' }, (change) => {
    if (!change?.id || change.id === jobId) refreshSoon()
  })
  useLiveChanges({ subscribe: 'executions' }, (change) => {
    if (change) refreshSoon()
  })
}
