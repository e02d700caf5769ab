import type { DeprecationPreview } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import { CollectionStore, type CollectionRow, type CollectionScope } from '../collections/collection-store.ts'
import { wantedMembers } from '../collections/refresh-members.ts'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { compileSearchOf, type SearchCondition } from '../library/search-condition.ts'
import type { ChangedAssertion } from './rule-effects.ts'
import { rulePreviewLimits as limits } from './rule-preview-limits.ts'

/** What of an assertion follows from its lifecycle. */
const settledColumns: ReadonlySet<string> = new Set(['rating', 'confidence', 'status', 'active', 'expires'])

type Change = { id: string; name: string; enter: number; leave: number }

/** Which data collections of the reader would take or lose values if assertions were changed, by the query of each. */
export class CollectionComparison {
  readonly #scope: CollectionScope
  readonly #now: Date
  readonly #changes: Change[] = []
  #left = 0

  constructor(scope: CollectionScope, now: Date) {
    this.#scope = scope
    this.#now = now
  }

  /** In a transaction, which ends where a statement takes too long; what was compared by then is told all the same. */
  async run(trx: Db, changed: readonly ChangedAssertion[]): Promise<void> {
    if (changed.length === 0) return
    const end = performance.now() + limits.collectionsMsMax
    const collections = await new CollectionStore(trx).page(
      this.#scope,
      undefined,
      undefined,
      limits.collectionsMax + 1,
    )
    // One beyond those that are compared stands for all.
    this.#left = collections.length
    await writeChanged(trx, changed)
    const columns = await columnsAsChanged(trx)
    for (const collection of collections.slice(0, limits.collectionsMax)) {
      const ms = Math.floor(end - performance.now())
      if (ms <= 0) return
      await sql`select set_config('statement_timeout', ${String(ms)}, true)`.execute(trx)
      const condition = await this.#conditionOf(trx, collection)
      if (condition === undefined) continue
      const change = await this.#compare(trx, collection, condition, columns)
      this.#left -= 1
      if (change.enter + change.leave > 0) this.#changes.push({ id: collection.id, name: collection.name, ...change })
    }
  }

  /** @param estimated of all, what was counted */
  told(estimated: (count: number) => number): Pick<DeprecationPreview, 'collections' | 'collectionsNotCompared'> {
    const collections = this.#changes
      .map(({ enter, leave, ...named }) => ({ ...named, enter: estimated(enter), leave: estimated(leave) }))
      .toSorted((one, other) => other.enter + other.leave - one.enter - one.leave)
    return { collections, collectionsNotCompared: this.#left }
  }

  /** @returns undefined for a query that this release does not take any more: its collection is left as not compared */
  async #conditionOf(
    trx: Db,
    { organization_id: organizationId, tql }: CollectionRow,
  ): Promise<SearchCondition | undefined> {
    try {
      return await compileSearchOf(trx, { organizationId, ownerIds: undefined }, tql, this.#now)
    } catch (error) {
      if (error instanceof Problem && error.code === 'invalid') return undefined
      throw error
    }
  }

  /**
   * The query as it is, and with what would be in force in the place of the table: whatever it asks of `assertion`, at any depth, it asks
   * of that. Of indicators whose own assertions change; others, which the query finds by way of these, are not looked for.
   */
  async #compare(
    trx: Db,
    { organization_id: organizationId }: CollectionRow,
    condition: SearchCondition,
    columns: RawBuilder<unknown>,
  ): Promise<{ enter: number; leave: number }> {
    const wanted = wantedMembers(
      organizationId,
      sql`a.indicator_id in (select indicator_id from changed_assertion) and ${condition.sql}`,
    )
    const { rows } = await sql<{ enter: number; leave: number }>`
      select count(*) filter (where was.indicator_id is null)::int as enter,
        count(*) filter (where would.indicator_id is null)::int as leave
      from (${wanted}) was full join (
        with assertion as not materialized (
          select ${columns} from assertion a left join changed_assertion n on n.indicator_id = a.indicator_id and n.owner_id = a.owner_id
          where n.is_over is not true
        ) ${wanted}
      ) would on would.indicator_id = was.indicator_id`.execute(trx)
    return rows[0] ?? { enter: 0, leave: 0 }
  }
}

async function writeChanged(trx: Db, changed: readonly ChangedAssertion[]): Promise<void> {
  await sql`
    create temporary table changed_assertion (indicator_id uuid, owner_id bigint, rating real, confidence smallint, status text,
      active boolean, expires timestamptz, is_over boolean) on commit drop`.execute(trx)
  await sql`
    insert into changed_assertion select * from unnest(
      ${changed.map(({ indicatorId }) => indicatorId)}::uuid[], ${changed.map(({ ownerId }) => ownerId)}::bigint[],
      ${changed.map(({ inForce }) => inForce.rating)}::real[], ${changed.map(({ inForce }) => inForce.confidence)}::smallint[],
      ${changed.map(({ inForce }) => inForce.status)}::text[], ${changed.map(({ inForce }) => inForce.active)}::boolean[],
      ${changed.map(({ inForce: { expiresAt } }) => (expiresAt === null ? null : new Date(expiresAt).toISOString()))}::timestamptz[],
      ${changed.map(({ isOver }) => isOver)}::boolean[])`.execute(trx)
  await sql`analyze changed_assertion`.execute(trx)
}

/** All columns of `assertion a`, those that a lifecycle settles from `changed_assertion n` where it has the row. */
async function columnsAsChanged(trx: Db): Promise<RawBuilder<unknown>> {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute where attrelid = 'assertion'::regclass and attnum > 0 and not attisdropped`.execute(
    trx,
  )
  return sql.join(
    rows.map(({ name }) => {
      const stored = sql.ref(`a.${name}`)
      if (!settledColumns.has(name)) return stored
      return sql`case when n.indicator_id is null then ${stored} else ${sql.ref(`n.${name}`)} end as ${sql.ref(name)}`
    }),
  )
}
