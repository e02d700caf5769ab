import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query'
import type * as z from 'zod/mini'
import { api, type Query } from './api.ts'

/** Rows asked for at once: twenty round trips for ten thousand. */
const pageRows = 500

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
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      api(path, { query: { ...query, cursor: pageParam, limit: pageRows }, reply, signal }),
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next,
  })
}
