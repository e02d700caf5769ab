import { Job, JobPage, type Schedule, SchedulePreview, SkippedRunPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'
import { readAll } from './read-all.ts'

/** Which jobs a list shows; all of them where it says nothing. */
export interface JobFilter {
  contains?: string
  environmentId?: string
  appId?: string
}

/** What reads of jobs begin with: all of them, those of the list, and one with the times that it skipped. */
export const jobKeys = {
  all: ['jobs'],
  lists: ['jobs', 'list'],
  one: (jobId: string) => ['jobs', jobId] as const,
} as const

export const jobQueries = {
  list: (filter: JobFilter) => paged([...jobKeys.lists, filter], paths.jobs, JobPage, { ...filter }),

  one: (jobId: string) =>
    queryOptions({
      queryKey: jobKeys.one(jobId),
      queryFn: ({ signal }) => api(paths.job(jobId), { reply: Job, signal }),
    }),

  skippedRuns: (jobId: string) =>
    paged([...jobKeys.one(jobId), 'skipped-runs'], paths.jobSkippedRuns(jobId), SkippedRunPage),

  /** What the hub makes of a schedule; a mistake is its refusal, in words. */
  preview: (schedule: Schedule) =>
    queryOptions({
      queryKey: ['schedule-preview', schedule],
      queryFn: ({ signal }) => api(paths.schedulePreview, { query: { ...schedule }, reply: SchedulePreview, signal }),
    }),

  /** All of them, to choose from. */
  choices: () =>
    queryOptions({
      queryKey: [...jobKeys.all, 'choices'],
      queryFn: ({ signal }) => readAll(paths.jobs, JobPage, signal),
    }),
} as const
