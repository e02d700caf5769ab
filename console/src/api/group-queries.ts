import { GroupDetail, GroupPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api, apiTagged } from './api.ts'
import { pagedSearch } from './paged.ts'
import { paths } from './paths.ts'

/** Every read of groups begins with it. */
export const groupKeys = { all: ['groups'], lists: ['groups', 'list'] } as const

/** Groups that are offered to choose from. */
const foundMax = 50

export const groupQueries = {
  /** @param tql all groups where it is undefined */
  list: (tql: string | undefined) =>
    pagedSearch(
      [...groupKeys.lists, tql ?? ''],
      { list: paths.groups, search: paths.groupSearch, reply: GroupPage },
      tql,
    ),

  one: (groupId: string) =>
    queryOptions({
      queryKey: [...groupKeys.all, groupId],
      queryFn: ({ signal }) => api(paths.group(groupId), { reply: GroupDetail, signal }),
    }),

  /** To be edited, with what a change of it may replace. */
  edited: (groupId: string) =>
    queryOptions({
      queryKey: [...groupKeys.all, groupId, 'edited'],
      queryFn: ({ signal }) => apiTagged(paths.group(groupId), { reply: GroupDetail, signal }),
      // Nobody types over what stood there when it was opened last.
      staleTime: 0,
      gcTime: 0,
    }),

  /** The newest that a query finds, as many as are offered to choose from. @param tql all groups where it is undefined */
  found: (tql: string | undefined) =>
    queryOptions({
      queryKey: [...groupKeys.lists, 'found', tql ?? ''],
      queryFn: async ({ signal }) =>
        (await api(paths.groups, { query: { tql, limit: foundMax }, reply: GroupPage, signal })).data,
      placeholderData: (before) => before,
    }),
} as const
