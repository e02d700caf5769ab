/** Rows as one page shows them; `next` begins the page after it, and the last page has none. */
export type Page<Row> = { data: Row[]; next?: string }

/**
 * The page of rows that were asked for with `limit + 1`: the one more is not shown, and says that another page follows.
 *
 * @param cursorOf what to begin after when a row was the last one shown; its id, unless something else orders the rows
 */
export function pageOf<Row extends { id: string }>(rows: readonly Row[], limit: number): Page<Row>
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => string): Page<Row>
export function pageOf<Row extends { id: string }>(
  rows: readonly Row[],
  limit: number,
  cursorOf = (row: Row) => row.id,
): Page<Row> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return { data, ...(rows.length > limit && last !== undefined ? { next: cursorOf(last) } : {}) }
}
