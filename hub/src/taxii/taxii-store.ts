import { sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { runPrepared } from '../database/prepared.ts'

/** A TAXII collection as a reader may use it. */
export type GrantedCollection = {
  id: string
  rootId: string
  title: string
  description: string | null
  alias: string | null
  /** The data collection that is read, or the owner. */
  collectionId: string | null
  ownerId: string | null
  ownerName: string | null
  canRead: boolean
  canWrite: boolean
  /** Whose it is, and up to which TLP it gives out. */
  organizationId: string
  tlpMax: number
  /** Whether the data collection has a version that the numbered objects have not come to. */
  isBehind: boolean
  /** Whether all objects were looked at since it was changed what it serves, or up to which TLP. */
  isChecked: boolean
  bodyBytesMax: number
  /** Whether each of its objects says one value at most and names nothing. */
  onlyValues: boolean
}

export type GrantedRoot = { id: string; name: string; title: string; description: string | null }

/** Of the collection `c`. By the order of the index that finds it: all of an owner's rows would be read to find that there is none. */
const hasNewTexts = sql`(select s.number from stix_object s where s.owner_id = c.owner_id and s.number > c.stix_number
  order by s.number limit 1) is not null`

/** What readers see of API roots and collections: those that they are granted something of, and nothing of others. */
export class TaxiiStore {
  readonly #connection: Pick<DatabaseConnection, 'db' | 'pool'>
  readonly #db: Db

  constructor(connection: Pick<DatabaseConnection, 'db' | 'pool'>) {
    this.#connection = connection
    this.#db = connection.db
  }

  async roots(readerId: string): Promise<GrantedRoot[]> {
    const { rows } = await sql<GrantedRoot>`
      select r.id, r.name, r.title, r.description from taxii_root r
      where exists (
        select from taxii_collection c join reader_taxii_collection g on g.taxii_collection_id = c.id
        where c.root_id = r.id and g.reader_id = ${readerId})
      order by r.id`.execute(this.#db)
    return rows
  }

  async root(readerId: string, name: string): Promise<GrantedRoot | undefined> {
    return (await this.roots(readerId)).find((root) => root.name === name)
  }

  async collections(readerId: string, rootName: string): Promise<GrantedCollection[]> {
    return await this.#granted(readerId, rootName, sql`true`)
  }

  /** @param name an id or an alias (5.2) */
  async collection(readerId: string, rootName: string, name: string): Promise<GrantedCollection | undefined> {
    return (await this.#granted(readerId, rootName, sql`(c.id::text = lower(${name}) or c.alias = ${name})`))[0]
  }

  /** Collections whose objects have not come to what they are made of. */
  async behind(): Promise<{ id: string; collectionId: string | null }[]> {
    const { rows } = await sql<{ id: string; collectionId: string | null }>`
      select c.id, c.collection_id as "collectionId" from taxii_collection c
      left join collection d on d.id = c.collection_id
      where coalesce(d.version > c.object_version, c.pass_after is not null or c.checked_after is not null
        or exists (select from taxii_pending_link p where p.taxii_collection_id = c.id)
        or ${hasNewTexts})
        or exists (select from taxii_pending p where p.taxii_collection_id = c.id)
      order by c.created_at, c.id limit 1000`.execute(this.#db)
    return rows
  }

  async #granted(readerId: string, rootName: string, condition: ReturnType<typeof sql>): Promise<GrantedCollection[]> {
    const query = sql<GrantedCollection>`
      select c.id, c.root_id as "rootId", c.title, c.description, c.alias, c.collection_id as "collectionId",
        c.owner_id as "ownerId", o.name as "ownerName", c.can_read and g.can_read as "canRead", c.can_write and g.can_write as "canWrite",
        coalesce(d.version > c.object_version, ${hasNewTexts}) as "isBehind",
        case when c.owner_id is null then c.object_version > 0 else c.checked_after is null end as "isChecked", c.body_bytes_max as "bodyBytesMax",
        c.only_values as "onlyValues",
        r.organization_id as "organizationId", c.tlp_max as "tlpMax"
      from reader_taxii_collection g
      join taxii_collection c on c.id = g.taxii_collection_id
      join taxii_root r on r.id = c.root_id
      left join collection d on d.id = c.collection_id
      left join owner o on o.id = c.owner_id
      where g.reader_id = ${readerId} and r.name = ${rootName} and (g.can_read or g.can_write) and ${condition}
      order by c.created_at, c.id`
    return await runPrepared(this.#connection, query)
  }
}
