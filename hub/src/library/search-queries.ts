import type { LifecycleStatus } from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import { inForce } from './in-force.ts'
import { inScope, type LibraryScope } from './library-scope.ts'
import type { Condition } from './tql-comparison.ts'
import type { SearchCondition } from './search-condition.ts'

export type IndicatorRow = {
  id: string
  type: string
  value: string
  rating: number | null
  confidence: number | null
  active: boolean
  statuses: LifecycleStatus[]
  tlp: number | null
  owners: string[]
  tags: string[]
  sightingCount: number
  lastSighted: Date | null
  falsePositiveCount: number
  addedAt: Date
  modifiedAt: Date
  /** The exact time, which a Date rounds; for the cursor. */
  addedAtExact: string
}

/** Where a page goes on: behind this indicator, newest first. */
export type PageStart = { addedAt: string; indicatorId: string }

/**
 * Hits up to which a query's are all sorted. Of more, a page is soon full of the newest: where hits are spread evenly over two million
 * indicators, sorting this many takes as long as reading from the newest on, and where they are not it is several times as quick.
 */
const fewMax = 10_000

/**
 * A page of indicators, newest first; the order never changes, so that pages neither repeat nor skip.
 *
 * PostgreSQL assumes that what a query finds is spread evenly over time. Where it expects many hits, it reads from the newest on; for a
 * rare tag, or for what came in long ago, that is the whole library. So the hits are first looked for without an order, by whatever
 * index there is, up to `fewMax`. If there are no more, they are sorted; if there are, the page is read from the newest on. Only one
 * of the two runs. A look-up of values needs no such care.
 */
export function pageOfIndicators(
  scope: LibraryScope,
  condition: SearchCondition | undefined,
  start: PageStart | undefined,
  limit: number,
): RawBuilder<IndicatorRow> {
  const after =
    start === undefined
      ? sql``
      : sql`and (v.added_at, v.indicator_id) < (${start.addedAt}::timestamptz, ${start.indicatorId}::uuid)`
  const order = sql`order by v.added_at desc, v.indicator_id desc limit ${limit}`
  if (condition === undefined || condition.isByValue) {
    return sql<IndicatorRow>`
      select ${indicatorColumns(scope)}
      from indicator_view v join indicator i on i.id = v.indicator_id ${seenBy(scope)}
      where v.organization_id = ${scope.organizationId} ${after} and ${asserted(scope, condition?.sql)} ${order}`
  }
  return sql<IndicatorRow>`
    with few as materialized (
      select a.indicator_id from assertion a ${joinedIndicator(condition, sql`a.indicator_id`)}
      where ${inScope(sql`a.owner_id`, scope)} and ${condition.sql} limit ${fewMax + 1}
    )
    select ${indicatorColumns(scope)}
    from (
      (select v.indicator_id from indicator_view v
       where (select count(*) from few) <= ${fewMax} and v.organization_id = ${scope.organizationId} ${after}
         and v.indicator_id in (select indicator_id from few) ${order})
      union all
      (select v.indicator_id from indicator_view v ${joinedIndicator(condition, sql`v.indicator_id`)}
       where (select count(*) from few) > ${fewMax} and v.organization_id = ${scope.organizationId} ${after}
         and ${asserted(scope, condition.sql)} ${order})
    ) page
    join indicator_view v on v.indicator_id = page.indicator_id and v.organization_id = ${scope.organizationId}
    join indicator i on i.id = v.indicator_id ${seenBy(scope)} ${order}`
}

/** Most queries need no look at the indicators themselves. */
function joinedIndicator({ usesIndicator }: SearchCondition, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return usesIndicator ? sql`join indicator i on i.id = ${id}` : sql``
}

/** What a query finds, behind `select`, without an order. */
export function satisfying(scope: LibraryScope, condition: SearchCondition | undefined): RawBuilder<unknown> {
  return sql`from indicator_view v join indicator i on i.id = v.indicator_id
    where v.organization_id = ${scope.organizationId} and ${asserted(scope, condition?.sql)}`
}

/** That an assertion in the scope satisfies the condition, for `v` and `i`. */
function asserted(scope: LibraryScope, condition: Condition | undefined): Condition {
  if (condition === undefined && scope.ownerIds === undefined) return sql`true`
  return sql`exists (select 1 from assertion a where a.indicator_id = v.indicator_id and ${inScope(sql`a.owner_id`, scope)}
    ${condition === undefined ? sql`` : sql`and ${condition}`})`
}

/**
 * What is merged: for people the computed view; for a reader of some owners only those owners' assertions, since the view
 * would tell what the others say, and what was seen by whom.
 */
export function seenBy(scope: LibraryScope): RawBuilder<unknown> {
  if (scope.ownerIds === undefined) return sql``
  return sql`cross join lateral (
    select max(a.rating) as rating, max(a.confidence) as confidence, bool_or(${inForce()}) as active, max(a.tlp) as tlp,
      array_agg(a.owner_id) as owner_ids, 0 as sighting_count, null::timestamptz as last_sighted, 0 as false_positive_count,
      min(a.added_at) as added_at, max(a.modified_at) as modified_at,
      array(select distinct t from assertion b cross join unnest(b.tags) t
            where b.indicator_id = v.indicator_id and ${inScope(sql`b.owner_id`, scope)} order by t) as tags
    from assertion a where a.indicator_id = v.indicator_id and ${inScope(sql`a.owner_id`, scope)}
  ) seen`
}

/** Names of owners and statuses are looked up by key for the rows that are shown, and for no others. */
export function indicatorColumns(scope: LibraryScope): RawBuilder<unknown> {
  const from = scope.ownerIds === undefined ? sql`v` : sql`seen`
  return sql`i.id, i.type, i.value, ${from}.rating, ${from}.confidence, ${from}.active, ${from}.tlp, ${from}.tags,
    ${from}.sighting_count as "sightingCount", ${from}.last_sighted as "lastSighted", ${from}.false_positive_count as "falsePositiveCount",
    array(select w.name from owner w where w.id = any(${from}.owner_ids) order by w.name) as owners,
    array(select distinct s.status from assertion s where s.indicator_id = i.id and s.owner_id = any(${from}.owner_ids)
      order by s.status) as statuses,
    ${from}.added_at as "addedAt", ${from}.modified_at as "modifiedAt", v.added_at::text as "addedAtExact"`
}
