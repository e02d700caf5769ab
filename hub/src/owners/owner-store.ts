import type { ChangeOwner, Owner } from '@postern/protocol'
import type { Selectable } from 'kysely'
import type { Db } from '../database/database.ts'
import type { OwnerTable } from '../database/tables.ts'

export class OwnerStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** @param readable ids that the reader is held to, if it is */
  async page(
    organizationId: string,
    readable: readonly string[] | undefined,
    after: string | undefined,
    limit: number,
  ): Promise<Owner[]> {
    let query = this.#db
      .selectFrom('owner')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('id')
      .limit(limit)
    if (readable !== undefined) query = query.where('id', 'in', readable.length === 0 ? ['0'] : [...readable])
    if (after !== undefined) query = query.where('id', '>', after)
    return (await query.execute()).map(toApi)
  }

  /** By a TAXII collection of the owner that it is granted to write to (D27). */
  async mayReaderWrite(readerId: string, ownerId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('reader_taxii_collection as g')
      .innerJoin('taxii_collection as c', 'c.id', 'g.taxii_collection_id')
      .select('c.id')
      .where('g.reader_id', '=', readerId)
      .where('g.can_write', '=', true)
      .where('c.can_write', '=', true)
      .where('c.owner_id', '=', ownerId)
      .executeTakeFirst()
    return row !== undefined
  }

  async findByName(organizationId: string, name: string): Promise<Owner | undefined> {
    const row = await this.#db
      .selectFrom('owner')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('name', '=', name)
      .executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  /** Undefined where the name is taken. */
  async create(
    organizationId: string,
    { name, kind, statusDefault }: Pick<Owner, 'name' | 'kind' | 'statusDefault'>,
  ): Promise<Owner | undefined> {
    const row = await this.#db
      .insertInto('owner')
      .values({ organization_id: organizationId, name, kind, status_default: statusDefault })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  /** What is not named stays. Undefined where the organization has no such owner. */
  async change(
    organizationId: string,
    ownerId: string,
    { kind, statusDefault }: ChangeOwner,
  ): Promise<Owner | undefined> {
    const row = await this.#db
      .updateTable('owner')
      .set((eb) => ({
        kind: kind ?? eb.ref('kind'),
        status_default: statusDefault ?? eb.ref('status_default'),
      }))
      .where('organization_id', '=', organizationId)
      .where('id', '=', ownerId)
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }
}

function toApi(row: Selectable<OwnerTable>): Owner {
  // The table's checks hold kind and status to these.
  return {
    id: row.id,
    name: row.name,
    kind: row.kind as Owner['kind'],
    statusDefault: row.status_default as Owner['statusDefault'],
    removalStartedAt: row.removal_started_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  }
}
