import type { ExclusionHit } from '@postern/protocol'
import { sql } from 'kysely'
import { isShownTo } from '../collections/collection-scope.ts'
import type { Db } from '../database/database.ts'
import { withinTime } from '../database/within-time.ts'
import { Problem } from '../lib/problem.ts'
import { isKeptFromExports } from './never-exported.ts'

/** Data collections that a hit is shown with. */
const collectionsShownMax = 10
/** How long a page may take, in milliseconds: each hit is looked up in one data collection after the other. */
const pageMsMax = 5000

/**
 * The indicators that a list hits now, in the order of their ids: with the entry that does, and what readers would lose if it blocked them.
 * @param of.maker whose own data collections are shown beside the shared ones; undefined for everybody's
 */
export async function exclusionHitsPage(
  db: Db,
  { organizationId, listId, maker }: { organizationId: string; listId: string; maker: string | undefined },
  after: string | undefined,
  rowsMax: number,
): Promise<ExclusionHit[]> {
  const page = await withinTime(db, pageMsMax, async (trx: Db) => {
    const { rows } = await sql<ExclusionHit>`
      with hit as materialized (
        select page.indicator_id, page.entry, ${isKeptFromExports(organizationId, sql`page.indicator_id`)} as kept_back from (
          select indicator_id, entry from excluded_indicator
          where list_id = ${listId} ${after === undefined ? sql`` : sql`and indicator_id > ${after}::uuid`}
          order by indicator_id limit ${rowsMax}
        ) page
      )
      select h.indicator_id as "indicatorId", i.type, i.value, h.entry, h.kept_back as "isKeptBack", coalesce((
        select json_agg(json_build_object('id', given.id::text, 'name', given.name)) from (
          select k.id, k.name from collection k
          where not h.kept_back and k.organization_id = ${organizationId} and ${isShownTo(maker)} and exists (
            select from collection_member m
            where m.collection_id = k.id and m.indicator_id = h.indicator_id and m.until_version is null and m.active and not m.excluded)
          order by k.name limit ${collectionsShownMax}
        ) given), '[]') as collections
      from hit h join indicator i on i.id = h.indicator_id order by h.indicator_id`.execute(trx)
    return rows
  })
  if (page !== undefined) return page
  throw new Problem(
    'unavailable',
    `Looking up who is given these took longer than ${pageMsMax / 1000} s. Ask for fewer at once, or later.`,
  )
}
