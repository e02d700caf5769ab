import { App, AppPage, JobPage, paths } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { readAll } from './read-all.ts'

export const appQueries = {
  list: () => paged(['app-list'], paths.apps, AppPage),

  one: (appId: string) =>
    queryOptions({
      queryKey: ['app', appId],
      queryFn: ({ signal }) => api(paths.app(encodeURIComponent(appId)), { reply: App, signal }),
    }),

  /** The jobs that run it. */
  jobs: (appId: string) =>
    queryOptions({
      queryKey: ['job-choices'],
      queryFn: ({ signal }) => readAll(paths.jobs, JobPage, signal),
      select: (jobs) => jobs.filter((job) => job.appId === appId),
    }),
} as const
