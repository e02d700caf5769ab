import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query'
import type * as z from 'zod/mini'
import { api, type Query } from './api.ts'
import { searchApi } from './search-api.ts'

/** Rows asked for at once: twenty round trips for ten thousand. */
export const pageRows = 500

/** The first page has no cursor. The return type says that later pages have one; of a constant TypeScript would infer `undefined`. */
function firstPage(): string | undefined {
  return undefined
}

/** A list of the API, page by page, as `PagedTable` shows it. */
export function paged<Page extends { data: unknown[]; next?: string | undefined }>(
  queryKey: QueryKey,
  path: string,
  reply: z.ZodMiniType<Page>,
  query: Query = {},
) {
  return pagedBy(queryKey, (cursor, signal) =>
    api(path, { query: { ...query, cursor, limit: pageRows }, reply, signal }),
  )
}

/** A list that TQL searches, likewise. */
export function pagedSearch<Page extends { data: unknown[]; next?: string | undefined }>(
  queryKey: QueryKey,
  list: { list: string; search: string; reply: z.ZodMiniType<Page> },
  tql: string | undefined,
) {
  return pagedBy(queryKey, (cursor, signal) => searchApi(list, { tql, cursor, limit: pageRows }, signal))
}

/** A list that is asked for in its own way, likewise. */
export function pagedBy<Page extends { next?: string | undefined }>(
  queryKey: QueryKey,
  ask: (cursor: string | undefined, signal: AbortSignal) => Promise<Page>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next,
  })
}
