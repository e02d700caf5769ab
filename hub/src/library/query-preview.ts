import type { Indicator, IndicatorTotal } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import type { LibraryScope } from './library-scope.ts'
import { LibraryStore } from './library-store.ts'
import { toIndicator } from './to-indicator.ts'
import type { SearchCondition } from './tql-to-sql.ts'

/** How far a query's indicators are counted, and for how long, in milliseconds: beyond, their number is estimated. */
export const countMax = 10_000
export const countMsMax = 3000
const sampleMax = 20

export type QueryPreview = { total: IndicatorTotal; types: Record<string, number>; sample: Indicator[] }

/** What a query finds, for a person who is still writing it. */
export async function previewQuery(db: Db, scope: LibraryScope, condition: SearchCondition): Promise<QueryPreview> {
  const store = new LibraryStore(db)
  const types = await store.countTypes(scope, condition, countMax + 1, countMsMax)
  const counted = types === undefined ? undefined : Object.values(types).reduce((sum, each) => sum + each, 0)
  const isExact = counted !== undefined && counted <= countMax
  const known = counted === undefined ? 0 : countMax
  const total = isExact
    ? { count: counted, isExact }
    : { count: (await store.estimate(scope, condition, known, countMsMax)) ?? known, isExact }
  const sample = await store.page(scope, condition, undefined, sampleMax)
  return { total, types: types ?? {}, sample: sample.map(toIndicator) }
}
