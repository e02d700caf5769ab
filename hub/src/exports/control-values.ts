import { indicatorId, parseIndicatorType, tlpLevels } from '@postern/intel'
import type { PlanValue } from '@postern/protocol'
import { sql } from 'kysely'
import { inVersion } from '../collections/version-queries.ts'
import { highestTlpOf } from '../controls/controls.ts'
import type { Db } from '../database/database.ts'
import type { StoredReceipt } from './receipt-store.ts'
import { readBlobValues } from './value-blob.ts'

/** One line of a receipt, as far as the state of values goes. */
export type ReceiptLine = { state: 'missing' | 'extra' | 'refused'; type: string; value: string }

const linesAtOnce = 5000

/**
 * Keeps what a control holds, value by value, from a receipt: what is desired, less what the receipt names as missing or refused,
 * plus what it names as extra. Use: `begin`, `add` for every line, `end`, in the receipt's transaction.
 */
export class ControlValues {
  readonly #db: Db
  #pending: ReceiptLine[] = []

  constructor(db: Db) {
    this.#db = db
  }

  async begin(): Promise<void> {
    await sql`create temporary table receipt_line (indicator_id uuid not null, state text not null) on commit drop`.execute(
      this.#db,
    )
  }

  async add(line: ReceiptLine): Promise<void> {
    this.#pending.push(line)
    if (this.#pending.length >= linesAtOnce) await this.#flush()
  }

  async end(receipt: StoredReceipt): Promise<void> {
    await this.#flush()
    await this.#findDesired(receipt)
    await this.#replace(receipt)
  }

  /** A value of no type of ours cannot be explained by the library; the receipt itself still names it. */
  async #flush(): Promise<void> {
    const lines = this.#pending.flatMap(({ state, type, value }) => {
      const known = parseIndicatorType(type)
      return known === undefined ? [] : [{ state, id: indicatorId(known, value) }]
    })
    this.#pending = []
    if (lines.length === 0) return
    await sql`insert into receipt_line (indicator_id, state)
      select * from unnest(${lines.map(({ id }) => id)}::uuid[], ${lines.map(({ state }) => state)}::text[])`.execute(
      this.#db,
    )
  }

  /**
   * The collection's version, less what the control must not get (D21) and the types that it takes nothing of. Where that is not
   * as many as the receipt says (an app may leave out single values for reasons of its own), it is what was known before and is
   * still in the version, with what the plan added and without what it removed.
   */
  async #findDesired(receipt: StoredReceipt): Promise<void> {
    await sql`create temporary table desired_value (indicator_id uuid not null) on commit drop`.execute(this.#db)
    const excluded = await this.#excludedTypes(receipt)
    await sql`
      insert into desired_value
      select m.indicator_id ${membersOf(receipt, await this.#highestTlp(receipt))}
        and not (i.type = any(${excluded}::text[]))`.execute(this.#db)
    const { rows } = await sql<{ count: number }>`select count(*)::float8 as count from desired_value`.execute(this.#db)
    if (rows[0]?.count === receipt.desired) return
    await sql`truncate desired_value`.execute(this.#db)
    await sql`
      insert into desired_value
      select indicator_id from control_value
      where control_id = ${receipt.controlId} and target = ${receipt.target} and state in ('held', 'pending', 'unverifiable')
        and exists (select 1 from collection_member m where m.collection_id = ${receipt.collectionId}
          and m.indicator_id = control_value.indicator_id and ${inVersion(receipt.collectionVersion)})`.execute(
      this.#db,
    )
    if (receipt.planId !== null) await this.#followPlan(receipt.planId)
  }

  async #followPlan(planId: string): Promise<void> {
    await sql`create temporary table planned_value (indicator_id uuid not null, change text not null) on commit drop`.execute(
      this.#db,
    )
    let changes: { change: PlanValue[0]; id: string }[] = []
    const flush = async () => {
      await sql`insert into planned_value (indicator_id, change)
        select * from unnest(${changes.map(({ id }) => id)}::uuid[], ${changes.map(({ change }) => change)}::text[])`.execute(
        this.#db,
      )
      changes = []
    }
    for await (const [change, type, value] of readBlobValues<PlanValue>(this.#db, { kind: 'plan', id: planId })) {
      const known = parseIndicatorType(type)
      if (known !== undefined) changes.push({ change, id: indicatorId(known, value) })
      if (changes.length >= linesAtOnce) await flush()
    }
    await flush()
    await sql`
      delete from desired_value d using planned_value p where p.indicator_id = d.indicator_id and p.change = 'remove'`.execute(
      this.#db,
    )
    await sql`
      insert into desired_value
      select indicator_id from planned_value where change = 'add' except select indicator_id from desired_value`.execute(
      this.#db,
    )
  }

  /** Types of which as many were not taken as there are; reasons begin with the type: `File: AED takes no hashes`. */
  async #excludedTypes(receipt: StoredReceipt): Promise<string[]> {
    const notTaken = new Map<string, number>()
    for (const [reason, count] of Object.entries(receipt.notTaken)) {
      const type = parseIndicatorType(reason.split(':', 1)[0] ?? '')
      if (type !== undefined) notTaken.set(type, (notTaken.get(type) ?? 0) + count)
    }
    if (notTaken.size === 0) return []
    const { rows } = await sql<{ type: string; count: number }>`
      select i.type, count(*)::float8 as count ${membersOf(receipt, await this.#highestTlp(receipt))}
        and i.type = any(${[...notTaken.keys()]}::text[])
      group by i.type`.execute(this.#db)
    return rows.filter(({ type, count }) => notTaken.get(type) === count).map(({ type }) => type)
  }

  async #highestTlp({ controlId }: StoredReceipt): Promise<number> {
    return tlpLevels.indexOf(await highestTlpOf(this.#db, controlId))
  }

  /**
   * Rows whose state stays keep their date and receipt: `since` says when it began. Two receipts of one control and target follow each
   * other by the control's lock.
   */
  async #replace(receipt: StoredReceipt): Promise<void> {
    const { controlId, target, id, createdAt } = receipt
    await sql`select 1 from control where id = ${controlId} for update`.execute(this.#db)
    const base = receipt.state === 'pending' || receipt.state === 'unverifiable' ? receipt.state : 'held'
    await sql`
      create temporary table new_value on commit drop as
      select indicator_id, coalesce(l.state, ${base}::text) as state
      from desired_value d full join (
        select distinct on (indicator_id) indicator_id, state from receipt_line
        -- A refused value is missing too; that it was refused says more.
        order by indicator_id, array_position(array['refused', 'extra', 'missing'], state)) l using (indicator_id)`.execute(
      this.#db,
    )
    // Whole sets are compared. Where the planner takes a new table for empty, it would go through all of it once a row.
    await sql`set local enable_nestloop = off`.execute(this.#db)
    await sql`analyze new_value`.execute(this.#db)
    await sql`
      delete from control_value c where c.control_id = ${controlId} and c.target = ${target}
        and not exists (select 1 from new_value n where n.indicator_id = c.indicator_id)`.execute(this.#db)
    await sql`
      update control_value c set state = n.state, since = ${createdAt}, receipt_id = ${id}
      from new_value n
      where c.control_id = ${controlId} and c.target = ${target} and c.indicator_id = n.indicator_id
        and c.state <> n.state`.execute(this.#db)
    // No upsert: on conflict, it would lock, that is write, every row that stays as it is.
    await sql`
      insert into control_value (control_id, target, indicator_id, state, since, receipt_id)
      select ${controlId}::bigint, ${target}::text, n.indicator_id, n.state, ${createdAt}::timestamptz, ${id}::bigint
      from new_value n
      where not exists (
        select 1 from control_value c
        where c.control_id = ${controlId} and c.target = ${target} and c.indicator_id = n.indicator_id)`.execute(
      this.#db,
    )
  }
}

/** Members that an export to this control is given: active ones up to its highest TLP that nothing excludes, as the version was made with. */
function membersOf(receipt: StoredReceipt, highestTlp: number) {
  return sql`
    from collection_member m join indicator i on i.id = m.indicator_id
    where m.collection_id = ${receipt.collectionId} and ${inVersion(receipt.collectionVersion)} and m.active and not m.excluded
      and (m.tlp is null or m.tlp <= ${highestTlp})`
}
