import { AppUsageList, Environment, EnvironmentPage, paths } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { readAll } from './read-all.ts'

export const environmentQueries = {
  list: () => paged(['environments'], paths.environments, EnvironmentPage),

  one: (environmentId: string) =>
    queryOptions({
      queryKey: ['environment', environmentId],
      queryFn: ({ signal }) =>
        api(paths.environment(encodeURIComponent(environmentId)), { reply: Environment, signal }),
    }),

  appUsage: (environmentId: string) =>
    queryOptions({
      queryKey: ['app-usage', environmentId],
      queryFn: ({ signal }) =>
        api(paths.environmentAppUsage(encodeURIComponent(environmentId)), { reply: AppUsageList, signal }),
    }),

  choices: () =>
    queryOptions({
      queryKey: ['environment-choices'],
      queryFn: ({ signal }) => readAll(paths.environments, EnvironmentPage, signal),
    }),
} as const
