import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { taxiiLimits } from './taxii-limits.ts'

/** What is looked at in one turn. */
export type Changed = { indicatorIds: string[]; groupIds: string[] }

/** As many entries as hold no more than a turn's, one at least. Whoever writes one after this is seen by a later turn. */
export async function takePending(trx: Db, taxiiCollectionId: string): Promise<Changed | undefined> {
  const { rows } = await sql<{ count: string; indicatorIds: string[]; groupIds: string[] }>`
    with taken as (
      delete from taxii_pending where id in (
        select id from (
          select id, sum(cardinality(indicator_ids) + cardinality(group_ids)) over (order by id) as sum, row_number() over (order by id) as place
          from (select * from taxii_pending where taxii_collection_id = ${taxiiCollectionId}
            order by id limit ${taxiiLimits.numberedAtOnceMax}) p
        ) placed where place = 1 or sum <= ${taxiiLimits.numberedAtOnceMax}::int)
      returning indicator_ids, group_ids
    )
    select (select count(*) from taken) as count,
      coalesce((select array_agg(distinct i.id) from taken, unnest(taken.indicator_ids) i (id)), '{}') as "indicatorIds",
      coalesce((select array_agg(distinct g.id)::text[] from taken, unnest(taken.group_ids) g (id)), '{}') as "groupIds"`.execute(
    trx,
  )
  const [taken] = rows
  return taken === undefined || taken.count === '0' ? undefined : taken
}
