import type { Collection } from '@postern/protocol'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { Db } from '../database/database.ts'
import type { CollectionTable } from '../database/tables.ts'

export type CollectionRow = Selectable<CollectionTable>

/** Whose collections a reader sees: those of its organization, or of these only those that its job names (D22). */
export type CollectionScope = { organizationId: string; ids: readonly string[] | undefined }

/** Rows of data collections; members stand in refresh-members.ts. */
export class CollectionStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** Undefined where the name is taken. */
  async create(
    organizationId: string,
    wanted: { name: string; tql: string; freshnessSeconds: number },
  ): Promise<CollectionRow | undefined> {
    return this.#db
      .insertInto('collection')
      .values({
        organization_id: organizationId,
        name: wanted.name,
        tql: wanted.tql,
        freshness_seconds: wanted.freshnessSeconds,
      })
      .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
      .returningAll()
      .executeTakeFirst()
  }

  async find(scope: CollectionScope, collectionId: string): Promise<CollectionRow | undefined> {
    if (!isId(collectionId)) return undefined
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
    query = query.where((e) => (isId(name) ? e.or([e('name', '=', name), e('id', '=', name)]) : e('name', '=', name)))
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
      where (refreshed_at is null or refreshed_at + make_interval(secs => freshness_seconds) <= ${now})
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

  #visible({ organizationId, ids }: CollectionScope) {
    const query = this.#db.selectFrom('collection').selectAll().where('organization_id', '=', organizationId)
    return ids === undefined ? query : query.where('id', '=', sql<string>`any(${[...ids]}::bigint[])`)
  }
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

function isId(text: string): boolean {
  return /^[1-9]\d{0,17}$/.test(text)
}
