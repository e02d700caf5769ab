import { leaveToCollections } from '../collections/leave-to-collections.ts'
import type { Statements } from '../database/statements.ts'
import { refreshViewOfTouched } from '../library/indicator-view.ts'

/**
 * Computes the organization's view of indicators anew and tells the data collections, in the transaction that changed their
 * assertions and holds the locks of their identities.
 */
export async function publishTouched(
  db: Statements,
  organizationId: string,
  indicatorIds: readonly string[],
): Promise<void> {
  if (indicatorIds.length === 0) return
  await db.query('create temp table if not exists touched_indicator (indicator_id uuid) on commit delete rows')
  await db.query('insert into touched_indicator select unnest($1::uuid[])', [indicatorIds])
  await refreshViewOfTouched(db, organizationId)
  await db.query('delete from touched_indicator')
  await leaveToCollections(db, organizationId, indicatorIds)
}

/**
 * Counts sightings and reports of false positives of indicators for queries. @returns those whose counts changed
 */
export async function countJudgements(
  db: Statements,
  organizationId: string,
  indicatorIds: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ indicatorId: string }>(
    `update indicator_view v set sighting_count = c.sightings, last_sighted = c.last_sighted,
       false_positive_count = c.false_positives, last_false_positive = c.last_false_positive
     from (
       select g.id, seen.sightings, seen.last_sighted, denied.false_positives, denied.last_false_positive
       from unnest($2::uuid[]) g (id)
       cross join lateral (
         select least(coalesce(sum(s.count), 0), 2147483647)::int as sightings, max(s.seen_at) as last_sighted
         from sighting s where s.indicator_id = g.id and s.organization_id = $1
       ) seen
       cross join lateral (
         select count(*)::int as false_positives, max(f.reported_at) as last_false_positive
         from false_positive f where f.indicator_id = g.id and f.organization_id = $1
       ) denied
     ) c
     where v.organization_id = $1 and v.indicator_id = c.id
       and (v.sighting_count, v.last_sighted, v.false_positive_count, v.last_false_positive)
         is distinct from (c.sightings, c.last_sighted, c.false_positives, c.last_false_positive)
     returning v.indicator_id as "indicatorId"`,
    [organizationId, indicatorIds],
  )
  return rows.map(({ indicatorId }) => indicatorId)
}
