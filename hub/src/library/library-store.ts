import type { IndicatorTotal } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { inScope, type LibraryScope } from './library-scope.ts'
import type { Condition } from './tql-comparison.ts'
import { withinTime } from './within-time.ts'

export type IndicatorRow = {
  id: string
  type: string
  value: string
  rating: number | null
  confidence: number | null
  active: boolean
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

export type GroupRow = {
  id: string
  type: string
  name: string
  ownerName: string
  xid: string
  eventDate: Date | null
}

/** Where a page goes on: behind this indicator, newest first. */
export type PageStart = { addedAt: string; indicatorId: string }

/** Reads of the library. Every one takes the scope of its reader. */
export class LibraryStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** A page of indicators, newest first; the order never changes, so that pages neither repeat nor skip. */
  async page(
    scope: LibraryScope,
    condition: Condition | undefined,
    start: PageStart | undefined,
    limit: number,
  ): Promise<IndicatorRow[]> {
    const after =
      start === undefined
        ? sql``
        : sql`and (v.added_at, v.indicator_id) < (${start.addedAt}::timestamptz, ${start.indicatorId}::uuid)`
    const { rows } = await sql<IndicatorRow>`
      select ${this.#columns(scope)}
      from indicator_view v join indicator i on i.id = v.indicator_id ${this.#seen(scope)}
      where v.organization_id = ${scope.organizationId} ${after} and ${asserted(scope, condition)}
      order by v.added_at desc, v.indicator_id desc limit ${limit}`.execute(this.#db)
    return rows
  }

  /** How many of each type satisfy the condition, `max` of all counted at most. @returns undefined where the time ran out */
  async countTypes(
    scope: LibraryScope,
    condition: Condition | undefined,
    max: number,
    msMax: number,
  ): Promise<Record<string, number> | undefined> {
    return withinTime(this.#db, msMax, async (trx) => {
      const { rows } = await sql<{ type: string; count: number }>`
        select type, count(*)::int as count from (
          select i.type ${satisfying(scope, condition)} limit ${max}
        ) found group by type order by type`.execute(trx)
      return Object.fromEntries(rows.map(({ type, count }) => [type, count]))
    })
  }

  /**
   * How many indicators satisfy the condition: counted up to `max` and for so long at most, estimated beyond.
   * @returns undefined where not even that can be done in time
   */
  async count(
    scope: LibraryScope,
    condition: Condition | undefined,
    max: number,
    msMax: number,
  ): Promise<IndicatorTotal | undefined> {
    const counted = await withinTime(this.#db, msMax, async (trx) => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from (select 1 ${satisfying(scope, condition)} limit ${max + 1}) found`.execute(
        trx,
      )
      return rows[0]?.count
    })
    if (counted !== undefined && counted <= max) return { count: counted, isExact: true }
    const count = await this.estimate(scope, condition, counted === undefined ? 0 : max, msMax)
    return count === undefined ? undefined : { count, isExact: false }
  }

  /**
   * What PostgreSQL expects of the query, from its statistics.
   * @param min as many are known to be there @returns undefined where the time ran out
   */
  async estimate(
    scope: LibraryScope,
    condition: Condition | undefined,
    min: number,
    msMax: number,
  ): Promise<number | undefined> {
    return withinTime(this.#db, msMax, async (trx) => {
      const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
        explain (format json) select 1 ${satisfying(scope, condition)}`.execute(trx)
      return Math.max(min, Math.round(rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0))
    })
  }

  async find(scope: LibraryScope, indicatorId: string): Promise<IndicatorRow | undefined> {
    const { rows } = await sql<IndicatorRow>`
      select ${this.#columns(scope)}
      from indicator_view v join indicator i on i.id = v.indicator_id ${this.#seen(scope)}
      where v.organization_id = ${scope.organizationId} and v.indicator_id = ${indicatorId}::uuid
        and exists (select 1 from assertion a where a.indicator_id = v.indicator_id and ${inScope(sql`a.owner_id`, scope)})`.execute(
      this.#db,
    )
    return rows[0]
  }

  async groups(scope: LibraryScope, indicatorId: string, limit: number): Promise<GroupRow[]> {
    const { rows } = await sql<GroupRow>`
      select g.id, g.type, g.name, w.name as "ownerName", g.xid, g.event_date as "eventDate"
      from indicator_group l join library_group g on g.id = l.group_id join owner w on w.id = g.owner_id
      where l.indicator_id = ${indicatorId}::uuid and ${inScope(sql`g.owner_id`, scope)}
      order by g.name, g.id limit ${limit}`.execute(this.#db)
    return rows
  }

  /**
   * What is merged: for people the computed view; for a reader of some owners only those owners' assertions, since the view
   * would tell what the others say, and what was seen by whom.
   */
  #seen(scope: LibraryScope) {
    if (scope.ownerIds === undefined) return sql``
    return sql`cross join lateral (
      select max(a.rating) as rating, max(a.confidence) as confidence, bool_or(a.active and a.status in ('Active', 'Indirect')) as active, max(a.tlp) as tlp,
        array_agg(a.owner_id) as owner_ids, 0 as sighting_count, null::timestamptz as last_sighted, 0 as false_positive_count,
        min(a.added_at) as added_at, max(a.modified_at) as modified_at,
        array(select distinct t from assertion b cross join unnest(b.tags) t
              where b.indicator_id = v.indicator_id and ${inScope(sql`b.owner_id`, scope)} order by t) as tags
      from assertion a where a.indicator_id = v.indicator_id and ${inScope(sql`a.owner_id`, scope)}
    ) seen`
  }

  #columns(scope: LibraryScope) {
    const from = scope.ownerIds === undefined ? sql`v` : sql`seen`
    return sql`i.id, i.type, i.value, ${from}.rating, ${from}.confidence, ${from}.active, ${from}.tlp, ${from}.tags,
      ${from}.sighting_count as "sightingCount", ${from}.last_sighted as "lastSighted", ${from}.false_positive_count as "falsePositiveCount",
      array(select w.name from owner w where w.id = any(${from}.owner_ids) order by w.name) as owners,
      ${from}.added_at as "addedAt", ${from}.modified_at as "modifiedAt", v.added_at::text as "addedAtExact"`
  }
}

function satisfying(scope: LibraryScope, condition: Condition | undefined): RawBuilder<unknown> {
  return sql`from indicator_view v join indicator i on i.id = v.indicator_id
    where v.organization_id = ${scope.organizationId} and ${asserted(scope, condition)}`
}

/** That an assertion in the scope satisfies the condition, for `v` and `i`. */
function asserted(scope: LibraryScope, condition: Condition | undefined): Condition {
  if (condition === undefined && scope.ownerIds === undefined) return sql`true`
  return sql`exists (select 1 from assertion a where a.indicator_id = v.indicator_id and ${inScope(sql`a.owner_id`, scope)}
    ${condition === undefined ? sql`` : sql`and ${condition}`})`
}
