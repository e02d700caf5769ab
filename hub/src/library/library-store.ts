import type { IndicatorTotal, LeftOut, LeftOutValue } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { isKeptFromExports, whatKeepsBack } from '../exclusions/never-exported.ts'
import { inScope, type LibraryScope } from './library-scope.ts'
import {
  type IndicatorRow,
  indicatorColumns,
  pageOfIndicators,
  type PageStart,
  satisfying,
  seenBy,
} from './search-queries.ts'
import type { SearchCondition } from './search-condition.ts'
import { withinTime } from '../database/within-time.ts'

export type GroupRow = {
  id: string
  type: string
  name: string
  ownerName: string
  xid: string
  eventDate: Date | null
}

export type TypeCounts = { types: Record<string, number>; leftOut: LeftOut }

/** Reads of the library. Every one takes the scope of its reader. */
export class LibraryStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** A page of indicators, newest first; the order never changes, so that pages neither repeat nor skip. */
  async page(
    scope: LibraryScope,
    condition: SearchCondition | undefined,
    start: PageStart | undefined,
    limit: number,
  ): Promise<IndicatorRow[]> {
    const { rows } = await pageOfIndicators(scope, condition, start, limit).execute(this.#db)
    return rows
  }

  /**
   * How many of each type satisfy the condition, and how many of them no reader is given, by why; `max` of all counted at most.
   * @returns undefined where the time ran out
   */
  async countTypes(
    scope: LibraryScope,
    condition: SearchCondition | undefined,
    max: number,
    msMax: number,
  ): Promise<TypeCounts | undefined> {
    return withinTime(this.#db, msMax, async (trx) => {
      const { rows } = await sql<{ type: string; leftOut: string | null; count: number }>`
        select v.type, ${whyLeftOut(scope)} as "leftOut", count(*)::int as count
        from (select i.type, v.indicator_id, v.active ${satisfying(scope, condition)} limit ${max}) v
        group by 1, 2 order by 1`.execute(trx)
      const types: Record<string, number> = {}
      for (const { type, count } of rows) types[type] = (types[type] ?? 0) + count
      return { types, leftOut: leftOutByReason(rows) }
    })
  }

  /**
   * Those that `countTypes` counts as left out, in the order of their ids.
   * @returns undefined where the time ran out
   */
  async leftOut(
    scope: LibraryScope,
    condition: SearchCondition,
    { max, msMax }: { max: number; msMax: number },
    after: string | undefined,
    limit: number,
  ): Promise<LeftOutValue[] | undefined> {
    return withinTime(this.#db, msMax, async (trx) => {
      const { rows } = await sql<LeftOutValue>`
        select i.id as "indicatorId", i.type, i.value, found.reason,
          case when found.reason = 'excluded' then ${whatKeepsBack(scope.organizationId)} end as detail
        from (
          select indicator_id, reason from (
            select v.indicator_id, ${whyLeftOut(scope)} as reason
            from (select v.indicator_id, v.active ${satisfying(scope, condition)} limit ${max}) v
          ) judged
          where reason is not null ${after === undefined ? sql`` : sql`and indicator_id > ${after}::uuid`}
          order by indicator_id limit ${limit}
        ) found join indicator i on i.id = found.indicator_id order by found.indicator_id`.execute(trx)
      return rows
    })
  }

  /** How many of these no reader is given, by why. */
  async leftOutAmong(scope: LibraryScope, indicatorIds: readonly string[]): Promise<LeftOut> {
    const { rows } = await sql<{ leftOut: string | null; count: number }>`
      select ${whyLeftOut(scope)} as "leftOut", count(*)::int as count from indicator_view v
      where v.organization_id = ${scope.organizationId} and v.indicator_id = any(${[...indicatorIds]}::uuid[])
      group by 1`.execute(this.#db)
    return leftOutByReason(rows)
  }

  /**
   * How many indicators satisfy the condition: counted up to `max` and for so long at most, estimated beyond.
   * @returns undefined where not even that can be done in time
   */
  async count(
    scope: LibraryScope,
    condition: SearchCondition | undefined,
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
    return this.estimate(scope, condition, counted === undefined ? 0 : max, msMax)
  }

  /**
   * What PostgreSQL expects of the query, from its statistics; where that is less than there are, only that there are more is known.
   * @param counted there are more than these, where it is not 0 @returns undefined where the time ran out
   */
  async estimate(
    scope: LibraryScope,
    condition: SearchCondition | undefined,
    counted: number,
    msMax: number,
  ): Promise<IndicatorTotal | undefined> {
    return withinTime(this.#db, msMax, async (trx) => {
      const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
        explain (format json) select 1 ${satisfying(scope, condition)}`.execute(trx)
      const expected = Math.round(rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0)
      return counted > 0 && expected <= counted ? moreThan(counted) : { count: expected, isExact: false }
    })
  }

  async find(scope: LibraryScope, indicatorId: string): Promise<IndicatorRow | undefined> {
    const { rows } = await sql<IndicatorRow>`
      select ${indicatorColumns(scope)}
      from indicator_view v join indicator i on i.id = v.indicator_id ${seenBy(scope)}
      where v.organization_id = ${scope.organizationId} and v.indicator_id = ${indicatorId}::uuid
        and exists (select 1 from assertion a where a.indicator_id = v.indicator_id and ${inScope(sql`a.owner_id`, scope)})`.execute(
      this.#db,
    )
    return rows[0]
  }

  /** The first by name. @returns how many more there are, too */
  async groups(
    scope: LibraryScope,
    indicatorId: string,
    limit: number,
  ): Promise<{ groups: GroupRow[]; groupsMore: number }> {
    const { rows } = await sql<GroupRow & { count: number }>`
      select g.id, g.type, g.name, w.name as "ownerName", g.xid, g.event_date as "eventDate", (count(*) over ())::float8 as count
      from indicator_group l join library_group g on g.id = l.group_id join owner w on w.id = g.owner_id
      where l.indicator_id = ${indicatorId}::uuid and ${inScope(sql`g.owner_id`, scope)}
      order by g.name, g.id limit ${limit}`.execute(this.#db)
    return { groups: rows.map(({ count: _count, ...group }) => group), groupsMore: (rows[0]?.count ?? 0) - rows.length }
  }
}

/** Why no reader is given `v` now, as members of a data collection are left out of its values; null where readers are. */
function whyLeftOut({ organizationId }: LibraryScope): RawBuilder<string | null> {
  return sql`case when ${isKeptFromExports(organizationId, sql`v.indicator_id`)} then 'excluded' when not v.active then 'inactive' end`
}

function leftOutByReason(rows: readonly { leftOut: string | null; count: number }[]): LeftOut {
  const counts: LeftOut = {}
  for (const { leftOut, count } of rows) if (leftOut !== null) counts[leftOut] = (counts[leftOut] ?? 0) + count
  return counts
}

/** There are more, and how many is not known. */
export function moreThan(count: number): IndicatorTotal {
  return { count, isExact: false, isLowerBound: true }
}
