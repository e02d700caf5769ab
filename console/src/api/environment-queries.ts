import { AppUsageList, Environment, EnvironmentPage, RuntimeList } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'
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
      queryFn: ({ signal }) => api(paths.environment(environmentId), { reply: Environment, signal }),
    }),

  appUsage: (environmentId: string) =>
    queryOptions({
      queryKey: ['app-usage', environmentId],
      queryFn: ({ signal }) => api(paths.environmentAppUsage(environmentId), { reply: AppUsageList, signal }),
    }),

  /** What bundles can carry; the first where nobody chooses. */
  runtimes: () =>
    queryOptions({
      queryKey: ['runtimes'],
      queryFn: async ({ signal }) => (await api(paths.runtimes, { reply: RuntimeList, signal })).runtimes,
    }),

  choices: () =>
    queryOptions({
      queryKey: [...environmentKeys.lists, 'choices'],
      queryFn: ({ signal }) => readAll(paths.environments, EnvironmentPage, signal),
    }),
} as const
