import { GroupDetail, GroupPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { pagedSearch } from './paged.ts'
import { paths } from './paths.ts'

/** Every read of groups begins with it. */
export const groupKeys = { all: ['groups'] } as const

export const groupQueries = {
  /** @param tql all groups where it is undefined */
  list: (tql: string | undefined) =>
    pagedSearch(
      [...groupKeys.all, 'list', tql ?? ''],
      { list: paths.groups, search: paths.groupSearch, reply: GroupPage },
      tql,
    ),

  one: (groupId: string) =>
    queryOptions({
      queryKey: [...groupKeys.all, groupId],
      queryFn: ({ signal }) => api(paths.group(groupId), { reply: GroupDetail, signal }),
    }),
} as const
