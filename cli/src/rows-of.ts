import { limits } from '@postern/protocol'
import type * as z from 'zod'
import { callHub, type HubTarget } from './hub-api.ts'

type PageOf<Row> = { data: Row[]; next?: string | undefined }

/** For lists that may have a row for each value of the library. */
export const largePages = { limit: String(limits.pageRowsMax) }

/** Rows of a list of the hub, however many: the next page is asked for when the rows of the one before are used up. */
export async function* rowsOf<Row>(
  target: HubTarget,
  path: string,
  page: z.core.$ZodType<PageOf<Row>>,
  query: Record<string, string> = {},
): AsyncGenerator<Row> {
  yield* rowsOfPages((cursor) => {
    const asked = new URLSearchParams({ ...query, ...cursor })
    return callHub(target, asked.size === 0 ? path : `${path}?${asked}`, page)
  })
}

/**
 * Rows that a search finds, which is asked for by a body: its query may be longer than an address.
 *
 * @param onPage hears of each page, for what it says beside its rows
 */
export async function* rowsFound<Row, Beside extends object>(
  target: HubTarget,
  path: string,
  page: z.core.$ZodType<PageOf<Row> & Beside>,
  search: { tql: string; limit: number },
  onPage: (page: Beside) => void,
): AsyncGenerator<Row> {
  yield* rowsOfPages(async (cursor) => {
    const read = await callHub(target, path, page, { json: { ...search, ...cursor } })
    onPage(read)
    return read
  })
}

async function* rowsOfPages<Row>(ask: (cursor: { cursor?: string }) => Promise<PageOf<Row>>): AsyncGenerator<Row> {
  let cursor: string | undefined
  do {
    const read = await ask(cursor === undefined ? {} : { cursor })
    yield* read.data
    cursor = read.next
  } while (cursor !== undefined)
}

/** All of them at once, for lists that fit into memory by their nature: apps, jobs, owners, environments. */
export async function allRows<Row>(
  target: HubTarget,
  path: string,
  page: z.core.$ZodType<PageOf<Row>>,
): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of rowsOf(target, path, page)) rows.push(row)
  return rows
}
