import { Refusal } from '../../http/refusal.ts'

/** The query parameters every list of the appliance takes. */
export interface ListQuery {
  readonly words: readonly string[]
  readonly select: readonly string[] | undefined
  readonly sort: string | undefined
  readonly descending: boolean
  readonly offset: number
  readonly limit: number
}

const perPageDefault = 10
const perPageMax = 10_000
const wordsMax = 50

/** @throws Refusal 400 naming the parameter at fault. */
export function readListQuery(query: URLSearchParams, sortable: readonly string[]): ListQuery {
  const page = wholeNumber(query, 'page', 1, 1)
  // Clients send 0 for all; the maximum still holds.
  const perPage = wholeNumber(query, 'perPage', perPageDefault, 0) || perPageMax
  const sort = query.get('sort') ?? undefined
  if (sort !== undefined && !sortable.includes(sort)) {
    throw new Refusal(400, 'invalidParameter', `sort is one of ${sortable.join(', ')}`, { field: 'sort' })
  }
  const direction = (query.get('direction') ?? 'ASC').toUpperCase()
  if (direction !== 'ASC' && direction !== 'DESC') {
    throw new Refusal(400, 'invalidParameter', 'direction is ASC or DESC', { field: 'direction' })
  }
  const words = (query.get('q') ?? '').split(/[\s+]+/).filter((word) => word !== '')
  if (words.length > wordsMax)
    throw new Refusal(400, 'invalidParameter', `q has more than ${wordsMax} words`, { field: 'q' })
  const limit = Math.min(perPage, perPageMax)
  return {
    words,
    select: query
      .get('select')
      ?.split(',')
      .filter((key) => key !== ''),
    sort,
    descending: direction === 'DESC',
    offset: (page - 1) * limit,
    limit,
  }
}

/** Sorts and cuts a list that is short enough to be held; `select` is left to selectKeys. */
export function pageOf<T extends object>(items: readonly T[], query: ListQuery): T[] {
  const { sort } = query
  const sorted =
    sort === undefined ? items : items.toSorted((a, b) => compare(Reflect.get(a, sort), Reflect.get(b, sort)))
  const directed = query.descending ? sorted.toReversed() : sorted
  return directed.slice(query.offset, query.offset + query.limit)
}

export function selectKeys(item: object, select: readonly string[] | undefined): object {
  if (select === undefined || select.length === 0) return item
  return Object.fromEntries(Object.entries(item).filter(([key]) => select.includes(key)))
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a ?? '').localeCompare(String(b ?? ''), 'en')
}

function wholeNumber(query: URLSearchParams, field: string, absent: number, least: number): number {
  const text = query.get(field)
  if (text === null) return absent
  const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(number) || number < least) {
    throw new Refusal(400, 'invalidParameter', `${field} is a whole number from ${least}`, { field })
  }
  return number
}
