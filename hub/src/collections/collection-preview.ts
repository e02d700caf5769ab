import {
  type CollectionPreview,
  type LeftOutValue,
  limits,
  type PreviewCollection,
  type PreviewLeftOut,
} from '@postern/protocol'
import { sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { type Page, pageOf } from '../lib/page.ts'
import { found } from '../lib/problem.ts'
import { libraryScope } from '../library/library-scope.ts'
import { hintsOnQuery } from '../library/query-hints.ts'
import { previewLeftOut, previewQuery } from '../library/query-preview.ts'
import { withinTime } from '../database/within-time.ts'
import { compileSearchOf } from '../library/search-condition.ts'
import { collectionScope } from './collection-scope.ts'
import { CollectionStore } from './collection-store.ts'
import { wantedMembers } from './refresh-members.ts'

/** How long comparing with the members may take; a person waits for it. */
const changesMsMax = 5000

/** What a query would hold, and what would enter and leave a collection that had it. */
export async function previewCollection(
  { db, clock }: { db: DatabaseConnection['db']; clock: Clock },
  caller: PersonCaller,
  { tql, collectionId }: PreviewCollection,
): Promise<CollectionPreview> {
  const scope = libraryScope(caller)
  const condition = await compileSearchOf(db, scope, tql, clock.now())
  const collection =
    collectionId === undefined
      ? undefined
      : found(await new CollectionStore(db).find(collectionScope(caller), collectionId), 'data collection')
  const hints = await hintsOnQuery(db, scope, tql, 'indicator')
  const preview = { ...(await previewQuery(db, scope, condition)), ...(hints.length === 0 ? {} : { hints }) }
  if (collection === undefined) return { ...preview, changes: null }
  const compared = await withinTime(db, changesMsMax, async (trx: Db) => {
    const { rows } = await sql<{ enter: number; leave: number; wanted: number }>`
      select count(*) filter (where m.indicator_id is null)::int as enter,
        count(*) filter (where w.indicator_id is null)::int as leave, count(w.indicator_id)::int as wanted
      from (
        select indicator_id from collection_member where collection_id = ${collection.id} and until_version is null
      ) m full join (${wantedMembers(collection.organization_id, condition.sql)}) w on w.indicator_id = m.indicator_id`.execute(
      trx,
    )
    return rows[0]
  })
  if (compared === undefined) return { ...preview, changes: null }
  const { wanted, ...changes } = compared
  // Comparing has counted them all, where counting by itself stops early.
  return { ...preview, total: { count: wanted, isExact: true }, changes }
}

/** Those that the preview counts as left out, and why. */
export async function previewedLeftOut(
  { db, clock }: { db: DatabaseConnection['db']; clock: Clock },
  caller: PersonCaller,
  { tql, cursor, limit = limits.pageRowsDefault }: PreviewLeftOut,
): Promise<Page<LeftOutValue>> {
  const scope = libraryScope(caller)
  const condition = await compileSearchOf(db, scope, tql, clock.now())
  const rows = await previewLeftOut(db, scope, condition, cursor, limit + 1)
  return pageOf(rows, limit, ({ indicatorId }) => indicatorId)
}
