import type { PoolClient } from 'pg'
import type { BatchSender } from '../batches/batches.ts'
import type { Statements } from '../database/statements.ts'
import { leaveToLifecycle } from '../lifecycle/pending.ts'
import type { JoinedType } from './bundle-messages.ts'

/**
 * Counts the sightings of a bundle, and those of earlier ones that waited for an indicator of it, as reports of their owner: by S1 they
 * move nothing that this owner alone asserts. The newest version of a sighting says what counts, so that a bundle counts once, and one
 * that is revoked counts no more; a version of an indicator that comes later moves no sighting. After the bundle's objects are written; one
 * with sightings alone in its owner's turn, so that none is missed whose indicator comes at the same time.
 */
export async function countSightings(
  client: PoolClient,
  { organizationId, ownerId, executionId, sentBy }: BatchSender,
  types: readonly JoinedType[],
): Promise<void> {
  const isDue = types.includes('sighting') || (types.includes('indicator') && (await hasWaiting(client, ownerId)))
  if (!isDue) return
  const { rows } = await client.query<{ touched: string[] | null }>(countSent, [
    ownerId,
    organizationId,
    executionId,
    sentBy,
  ])
  await leaveToLifecycle(client, organizationId, rows[0]?.touched ?? [])
}

/** In the transaction that deletes sighting objects of an owner: what they counted counts no more. */
export async function takeSightingsBack(
  db: Statements,
  organizationId: string,
  ownerId: string,
  stixIds: readonly string[],
): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    `with gone as (delete from sighting where owner_id = $1 and stix_id = any($2::text[]) returning indicator_id)
     select distinct indicator_id as id from gone`,
    [ownerId, stixIds],
  )
  await leaveToLifecycle(
    db,
    organizationId,
    rows.map(({ id }) => id),
  )
}

/** Asked for every bundle of indicators: prepared, since its plan would cost more than itself. */
async function hasWaiting(client: PoolClient, ownerId: string): Promise<boolean> {
  const { rows } = await client.query({
    name: 'postern waiting sightings',
    text: `select from stix_object where owner_id = $1 and sighting_of is not null and outcome = 'kept' limit 1`,
    values: [ownerId],
  })
  return rows.length > 0
}

/** An object `o` is of one thing: a value, or hashes of one file, each of another kind (intel's `uncountedReason` asks the same). */
const isOneThing = `(cardinality(o.indicator_ids) = 1 or cardinality(o.indicator_ids) > 1 and (
  select bool_and(i.type = 'File') and count(distinct length(i.value)) = count(*) from indicator i where i.id = any(o.indicator_ids)))`

/** Times before 1970 or to come, which are no times of a sighting, are taken as the nearest that is. */
const countSent = `
  with named as (
    select object_id from sent_stix_object where type = 'sighting'
    union
    select w.object_id from sent_stix_object t cross join lateral (
      select w.object_id from stix_object w
      where w.owner_id = $1 and w.sighting_of = t.object_id and w.sighting_of is not null and w.outcome = 'kept'
      -- Looked up for each: joined in the other order, all that waits would be compared with all that was sent.
      offset 0
    ) w where t.type = 'indicator'
  ), newest as materialized (
    select s.number, s.object_id, s.sighting_of, s.sighted_at, s.sighted_count
    from named n cross join lateral (
      select * from stix_object s where s.owner_id = $1 and s.object_id = n.object_id order by s.version desc limit 1
    ) s
  ), counted as materialized (
    select n.*, o.indicator_ids
    from newest n cross join lateral (
      select o.indicator_ids from stix_object o where o.owner_id = $1 and o.object_id = n.sighting_of order by o.version desc limit 1
    ) o where ${isOneThing}
  ), given as materialized (
    select object_id, unnest(indicator_ids) as indicator_id, sighted_at, sighted_count from counted
  ), gone as (
    -- Looked up for each, as above; a row's place is known without another join.
    delete from sighting where ctid = any(array(
      select s.ctid from newest n cross join lateral (
        select s.ctid, s.indicator_id from sighting s where s.owner_id = $1 and s.stix_id = n.object_id offset 0
      ) s where (n.object_id, s.indicator_id) not in (select object_id, indicator_id from given)))
    returning indicator_id
  ), written as (
    insert into sighting (organization_id, indicator_id, owner_id, control_id, stix_id, seen_at, count, recorded_at, recorded_by)
    select $2::bigint, indicator_id, $1::bigint,
      (select j.control_id from execution e join job j on j.id = e.job_id where e.id = $3::bigint),
      object_id, greatest(least(sighted_at, now()), timestamptz 'epoch'), sighted_count, now(), $4::text
    from given
    on conflict (owner_id, stix_id, indicator_id) where stix_id is not null
      do update set seen_at = excluded.seen_at, count = excluded.count
      where (sighting.seen_at, sighting.count) <> (excluded.seen_at, excluded.count)
    returning indicator_id
  ), told as (
    update stix_object set outcome = 'mapped', reason = null where outcome = 'kept' and number in (select number from counted)
  )
  select array_agg(indicator_id) as touched from (select indicator_id from gone union select indicator_id from written) t`
