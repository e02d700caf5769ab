import { DeprecationRules, OwnerDetail, OwnerPage, paths } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'

export const ownerQueries = {
  list: () => paged(['owner-list'], paths.owners, OwnerPage),

  one: (ownerId: string) =>
    queryOptions({
      queryKey: ['owner', ownerId],
      queryFn: ({ signal }) => api(paths.owner(encodeURIComponent(ownerId)), { reply: OwnerDetail, signal }),
    }),

  deprecation: (ownerId: string) =>
    queryOptions({
      queryKey: ['owner', ownerId, 'deprecation'],
      queryFn: ({ signal }) =>
        api(paths.ownerDeprecation(encodeURIComponent(ownerId)), { reply: DeprecationRules, signal }),
    }),
} as const
