import { limits } from '@postern/protocol'
import type * as z from 'zod/mini'
import { apiTagged, type Query, type Tagged } from './api.ts'

/** Pages that are read for one choice at most; whoever has more names in it types the one that is missing. */
const pagesMax = 5

/** The first five thousand rows of a list, for choices in forms. */
export async function readAll<Row>(
  path: string,
  reply: z.ZodMiniType<{ data: Row[]; next?: string | undefined }>,
  signal: AbortSignal,
  query: Query = {},
): Promise<Row[]> {
  return (await readAllTagged(path, reply, signal, query)).content
}

/** The same with the tag of the first page: if others change the rows while they are read, it is that of before. */
export async function readAllTagged<Row>(
  path: string,
  reply: z.ZodMiniType<{ data: Row[]; next?: string | undefined }>,
  signal: AbortSignal,
  query: Query = {},
): Promise<Tagged<Row[]>> {
  const rows: Row[] = []
  let first: string | undefined
  let cursor: string | undefined
  for (let page = 0; page < pagesMax; page += 1) {
    const { content, tag } = await apiTagged(path, {
      query: { ...query, cursor, limit: limits.pageRowsMax },
      reply,
      signal,
    })
    if (page === 0) first = tag
    rows.push(...content.data)
    if (content.next === undefined) break
    cursor = content.next
  }
  return { content: rows, tag: first }
}
