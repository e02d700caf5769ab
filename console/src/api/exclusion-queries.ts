import { ExclusionEntryPage, ExclusionList, ExclusionListPage, paths } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'

export const exclusionQueries = {
  list: () => paged(['exclusion-lists'], paths.exclusionLists, ExclusionListPage),

  one: (listId: string) =>
    queryOptions({
      queryKey: ['exclusion-list', listId],
      queryFn: ({ signal }) => api(paths.exclusionList(encodeURIComponent(listId)), { reply: ExclusionList, signal }),
    }),

  entries: (listId: string) =>
    paged(
      ['exclusion-list', listId, 'entries'],
      paths.exclusionEntries(encodeURIComponent(listId)),
      ExclusionEntryPage,
    ),
} as const
