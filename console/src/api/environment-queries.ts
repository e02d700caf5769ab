import { AppUsageList, Environment, EnvironmentPage, paths } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { readAll } from './read-all.ts'

/** What reads of environments begin with: all of them, those of more than one, and one with its servers. */
export const environmentKeys = {
  all: ['environments'],
  lists: ['environments', 'list'],
  one: (environmentId: string) => ['environments', environmentId] as const,
} as const

export const environmentQueries = {
  list: () => paged(environmentKeys.lists, paths.environments, EnvironmentPage),

  one: (environmentId: string) =>
    queryOptions({
      queryKey: environmentKeys.one(environmentId),
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
      queryKey: [...environmentKeys.lists, 'choices'],
      queryFn: ({ signal }) => readAll(paths.environments, EnvironmentPage, signal),
    }),
} as const
