import { DeprecationRules, OwnerDetail, OwnerPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api, apiTagged } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'
import { readAll } from './read-all.ts'

/** Every read of owners begins with it: whoever changes one makes them all old. */
export const ownerKeys = { all: ['owners'] } as const

export const ownerQueries = {
  list: () => paged([...ownerKeys.all, 'list'], paths.owners, OwnerPage),

  /** All of them, to choose from. */
  choices: () =>
    queryOptions({
      queryKey: [...ownerKeys.all, 'choices'],
      queryFn: ({ signal }) => readAll(paths.owners, OwnerPage, signal),
      staleTime: 60_000,
    }),

  one: (ownerId: string) =>
    queryOptions({
      queryKey: [...ownerKeys.all, ownerId],
      queryFn: ({ signal }) => api(paths.owner(ownerId), { reply: OwnerDetail, signal }),
    }),

  deprecation: (ownerId: string) =>
    queryOptions({
      queryKey: [...ownerKeys.all, ownerId, 'deprecation'],
      queryFn: ({ signal }) => apiTagged(paths.ownerDeprecation(ownerId), { reply: DeprecationRules, signal }),
    }),
} as const
