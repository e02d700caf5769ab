import type { Owner } from '@postern/protocol'
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
  async create(organizationId: string, name: string, kind: Owner['kind']): Promise<Owner | undefined> {
    const row = await this.#db
      .insertInto('owner')
      .values({ organization_id: organizationId, name, kind })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }
}

function toApi(row: Selectable<OwnerTable>): Owner {
  // The table's check holds kind to these three.
  return {
    id: row.id,
    name: row.name,
    kind: row.kind as Owner['kind'],
    statusDefault: row.status_default,
    removalStartedAt: row.removal_started_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  }
}
