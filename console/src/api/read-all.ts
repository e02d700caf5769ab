import { limits } from '@postern/protocol'
import type * as z from 'zod/mini'
import { api, type Query } from './api.ts'

/** Pages that are read for one choice at most; whoever has more names in it types the one that is missing. */
const pagesMax = 5

/** The first five thousand rows of a list, for choices in forms. */
export async function readAll<Row>(
  path: string,
  reply: z.ZodMiniType<{ data: Row[]; next?: string | undefined }>,
  signal: AbortSignal,
  query: Query = {},
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  for (let page = 0; page < pagesMax; page += 1) {
    const { data, next } = await api(path, { query: { ...query, cursor, limit: limits.pageRowsMax }, reply, signal })
    rows.push(...data)
    if (next === undefined) break
    cursor = next
  }
  return rows
}
