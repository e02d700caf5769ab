import {
  CollectionDetail,
  CollectionHistoryPage,
  CollectionPage,
  CollectionPreview,
  CollectionVersionPage,
  LeftOutValuePage,
} from '@postern/protocol'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paged, pagedBy, pageRows } from './paged.ts'
import { paths } from './paths.ts'
import { readAll } from './read-all.ts'

/** What reads of data collections begin with, but for previews: all of them, and those of more than one. */
export const collectionKeys = { all: ['collections'], lists: ['collections', 'list'] } as const

export const collectionQueries = {
  list: () => paged(collectionKeys.lists, paths.collections, CollectionPage),

  /** All of them, to choose from. */
  choices: () =>
    queryOptions({
      queryKey: [...collectionKeys.lists, 'choices'],
      queryFn: ({ signal }) => readAll(paths.collections, CollectionPage, signal),
    }),

  one: (collectionId: string) =>
    queryOptions({
      queryKey: [...collectionKeys.all, collectionId],
      queryFn: ({ signal }) => api(paths.collection(collectionId), { reply: CollectionDetail, signal }),
    }),

  /** @param newest the version that the page knows of: with another one, others are asked for */
  versions: (collectionId: string, newest: number) =>
    paged(
      [...collectionKeys.all, collectionId, 'versions', newest],
      paths.collectionVersions(collectionId),
      CollectionVersionPage,
    ),

  history: (collectionId: string, newest: number) =>
    paged(
      [...collectionKeys.all, collectionId, 'history', newest],
      paths.collectionHistory(collectionId),
      CollectionHistoryPage,
    ),

  /** Members that readers of up to this TLP are not given; all readers where it is absent. */
  leftOut: (collectionId: string, newest: number | undefined, tlpMax?: string) =>
    paged(
      [...collectionKeys.all, collectionId, 'left-out', newest, tlpMax],
      paths.collectionLeftOut(collectionId),
      LeftOutValuePage,
      { tlpMax },
    ),

  previewLeftOut: (tql: string) =>
    pagedBy(['collection-preview', 'left-out', tql], (cursor, signal) =>
      api(paths.collectionPreviewLeftOut, {
        method: 'POST',
        body: { tql, limit: pageRows, ...(cursor !== undefined && { cursor }) },
        reply: LeftOutValuePage,
        signal,
      }),
    ),

  /** What a query would hold, and against a collection what would enter and leave. What was shown stays until the next is there. */
  preview: (tql: string, collectionId: string | undefined) =>
    queryOptions({
      queryKey: ['collection-preview', tql, collectionId ?? ''],
      queryFn: ({ signal }) =>
        api(paths.collectionPreview, {
          method: 'POST',
          body: { tql, ...(collectionId !== undefined && { collectionId }) },
          reply: CollectionPreview,
          signal,
        }),
      placeholderData: keepPreviousData,
      staleTime: 30_000,
    }),
} as const
