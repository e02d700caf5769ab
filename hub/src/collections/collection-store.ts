import type { Collection } from '@postern/protocol'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { Db } from '../database/database.ts'
import type { CollectionTable } from '../database/tables.ts'
import { isRowId } from '../lib/row-id.ts'

export type CollectionRow = Selectable<CollectionTable>

/**
 * Whose collections a reader sees: those of its organization, or of these only those that its job names (D22).
 * `maker`: whose own are seen beside the shared ones; undefined where everybody's are.
 */
export type CollectionScope = {
  organizationId: string
  ids: readonly string[] | undefined
  maker: string | undefined
}

/** What people say of a collection. */
export type CollectionWords = {
  name: string
  tql: string
  freshnessSeconds: number
  description: string | null
  isShared: boolean
}

/** Rows of data collections; members stand in refresh-members.ts. */
export class CollectionStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** @param maker kind and number of who makes it @returns undefined where the name is taken */
  async create(
    organizationId: string,
    wanted: CollectionWords,
    maker: { key: string; name: string },
  ): Promise<CollectionRow | undefined> {
    return this.#db
      .insertInto('collection')
      .values({ ...columnsOf(wanted), organization_id: organizationId, made_by: maker.name, maker: maker.key })
      .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
      .returningAll()
      .executeTakeFirst()
  }

  /** A changed query makes a full refresh due. @returns undefined where the name is taken */
  async change(
    row: CollectionRow,
    wanted: CollectionWords,
    changedBy: string,
    now: Date,
  ): Promise<CollectionRow | undefined> {
    return this.#db
      .updateTable('collection')
      .set({
        ...columnsOf(wanted),
        changed_at: now,
        ...(wanted.tql === row.tql
          ? {}
          : { refreshed_at: null, refresh_failed_at: null, query_changed_by: changedBy, query_changed_at: now }),
      })
      .where('id', '=', row.id)
      .where((e) =>
        e.not(
          e.exists(
            e
              .selectFrom('collection as other')
              .select('other.id')
              .where('other.organization_id', '=', row.organization_id)
              .where('other.name', '=', wanted.name)
              .where('other.id', '<>', row.id),
          ),
        ),
      )
      .returningAll()
      .executeTakeFirst()
  }

  /** What keeps a collection from being renamed or taken out: words for each, such as `job Nightly export`; jobs first. */
  async namedBy(collectionId: string): Promise<{ shown: string[]; count: number }> {
    const { rows } = await sql<{ words: string; count: number }>`
      select kind || ' ' || name as words, (count(*) over ())::int as count from (
        select 1 as place, 'job' as kind, j.name from job_collection c join job j on j.id = c.job_id
        where c.collection_id = ${collectionId}
        union all
        select 2, 'firewall list', name from firewall_list where collection_id = ${collectionId}
        union all
        select 3, 'TAXII collection', title from taxii_collection where collection_id = ${collectionId}
      ) named order by place, name limit ${namedByMax}`.execute(this.#db)
    return { shown: rows.map(({ words }) => words), count: rows[0]?.count ?? 0 }
  }

  /** Takes it out with its members and versions. What receipts and plans speak of keeps its row, which nobody finds any more. */
  async remove(collectionId: string, now: Date): Promise<void> {
    for (const table of ['collection_member', 'collection_change', 'collection_version'] as const) {
      await this.#db.deleteFrom(table).where('collection_id', '=', collectionId).execute()
    }
    await sql`
      update collection set removed_at = ${now}, is_shared = true, member_count = 0, version = 0,
        name = left(name, 60) || ' (removed, ' || id || ')'
      where id = ${collectionId}`.execute(this.#db)
    await sql`
      delete from collection where id = ${collectionId}
        and not exists (select 1 from plan where collection_id = ${collectionId})
        and not exists (select 1 from receipt where collection_id = ${collectionId})`.execute(this.#db)
  }

  async find(scope: CollectionScope, collectionId: string): Promise<CollectionRow | undefined> {
    if (!isRowId(collectionId)) return undefined
    return this.#visible(scope).where('id', '=', collectionId).executeTakeFirst()
  }

  /** In the order in which they were made. @param name a name, or an id: export apps are given either */
  async page(
    scope: CollectionScope,
    name: string | undefined,
    after: string | undefined,
    limit: number,
  ): Promise<CollectionRow[]> {
    let query = this.#visible(scope)
    if (after !== undefined) query = query.where('id', '>', after)
    if (name === undefined) return query.orderBy('id').limit(limit).execute()
    query = query.where((e) =>
      isRowId(name) ? e.or([e('name', '=', name), e('id', '=', name)]) : e('name', '=', name),
    )
    // A name goes before an id that looks like it, as it does where jobs are written.
    return query
      .orderBy((e) => e('name', '=', name), 'desc')
      .orderBy('id')
      .limit(limit)
      .execute()
  }

  /** Collections whose last full refresh is older than their freshness target, the oldest first. */
  async due(now: Date, failedBefore: Date, limit: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from collection
      where removed_at is null and (refreshed_at is null or refreshed_at + make_interval(secs => freshness_seconds) <= ${now})
        and (refresh_failed_at is null or refresh_failed_at < ${failedBefore})
      order by refreshed_at nulls first, id limit ${limit}`.execute(this.#db)
    return rows.map(({ id }) => id)
  }

  async markFailed(collectionId: string, at: Date): Promise<void> {
    await this.#db.updateTable('collection').set({ refresh_failed_at: at }).where('id', '=', collectionId).execute()
  }

  async hasVersion(collectionId: string, version: number): Promise<boolean> {
    const row = await this.#db
      .selectFrom('collection_version')
      .select('version')
      .where('collection_id', '=', collectionId)
      .where('version', '=', version)
      .executeTakeFirst()
    return row !== undefined
  }

  #visible({ organizationId, ids, maker }: CollectionScope) {
    let query = this.#db
      .selectFrom('collection')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('removed_at', 'is', null)
    if (maker !== undefined) query = query.where((e) => e.or([e('is_shared', '=', true), e('maker', '=', maker)]))
    return ids === undefined ? query : query.where('id', '=', sql<string>`any(${[...ids]}::bigint[])`)
  }
}

/** Named in one sentence. */
const namedByMax = 10

function columnsOf({ name, tql, freshnessSeconds, description, isShared }: CollectionWords) {
  return { name, tql, freshness_seconds: freshnessSeconds, description, is_shared: isShared }
}

export function toCollection(row: CollectionRow): Collection {
  return {
    id: row.id,
    name: row.name,
    tql: row.tql,
    version: row.version,
    count: Number(row.member_count),
    refreshedAt: row.refreshed_at?.toISOString() ?? null,
    freshnessSeconds: row.freshness_seconds,
    description: row.description,
    madeBy: row.made_by,
    isShared: row.is_shared,
  }
}
