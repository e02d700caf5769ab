import type { AttributeRule } from '@postern/intel'
import { attributeLimits, builtInAttributeTypes } from '@postern/intel'
import type { AttributeType, WriteAttributeType } from '@postern/protocol'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { AttributeTypeTable } from '../database/tables.ts'

/** Attribute types of organizations, and the number that goes up with each change of a rule. */
export class AttributeStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** The organization's number; the first look writes the types that are there from the start. */
  async revision(organizationId: string): Promise<string> {
    const { attribute_revision: revision } = await this.#db
      .selectFrom('organization')
      .select('attribute_revision')
      .where('id', '=', organizationId)
      .executeTakeFirstOrThrow()
    if (revision !== '0') return revision
    await sql`
      with begun as (
        update organization set attribute_revision = 1 where id = ${organizationId} and attribute_revision = 0 returning id
      )
      insert into attribute_type (organization_id, name)
      select begun.id, name from begun, unnest(${[...builtInAttributeTypes]}::text[]) name
      on conflict (organization_id, lower(name)) do nothing`.execute(this.#db)
    return this.revision(organizationId)
  }

  /** In the transaction of a change. */
  async raiseRevision(organizationId: string): Promise<void> {
    await sql`update organization set attribute_revision = attribute_revision + 1 where id = ${organizationId}`.execute(
      this.#db,
    )
  }

  /** Those that rule anything out. */
  async rules(organizationId: string): Promise<AttributeRule[]> {
    const rows = await this.#db
      .selectFrom('attribute_type')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where((eb) =>
        eb.or([
          eb('indicator_types', 'is not', null),
          eb('group_types', 'is not', null),
          eb('length_max', '<', attributeLimits.valueLengthMax),
          eb('pattern', 'is not', null),
          eb('choices', 'is not', null),
        ]),
      )
      .execute()
    return rows.map(toApi)
  }

  async page(organizationId: string, after: string | undefined, limit: number): Promise<AttributeType[]> {
    let query = this.#db
      .selectFrom('attribute_type')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('id')
      .limit(limit)
    if (after !== undefined) query = query.where('id', '>', after)
    return (await query.execute()).map(toApi)
  }

  async find(organizationId: string, id: string): Promise<AttributeType | undefined> {
    const row = await this.#one(organizationId, id).executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  /** In the transaction of a change: two of them go one after the other. */
  async findLocked(organizationId: string, id: string): Promise<AttributeType | undefined> {
    const row = await this.#one(organizationId, id).forUpdate().executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  #one(organizationId: string, id: string) {
    return this.#db
      .selectFrom('attribute_type')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
  }

  async count(organizationId: string): Promise<number> {
    const row = await this.#db
      .selectFrom('attribute_type')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('organization_id', '=', organizationId)
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }

  /** Undefined where the name is taken. */
  async create(organizationId: string, wanted: WriteAttributeType): Promise<AttributeType | undefined> {
    const row = await this.#db
      .insertInto('attribute_type')
      .values({ organization_id: organizationId, ...columnsOf(wanted) })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  /** What is not named is ruled no more. Undefined where the organization has no such type. */
  async replace(organizationId: string, id: string, wanted: WriteAttributeType): Promise<AttributeType | undefined> {
    const row = await this.#db
      .updateTable('attribute_type')
      .set(columnsOf(wanted))
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  async delete(organizationId: string, id: string): Promise<AttributeType | undefined> {
    const row = await this.#db
      .deleteFrom('attribute_type')
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    return row === undefined ? undefined : toApi(row)
  }

  /** Names that batches brought, without rules; none beyond `countMax` of the organization. */
  async register(organizationId: string, names: readonly string[], countMax: number): Promise<void> {
    await sql`
      insert into attribute_type (organization_id, name)
      select ${organizationId}, name from (
        select distinct on (lower(name)) name from unnest(${[...names]}::text[]) name order by lower(name), name
      ) sent
      limit greatest(0, ${countMax}::int - (select count(*) from attribute_type where organization_id = ${organizationId}))
      on conflict (organization_id, lower(name)) do nothing`.execute(this.#db)
  }
}

function columnsOf(wanted: WriteAttributeType) {
  return {
    name: wanted.name,
    description: wanted.description ?? null,
    indicator_types: wanted.indicatorTypes ?? null,
    group_types: wanted.groupTypes ?? null,
    length_max: wanted.lengthMax ?? attributeLimits.valueLengthMax,
    pattern: wanted.pattern ?? null,
    choices: wanted.choices ?? null,
  }
}

function toApi(row: Selectable<AttributeTypeTable>): AttributeType {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    indicatorTypes: row.indicator_types,
    groupTypes: row.group_types,
    lengthMax: row.length_max,
    pattern: row.pattern,
    choices: row.choices,
  }
}
