import type * as z from 'zod/mini'
import { api } from './api.ts'

/** Characters of a query that an address carries: with every one escaped, what an address may be long. */
export const addressQueryLengthMax = 4000

/** A list that is searched by TQL, and the door to it for queries that are too long for an address. */
interface SearchedList<Schema> {
  list: string
  search: string
  reply: Schema
}

interface Search {
  /** Everything where it is undefined. */
  tql: string | undefined
  cursor?: string | undefined
  limit: number
  /** Whether to count as well. */
  count?: true
}

/** A page of what a query finds. @throws {ApiProblem} as `api` does */
export async function searchApi<Schema extends z.ZodMiniType>(
  { list, search, reply }: SearchedList<Schema>,
  asked: Search,
  signal: AbortSignal,
): Promise<z.output<Schema>> {
  if ((asked.tql ?? '').length > addressQueryLengthMax)
    return await api(search, { method: 'POST', body: asked, reply, signal })
  const { count, ...query } = asked
  return await api(list, { query: { ...query, ...(count && { count: 'true' }) }, reply, signal })
}
