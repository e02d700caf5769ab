import { DeprecationPreview, DeprecationRules, OwnerDetail, OwnerPage } from '@postern/protocol'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
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

  /** @param rules as JSON. What was shown stays until the next is there. */
  deprecationPreview: (ownerId: string, rules: string) =>
    queryOptions({
      queryKey: ['deprecation-preview', ownerId, rules],
      queryFn: ({ signal }) =>
        api(paths.ownerDeprecationPreview(ownerId), {
          method: 'POST',
          body: { rules: JSON.parse(rules) as unknown },
          reply: DeprecationPreview,
          signal,
        }),
      placeholderData: keepPreviousData,
      staleTime: 30_000,
    }),

  deprecation: (ownerId: string) =>
    queryOptions({
      queryKey: [...ownerKeys.all, ownerId, 'deprecation'],
      queryFn: ({ signal }) => apiTagged(paths.ownerDeprecation(ownerId), { reply: DeprecationRules, signal }),
    }),
} as const
