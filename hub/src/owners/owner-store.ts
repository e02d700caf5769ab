import type { ChangeOwner, Owner } from '@postern/protocol'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import type { OwnerTable } from '../database/tables.ts'
import { withinTime } from '../database/within-time.ts'

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
      .where('removed_at', 'is', null)
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

  async find(organizationId: string, ownerId: string): Promise<Owner | undefined> {
    const row = await this.#ofOne(organizationId, ownerId).executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  /** With its row for the transaction. */
  async lock(organizationId: string, ownerId: string): Promise<Owner | undefined> {
    const row = await this.#ofOne(organizationId, ownerId).forNoKeyUpdate().executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  #ofOne(organizationId: string, ownerId: string) {
    return this.#db
      .selectFrom('owner')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('id', '=', ownerId)
      .where('removed_at', 'is', null)
  }

  /** What it has in the library. Counting what takes longer than `msMax` is left to PostgreSQL's statistics. */
  async counts(
    ownerId: string,
    msMax: number,
  ): Promise<{ indicatorCount: number; groupCount: number; lastBatchAt: string | null }> {
    const { rows } = await sql<{ groupCount: number; lastBatchAt: Date | null }>`
      select (select count(*)::int from library_group where owner_id = ${ownerId}) as "groupCount",
        (select max(completed_at) from batch where owner_id = ${ownerId}) as "lastBatchAt"`.execute(this.#db)
    return {
      indicatorCount: (await this.#indicatorCount(ownerId, msMax)) ?? (await this.#indicatorEstimate(ownerId)),
      groupCount: rows[0]?.groupCount ?? 0,
      lastBatchAt: rows[0]?.lastBatchAt?.toISOString() ?? null,
    }
  }

  /** Undefined where the time ran out. */
  async #indicatorCount(ownerId: string, msMax: number): Promise<number | undefined> {
    return await withinTime(this.#db, msMax, async (trx) => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from assertion where owner_id = ${ownerId}`.execute(trx)
      return rows[0]?.count
    })
  }

  async #indicatorEstimate(ownerId: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select (c.reltuples * m.share)::int as count from pg_class c, pg_stats s,
        unnest(s.most_common_vals::text::bigint[], s.most_common_freqs) m (owner_id, share)
      where c.oid = 'assertion'::regclass and s.tablename = 'assertion' and s.attname = 'owner_id' and m.owner_id = ${ownerId}`.execute(
      this.#db,
    )
    return rows[0]?.count ?? 0
  }

  async startRemoval(ownerId: string, now: Date): Promise<Owner | undefined> {
    const row = await this.#db
      .updateTable('owner')
      .set({ removal_started_at: now })
      .where('id', '=', ownerId)
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  /**
   * Deletes the row, unless something names it still, as its batches and tombstones do: then it keeps its number, and its name is
   * free again. In a transaction. @returns whether it is gone
   */
  async finishRemoval(ownerId: string, now: Date): Promise<boolean> {
    await sql`savepoint before_delete`.execute(this.#db)
    try {
      await this.#db.deleteFrom('owner').where('id', '=', ownerId).execute()
      return true
    } catch (error) {
      if (!failedBy(error, 'foreignKeyViolation')) throw error
      await sql`rollback to savepoint before_delete`.execute(this.#db)
    }
    await sql`
      update owner set removed_at = ${now}, name = left(name, 70) || ' (removed ' || id || ')' where id = ${ownerId}`.execute(
      this.#db,
    )
    return false
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

  /** An owner whose name differs in case alone. Whoever else makes an owner waits for the end of this transaction. */
  async lockedTwin(organizationId: string, name: string): Promise<string | undefined> {
    await sql`select id from organization where id = ${organizationId} for no key update`.execute(this.#db)
    const { rows } = await sql<{ name: string }>`
      select name from owner
      where organization_id = ${organizationId} and lower(name) = lower(${name}) and name <> ${name}
      order by id limit 1`.execute(this.#db)
    return rows[0]?.name
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
      .where('removal_started_at', 'is', null)
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
