import {
  AppPage,
  CollectionPage,
  Job,
  JobPage,
  OwnerPage,
  paths,
  type Schedule,
  SchedulePreview,
  SkippedRunPage,
} from '@postern/protocol'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { readAll } from './read-all.ts'

const pageRows = 500

const firstPage: string | undefined = undefined

/** Which jobs a list shows; all of them where it says nothing. */
export interface JobFilter {
  contains?: string
  environmentId?: string
}

export const jobQueries = {
  list: (filter: JobFilter) =>
    infiniteQueryOptions({
      queryKey: ['jobs', filter],
      queryFn: ({ pageParam, signal }) =>
        api(paths.jobs, { query: { ...filter, cursor: pageParam, limit: pageRows }, reply: JobPage, signal }),
      initialPageParam: firstPage,
      getNextPageParam: (page) => page.next,
    }),

  one: (jobId: string) =>
    queryOptions({
      queryKey: ['job', jobId],
      queryFn: ({ signal }) => api(paths.job(encodeURIComponent(jobId)), { reply: Job, signal }),
    }),

  skippedRuns: (jobId: string) =>
    infiniteQueryOptions({
      queryKey: ['job', jobId, 'skipped-runs'],
      queryFn: ({ pageParam, signal }) =>
        api(paths.jobSkippedRuns(encodeURIComponent(jobId)), {
          query: { cursor: pageParam, limit: pageRows },
          reply: SkippedRunPage,
          signal,
        }),
      initialPageParam: firstPage,
      getNextPageParam: (page) => page.next,
    }),

  /** What the hub makes of a schedule; a mistake is its refusal, in words. */
  preview: (schedule: Schedule) =>
    queryOptions({
      queryKey: ['schedule-preview', schedule],
      queryFn: ({ signal }) => api(paths.schedulePreview, { query: { ...schedule }, reply: SchedulePreview, signal }),
    }),

  apps: () => queryOptions({ queryKey: ['apps'], queryFn: ({ signal }) => readAll(paths.apps, AppPage, signal) }),

  owners: () =>
    queryOptions({ queryKey: ['owners'], queryFn: ({ signal }) => readAll(paths.owners, OwnerPage, signal) }),

  collections: () =>
    queryOptions({
      queryKey: ['collections'],
      queryFn: ({ signal }) => readAll(paths.collections, CollectionPage, signal),
    }),
} as const
