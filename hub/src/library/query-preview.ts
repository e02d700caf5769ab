import type { CollectionPreview, LeftOutValue } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import type { LibraryScope } from './library-scope.ts'
import { LibraryStore, moreThan } from './library-store.ts'
import { Problem } from '../lib/problem.ts'
import { toIndicator } from './to-indicator.ts'
import type { SearchCondition } from './search-condition.ts'

/** How far a query's indicators are counted, and for how long, in milliseconds: beyond, their number is estimated. */
export const countMax = 10_000
export const countMsMax = 3000
const sampleMax = 20

export type QueryPreview = Pick<CollectionPreview, 'total' | 'types' | 'typesStoppedAt' | 'leftOut' | 'sample'>

/** What a query finds, for a person who is still writing it. */
export async function previewQuery(db: Db, scope: LibraryScope, condition: SearchCondition): Promise<QueryPreview> {
  const store = new LibraryStore(db)
  const found = await store.page(scope, condition, undefined, sampleMax)
  const sample = found.map(toIndicator)
  // All of it, which no estimate has to stand for, however long counting would take.
  if (found.length < sampleMax) {
    const total = { count: found.length, isExact: true }
    const leftOut = await store.leftOutAmong(
      scope,
      found.map(({ id }) => id),
    )
    return { total, types: typesOf(found), typesStoppedAt: null, leftOut, sample }
  }
  const by = await store.countTypes(scope, condition, countMax + 1, countMsMax)
  const { types, leftOut } = by ?? { types: {}, leftOut: {} }
  const counted = Object.values(types).reduce((sum, each) => sum + each, 0)
  const known = by === undefined ? 0 : countMax
  const total =
    by !== undefined && counted <= countMax
      ? { count: counted, isExact: true }
      : ((await store.estimate(scope, condition, known, countMsMax)) ?? moreThan(known))
  return { total, types, typesStoppedAt: total.isExact ? null : counted, leftOut, sample }
}

/** Those that are counted there as left out, in the order of their ids. */
export async function previewLeftOut(
  db: Db,
  scope: LibraryScope,
  condition: SearchCondition,
  after: string | undefined,
  rowsMax: number,
): Promise<LeftOutValue[]> {
  const page = await new LibraryStore(db).leftOut(
    scope,
    condition,
    { max: countMax + 1, msMax: countMsMax },
    after,
    rowsMax,
  )
  if (page !== undefined) return page
  throw new Problem(
    'unavailable',
    `Looking at what the query finds took longer than ${countMsMax / 1000} s. Narrow it, or try again.`,
  )
}

function typesOf(found: readonly { type: string }[]): Record<string, number> {
  const groups = Object.entries(Object.groupBy(found, ({ type }) => type))
  return Object.fromEntries(groups.map(([type, each]) => [type, each?.length ?? 0]))
}
