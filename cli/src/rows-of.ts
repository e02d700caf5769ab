import type * as z from 'zod'
import { callHub, type HubTarget } from './hub-api.ts'

type PageOf<Row> = { data: Row[]; next?: string | undefined }

/**
 * Rows of a list of the hub, however many: the next page is asked for when the rows of the one before are used up.
 *
 * @param onPage hears of each page, for what it says beside its rows
 */
export async function* rowsOf<Row, Beside extends object>(
  target: HubTarget,
  path: string,
  page: z.core.$ZodType<PageOf<Row> & Beside>,
  query: Record<string, string> = {},
  onPage: (page: Beside) => void = () => {},
): AsyncGenerator<Row> {
  let cursor: string | undefined
  do {
    const asked = new URLSearchParams({ ...query, ...(cursor === undefined ? {} : { cursor }) })
    const read = await callHub(target, asked.size === 0 ? path : `${path}?${asked}`, page)
    onPage(read)
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
