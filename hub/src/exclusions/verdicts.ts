import { type RawBuilder, sql } from 'kysely'
import { intoCollectionPending } from '../collections/leave-to-collections.ts'
import type { Db } from '../database/database.ts'

/** What lists say of indicators, on its way into `excluded_indicator`. */
export class Verdicts {
  readonly #ids: string[] = []
  readonly #lists: string[] = []
  readonly #entries: string[] = []
  readonly #blocks: boolean[] = []

  add(indicatorId: string, listId: string, entry: string, blocks: boolean): void {
    this.#ids.push(indicatorId)
    this.#lists.push(listId)
    this.#entries.push(entry)
    this.#blocks.push(blocks)
  }

  /**
   * Puts these in place of the rows in scope, and tells the data collections what changed for them. Rows that stay are not written.
   * In the order of their keys, as batches write theirs. @returns how many indicators changed
   */
  async write(
    trx: Db,
    organizationId: string,
    scope: (column: RawBuilder<unknown>) => RawBuilder<boolean>,
  ): Promise<number> {
    const { rows } = await sql<{ touched: number }>`
      with verdict as materialized (
        select * from unnest(${this.#ids}::uuid[], ${this.#lists}::bigint[], ${this.#entries}::text[], ${this.#blocks}::boolean[])
          v (indicator_id, list_id, entry, blocks_export)
      ), gone as (
        delete from excluded_indicator x
        where x.organization_id = ${organizationId} and ${scope(sql`x.indicator_id`)}
          and (x.indicator_id, x.list_id) not in (select indicator_id, list_id from verdict)
        returning indicator_id
      ), written as (
        insert into excluded_indicator as x (organization_id, indicator_id, list_id, entry, blocks_export)
        select ${organizationId}::bigint, indicator_id, list_id, entry, blocks_export from verdict order by indicator_id, list_id
        on conflict (organization_id, indicator_id, list_id) do update
          set entry = excluded.entry, blocks_export = excluded.blocks_export
          where (x.entry, x.blocks_export) is distinct from (excluded.entry, excluded.blocks_export)
        returning indicator_id
      ), touched as (
        select array_agg(indicator_id) as ids from (select indicator_id from gone union select indicator_id from written) both_kinds
      ), told as (
        ${sql.raw(intoCollectionPending)}
        select ${organizationId}::bigint, ids from touched where ids is not null
      )
      select coalesce(cardinality(ids), 0) as touched from touched`.execute(trx)
    return rows[0]?.touched ?? 0
  }
}
