import type { Statements } from '../database/statements.ts'
import { leaveToLifecycle } from '../lifecycle/pending.ts'

/** Types of Event groups whose links are sightings: an alert or alarm is one of them (LIB-1). */
export const sightingEventTypes = ['Sighting', 'Alert', 'Alarm'] as const

type Reporter = { organizationId: string; ownerId: string; executionId: string | null; sentBy: string }

/**
 * Takes down as sightings the links between Event groups and indicators that are in `resolved_link`, at the end of a batch's links.
 * A link is one sighting however often it is sent; a group whose event date changes moves its sightings. A date before 1970, which is
 * some source's word for none, counts as 1970. Takes no lock of an
 * indicator: the worker does the rest.
 */
export async function noteGroupSightings(db: Statements, reporter: Reporter, now: Date): Promise<void> {
  const { rows: events } = await db.query<{ id: string }>(
    `select g.id from (select distinct coalesce(left_group, right_group) as id from resolved_link) l join library_group g on g.id = l.id
     where g.type = 'Event' and g.detail->>'eventType' = any($1::text[])`,
    [sightingEventTypes],
  )
  if (events.length === 0) return
  const { organizationId, ownerId, executionId, sentBy } = reporter
  const { rows } = await db.query<{ id: string }>(
    `insert into sighting (organization_id, indicator_id, owner_id, control_id, group_id, seen_at, recorded_at, recorded_by)
     select distinct on (g.id, l.indicator_id) $1::bigint, l.indicator_id, $2::bigint,
       (select j.control_id from execution e join job j on j.id = e.job_id where e.id = $3::bigint),
       g.id, greatest(least(coalesce(g.event_date, $5::timestamptz), $5::timestamptz), timestamptz 'epoch'), $5::timestamptz, $4::text
     from (
       select coalesce(left_indicator, right_indicator) as indicator_id, coalesce(left_group, right_group) as group_id from resolved_link
     ) l join library_group g on g.id = l.group_id
     where l.indicator_id is not null and g.id = any($6::bigint[])
     order by g.id, l.indicator_id
     on conflict (group_id, indicator_id) where group_id is not null do update set seen_at = excluded.seen_at
       where sighting.seen_at <> excluded.seen_at
     returning indicator_id as id`,
    [organizationId, ownerId, executionId, sentBy, now, events.map(({ id }) => id)],
  )
  await leaveToLifecycle(db, organizationId, [...new Set(rows.map(({ id }) => id))])
}

/**
 * Brings the sightings of a group to what it is now: it became an alert or is none any more, or took place at another time. In the
 * transaction of the batch that changed it, after everything else of it that uses `resolved_link`.
 */
export async function settleGroupSightings(
  db: Statements,
  reporter: Reporter,
  groupId: string,
  now: Date,
): Promise<void> {
  const { rows: gone } = await db.query<{ id: string }>(
    `delete from sighting s using library_group g
     where s.group_id = $1 and g.id = s.group_id and not coalesce(g.type = 'Event' and g.detail->>'eventType' = any($2::text[]), false)
     returning s.indicator_id as id`,
    [groupId, sightingEventTypes],
  )
  await leaveToLifecycle(
    db,
    reporter.organizationId,
    gone.map(({ id }) => id),
  )
  await db.query('delete from resolved_link')
  await db.query(
    `insert into resolved_link (left_indicator, right_group)
     select l.indicator_id, l.group_id from indicator_group l join library_group g on g.id = l.group_id
     where l.group_id = $1 and g.type = 'Event'`,
    [groupId],
  )
  await noteGroupSightings(db, reporter, now)
}

/** Before groups of an owner are deleted, and their sightings with them. */
export async function leaveSightedBy(
  db: Statements,
  organizationId: string,
  ownerId: string,
  xids: unknown,
): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    `select distinct s.indicator_id as id from library_group g join sighting s on s.group_id = g.id
     where g.owner_id = $1 and g.xid = any($2::text[])`,
    [ownerId, xids],
  )
  await leaveToLifecycle(
    db,
    organizationId,
    rows.map(({ id }) => id),
  )
}
