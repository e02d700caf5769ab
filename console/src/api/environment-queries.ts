import { Environment, EnvironmentPage, paths } from '@postern/protocol'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { readAll } from './read-all.ts'

/** Environments that one request reads, each with its servers. */
const pageRows = 500

const firstPage: string | undefined = undefined

export const environmentQueries = {
  list: () =>
    infiniteQueryOptions({
      queryKey: ['environments'],
      queryFn: ({ pageParam, signal }) =>
        api(paths.environments, { query: { cursor: pageParam, limit: pageRows }, reply: EnvironmentPage, signal }),
      initialPageParam: firstPage,
      getNextPageParam: (page) => page.next,
    }),

  one: (environmentId: string) =>
    queryOptions({
      queryKey: ['environment', environmentId],
      queryFn: ({ signal }) =>
        api(paths.environment(encodeURIComponent(environmentId)), { reply: Environment, signal }),
    }),

  choices: () =>
    queryOptions({
      queryKey: ['environment-choices'],
      queryFn: ({ signal }) => readAll(paths.environments, EnvironmentPage, signal),
    }),
} as const
