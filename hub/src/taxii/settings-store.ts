import type { ChangeTaxiiCollection, ChangeTaxiiRoot, TaxiiCollectionSettings, TaxiiRoot } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { isRowId } from '../lib/row-id.ts'
import { leaveAllLinks } from './links.ts'

export type RootRow = Omit<TaxiiRoot, 'url'>
export type CollectionRow = Omit<TaxiiCollectionSettings, 'url' | 'tlpMax'> & { tlpMax: number }

/** API roots and collections as people set them up, within one organization. */
export class TaxiiSettingsStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async roots(organizationId: string, after: string | undefined, limit: number): Promise<RootRow[]> {
    return await this.#db
      .selectFrom('taxii_root')
      .select(['id', 'name', 'title', 'description'])
      .where('organization_id', '=', organizationId)
      .where('id', '>', after ?? '0')
      .orderBy('id')
      .limit(limit)
      .execute()
  }

  /** @param which an id or a name */
  async root(organizationId: string, which: { id: string } | { name: string }): Promise<RootRow | undefined> {
    const query = this.#db
      .selectFrom('taxii_root')
      .select(['id', 'name', 'title', 'description'])
      .where('organization_id', '=', organizationId)
    return await (
      'id' in which ? query.where('id', '=', which.id) : query.where('name', '=', which.name)
    ).executeTakeFirst()
  }

  /** Undefined where the name is taken, by whomever. */
  async insertRoot(
    organizationId: string,
    root: { name: string; title: string; description: string | null },
  ): Promise<RootRow | undefined> {
    return await this.#db
      .insertInto('taxii_root')
      .values({ organization_id: organizationId, ...root })
      .onConflict((conflict) => conflict.doNothing())
      .returning(['id', 'name', 'title', 'description'])
      .executeTakeFirst()
  }

  /** What is undefined stays. */
  async changeRoot(id: string, { title, description }: ChangeTaxiiRoot): Promise<void> {
    await sql`
      update taxii_root set title = coalesce(${title ?? null}, title),
        description = case when ${description === undefined} then description else ${description ?? null} end
      where id = ${id}`.execute(this.#db)
  }

  /** The same of a collection. @returns false where another one of its root has the alias */
  async changeCollection(
    id: string,
    {
      title,
      description,
      alias,
      canWrite,
    }: Pick<ChangeTaxiiCollection, 'title' | 'description' | 'alias' | 'canWrite'>,
  ): Promise<boolean> {
    const { rows } = await sql`
      update taxii_collection t set title = coalesce(${title ?? null}, title),
        description = case when ${description === undefined} then description else ${description ?? null} end,
        alias = case when ${alias === undefined} then alias else ${alias ?? null} end,
        can_write = coalesce(${canWrite ?? null}, can_write)
      where t.id = ${id} and not exists (
        select from taxii_collection other where other.root_id = t.root_id and other.alias = ${alias ?? null} and other.id <> t.id)
      returning t.id`.execute(this.#db)
    return rows.length > 0
  }

  /**
   * Serves something else from now on, or up to another TLP: everything is looked at again, and until it was readers are held to that
   * (what-may-leave.ts). The caller holds the collection's lock. What is undefined stays.
   */
  async serve(
    id: string,
    {
      tlpMax,
      collectionId,
      ownerId,
    }: Record<'collectionId' | 'ownerId', string | undefined> & { tlpMax: number | undefined },
  ): Promise<void> {
    await sql`
      update taxii_collection set tlp_max = coalesce(${tlpMax ?? null}, tlp_max),
        collection_id = coalesce(${collectionId ?? null}, collection_id), owner_id = coalesce(${ownerId ?? null}, owner_id),
        object_version = 0, stix_number = 0, pass_after = '00000000-0000-0000-0000-000000000000',
        checked_after = case when owner_id is not null then 0 end
      where id = ${id}`.execute(this.#db)
    await leaveAllLinks(this.#db, id)
    if (collectionId === undefined && ownerId === undefined) return
    await this.#db
      .deleteFrom('taxii_object')
      .where('taxii_collection_id', '=', id)
      .where('is_last', '=', false)
      .execute()
  }

  /** Puts these grants in the place of all others. @returns ids of those that the organization does not have; nothing is of use then */
  async grant(organizationId: string, id: string, readers: NonNullable<ChangeTaxiiCollection['readers']>) {
    await this.#db.deleteFrom('reader_taxii_collection').where('taxii_collection_id', '=', id).execute()
    const { rows } = await sql<{ id: string }>`
      with granted as (
        insert into reader_taxii_collection (reader_id, taxii_collection_id, can_read, can_write)
        select e.id, ${id}, w.can_read, w.can_write
        from unnest(${readers.map((reader) => (isRowId(reader.id) ? reader.id : null))}::bigint[], ${readers.map(({ canRead }) => canRead)}::boolean[],
            ${readers.map(({ canWrite }) => canWrite)}::boolean[]) as w (id, can_read, can_write)
          join reader e on e.id = w.id and e.organization_id = ${organizationId}
        on conflict do nothing returning reader_id as id
      ) select id from granted`.execute(this.#db)
    const granted = new Set(rows.map((row) => row.id))
    return readers.filter((reader) => !granted.has(reader.id)).map((reader) => reader.id)
  }

  async hasCollections(rootId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('taxii_collection')
      .select('id')
      .where('root_id', '=', rootId)
      .executeTakeFirst()
    return row !== undefined
  }

  async removeRoot(rootId: string): Promise<void> {
    await this.#db.deleteFrom('taxii_root').where('id', '=', rootId).execute()
  }

  async collections(organizationId: string, after: string | undefined, limit: number): Promise<CollectionRow[]> {
    const from =
      after === undefined
        ? sql``
        : sql`and (t.created_at, t.id) > (select created_at, id from taxii_collection where id = ${after})`
    return await this.#collections(sql`r.organization_id = ${organizationId} ${from}`, limit)
  }

  async collection(organizationId: string, id: string): Promise<CollectionRow | undefined> {
    return (await this.#collections(sql`r.organization_id = ${organizationId} and t.id = ${id}`, 1))[0]
  }

  async #collections(condition: RawBuilder<unknown>, limit: number): Promise<CollectionRow[]> {
    const { rows } = await sql<CollectionRow>`
      select t.id, r.name as "rootName", t.title, t.description, t.alias, t.collection_id as "collectionId",
        d.name as "collectionName", t.owner_id as "ownerId", o.name as "ownerName", t.can_read as "canRead", t.can_write as "canWrite", t.tlp_max as "tlpMax",
        t.number_last::int as "objectCount", greatest(t.live_count, 0)::float8 as "liveCount",
        greatest(t.revoked_count, 0)::float8 as "revokedCount",
        coalesce((select json_agg(json_build_object('id', e.id::text, 'name', e.name, 'canRead', g.can_read, 'canWrite', g.can_write) order by e.id)
          from reader_taxii_collection g join reader e on e.id = g.reader_id where g.taxii_collection_id = t.id), '[]') as readers
      from taxii_collection t join taxii_root r on r.id = t.root_id
      left join collection d on d.id = t.collection_id left join owner o on o.id = t.owner_id
      where ${condition} order by t.created_at, t.id limit ${limit}`.execute(this.#db)
    return rows
  }

  /** Undefined where the alias is taken in this root. */
  async insertCollection(collection: {
    id: string
    rootId: string
    title: string
    description: string | null
    alias: string | null
    collectionId: string | null
    ownerId: string | null
    canWrite: boolean
    tlpMax: number
  }): Promise<string | undefined> {
    const row = await this.#db
      .insertInto('taxii_collection')
      .values({
        id: collection.id,
        root_id: collection.rootId,
        title: collection.title,
        description: collection.description,
        alias: collection.alias,
        collection_id: collection.collectionId,
        owner_id: collection.ownerId,
        can_read: true,
        can_write: collection.canWrite,
        tlp_max: collection.tlpMax,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    return row?.id
  }

  /** With its objects, which no reader can ask for from then on. */
  async removeCollection(id: string): Promise<void> {
    await this.#db.deleteFrom('taxii_collection').where('id', '=', id).execute()
    await this.#db.deleteFrom('taxii_object').where('taxii_collection_id', '=', id).execute()
  }

  async dataCollectionId(organizationId: string, name: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('collection')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('name', '=', name)
      .executeTakeFirst()
    return row?.id
  }

  async ownerId(organizationId: string, name: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('owner')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('name', '=', name)
      .executeTakeFirst()
    return row?.id
  }
}
