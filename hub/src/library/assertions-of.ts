import { type RawBuilder, sql } from 'kysely'

/**
 * The assertions on one indicator, as `a`, beside it, as `i`: what the condition of a query is asked of. Both are looked up by their
 * keys (`offset` keeps it so), whatever the condition says: of a query that names thousands of values PostgreSQL thinks that their
 * look-up costs more than the whole library, and would read that for each indicator anew.
 * @param indicatorId a column of a row outside
 */
export function assertionsOf(indicatorId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select * from assertion where indicator_id = ${indicatorId} offset 0) a
    cross join (select * from indicator where id = ${indicatorId} offset 0) i`
}
