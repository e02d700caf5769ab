import { AppPage, Job, JobPage, paths, type Schedule, SchedulePreview, SkippedRunPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { readAll } from './read-all.ts'

/** Which jobs a list shows; all of them where it says nothing. */
export interface JobFilter {
  contains?: string
  environmentId?: string
}

export const jobQueries = {
  list: (filter: JobFilter) => paged(['jobs', filter], paths.jobs, JobPage, { ...filter }),

  one: (jobId: string) =>
    queryOptions({
      queryKey: ['job', jobId],
      queryFn: ({ signal }) => api(paths.job(encodeURIComponent(jobId)), { reply: Job, signal }),
    }),

  skippedRuns: (jobId: string) =>
    paged(['job', jobId, 'skipped-runs'], paths.jobSkippedRuns(encodeURIComponent(jobId)), SkippedRunPage),

  /** What the hub makes of a schedule; a mistake is its refusal, in words. */
  preview: (schedule: Schedule) =>
    queryOptions({
      queryKey: ['schedule-preview', schedule],
      queryFn: ({ signal }) => api(paths.schedulePreview, { query: { ...schedule }, reply: SchedulePreview, signal }),
    }),

  apps: () => queryOptions({ queryKey: ['apps'], queryFn: ({ signal }) => readAll(paths.apps, AppPage, signal) }),
} as const
