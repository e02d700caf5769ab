import type { PoolClient } from 'pg'
import type { Statements } from '../database/statements.ts'
import { inForceText } from './in-force.ts'

/**
 * Computes what the organization sees of the indicators in `sent_indicator`, in the transaction that wrote the assertions. The
 * rows of these indicators are locked (indicator-writer.ts), so that no assertion of another owner is overlooked: whoever
 * waited for the lock computes after, from all of them.
 *
 * @param sentCount rows in `sent_indicator`
 * @param others indicators that the batch touched beside those; they stay in `touched_indicator` for the data collections
 *
 * Active is what some owner asserts as active and of status Active or Indirect: what is under review, has expired or is
 * whitelisted for everyone who knows it leaves in no export (S1).
 */
export async function refreshViewOfSent(
  client: PoolClient,
  { organizationId, ownerId, statusDefault }: { organizationId: string; ownerId: string; statusDefault: string },
  sentCount: number,
  others: readonly string[] = [],
): Promise<void> {
  // Most are new to the whole organization: the one assertion is all that is known.
  const { rowCount } = await client.query(
    `insert into indicator_view (organization_id, indicator_id, rating, confidence, active, tlp, owner_ids, tags, added_at, modified_at)
     select $1, s.indicator_id, s.rating, s.confidence, ${inForceText('coalesce(s.active, true)', 'coalesce(s.status, $3)')}, s.tlp, array[$2::bigint], coalesce(s.tags, '{}'), now(), now()
     from sent_indicator s where s.is_new order by s.indicator_id
     on conflict (organization_id, indicator_id) do nothing`,
    [organizationId, ownerId, statusDefault],
  )
  if (rowCount === sentCount && others.length === 0) return
  await client.query(
    // Looked up by each one's key: where statistics were taken while the first rows of a table were not committed yet, they know of none,
    // and a join would read all of it for each row that was sent.
    `insert into touched_indicator
     select s.indicator_id from (
       select indicator_id, is_new, (
         select v.owner_ids from indicator_view v where v.indicator_id = sent_indicator.indicator_id and v.organization_id = $1 limit 1
       ) as owner_ids from sent_indicator offset 0
     ) s
     where s.owner_ids is null or not (s.is_new and s.owner_ids = array[$2::bigint])`,
    [organizationId, ownerId],
  )
  if (others.length > 0) await client.query('insert into touched_indicator select unnest($1::uuid[])', [others])
  await refreshViewOfTouched(client, organizationId)
  await client.query('delete from touched_indicator')
  if (others.length > 0) await client.query('insert into touched_indicator select unnest($1::uuid[])', [others])
}

/**
 * Computes the view of the indicators in `touched_indicator` from all assertions of the organization's owners. What nobody asserts any
 * more goes, with what exclusion lists said of it.
 */
export async function refreshViewOfTouched(client: Statements, organizationId: string): Promise<void> {
  await client.query(
    // By each indicator's own assertions, whatever the statistics say: joined with the owners, a young table was read in whole for each.
    `insert into indicator_view (organization_id, indicator_id, rating, confidence, active, tlp, owner_ids, tags, added_at, modified_at)
     select $1, s.indicator_id, v.rating, v.confidence, v.active, v.tlp, v.owner_ids,
       array(select distinct t from assertion b cross join unnest(b.tags) t
             where b.indicator_id = s.indicator_id and b.owner_id = any(v.owner_ids) order by t),
       v.added_at, v.modified_at
     from (select distinct indicator_id from touched_indicator) s
     cross join lateral (
       select max(a.rating) as rating, max(a.confidence) as confidence, max(a.tlp) as tlp,
         bool_or(${inForceText('a.active', 'a.status')}) as active,
         array_agg(a.owner_id order by a.owner_id) as owner_ids, min(a.added_at) as added_at, max(a.modified_at) as modified_at
       from assertion a
       where a.indicator_id = s.indicator_id and a.owner_id = any(array(select id from owner where organization_id = $1))
     ) v
     where v.owner_ids is not null order by s.indicator_id
     on conflict (organization_id, indicator_id) do update set
       rating = excluded.rating, confidence = excluded.confidence, active = excluded.active, tlp = excluded.tlp,
       owner_ids = excluded.owner_ids, tags = excluded.tags, added_at = excluded.added_at, modified_at = excluded.modified_at`,
    [organizationId],
  )
  await client.query(
    `with gone as (
       delete from indicator_view v
       where v.organization_id = $1 and v.indicator_id = any(array(
         select s.indicator_id from touched_indicator s
         where (select true from assertion a
                where a.indicator_id = s.indicator_id and a.owner_id = any(array(select id from owner where organization_id = $1)) limit 1) is null))
       returning v.indicator_id
     )
     delete from excluded_indicator x using gone where x.organization_id = $1 and x.indicator_id = gone.indicator_id`,
    [organizationId],
  )
}
