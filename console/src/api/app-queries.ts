import { App, AppPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'
import { readAll } from './read-all.ts'

/** What reads of apps begin with: all of them, and those of more than one. */
export const appKeys = { all: ['apps'], lists: ['apps', 'list'] } as const

export const appQueries = {
  list: () => paged(appKeys.lists, paths.apps, AppPage),

  one: (appId: string) =>
    queryOptions({
      queryKey: [...appKeys.all, appId],
      queryFn: ({ signal }) => api(paths.app(appId), { reply: App, signal }),
    }),

  /** All of them, to choose from. */
  choices: () =>
    queryOptions({
      queryKey: [...appKeys.lists, 'choices'],
      queryFn: ({ signal }) => readAll(paths.apps, AppPage, signal),
    }),
} as const
