import { ExclusionEntryPage, ExclusionHitPage, ExclusionList, ExclusionListPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'

/** What reads of exclusion lists begin with: all of them, and those of more than one. */
export const exclusionKeys = { all: ['exclusion-lists'], lists: ['exclusion-lists', 'list'] } as const

export const exclusionQueries = {
  list: () => paged(exclusionKeys.lists, paths.exclusionLists, ExclusionListPage),

  one: (listId: string) =>
    queryOptions({
      queryKey: [...exclusionKeys.all, listId],
      queryFn: ({ signal }) => api(paths.exclusionList(listId), { reply: ExclusionList, signal }),
    }),

  entries: (listId: string) =>
    paged([...exclusionKeys.all, listId, 'entries'], paths.exclusionEntries(listId), ExclusionEntryPage),

  /** @param count that the page knows of: with another one, the hits are asked for anew */
  hits: (listId: string, count: number) =>
    paged([...exclusionKeys.all, listId, 'hits', count], paths.exclusionHits(listId), ExclusionHitPage),
} as const
