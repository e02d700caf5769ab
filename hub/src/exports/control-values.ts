import { indicatorId, parseIndicatorType } from '@postern/intel'
import type { ReceiptValue } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { findDesired, linesAtOnce } from './desired-values.ts'
import type { StoredReceipt } from './receipt-store.ts'

/** Of a longer reason the beginning is kept. */
const reasonCharactersMax = 500

/**
 * Keeps what a control holds, value by value, from a receipt: what is desired, less what the receipt names as missing or refused,
 * plus what it names as extra; and beside that, what the app left out and why. Use: `begin`, `add` for every line, `end`, in the
 * receipt's transaction.
 */
export class ControlValues {
  readonly #db: Db
  #pending: ReceiptValue[] = []

  constructor(db: Db) {
    this.#db = db
  }

  async begin(): Promise<void> {
    await sql`create temporary table receipt_line (indicator_id uuid not null, state text not null, reason text) on commit drop`.execute(
      this.#db,
    )
  }

  async add(line: ReceiptValue): Promise<void> {
    this.#pending.push(line)
    if (this.#pending.length >= linesAtOnce) await this.#flush()
  }

  /** @returns how many of the values that the control should hold are known by name; all of them where it is `desired` */
  async end(receipt: StoredReceipt): Promise<number> {
    await this.#flush()
    const named = await findDesired(this.#db, receipt)
    await this.#replace(receipt)
    return named
  }

  /** A value of no type of ours cannot be explained by the library; the receipt itself still names it. */
  async #flush(): Promise<void> {
    const lines = this.#pending.flatMap(([state, type, value, reason]) => {
      const known = parseIndicatorType(type)
      if (known === undefined) return []
      // What differs says why by its state; what was left out, by the app's reason alone.
      return [
        {
          state,
          id: indicatorId(known, value),
          reason: state === 'left-out' ? reason.slice(0, reasonCharactersMax) : null,
        },
      ]
    })
    this.#pending = []
    if (lines.length === 0) return
    await sql`insert into receipt_line (indicator_id, state, reason)
      select * from unnest(${lines.map(({ id }) => id)}::uuid[], ${lines.map(({ state }) => state)}::text[],
        ${lines.map(({ reason }) => reason)}::text[])`.execute(this.#db)
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
      select indicator_id, coalesce(l.state, ${base}::text) as state, l.reason
      from desired_value d full join (
        select distinct on (indicator_id) indicator_id, state, reason from receipt_line
        -- A refused value is missing too; that it was refused says more.
        order by indicator_id, array_position(array['refused', 'extra', 'missing', 'left-out'], state)) l using (indicator_id)`.execute(
      this.#db,
    )
    // Whole sets are compared. Where the planner takes a new table for empty, it would go through all of it once a row.
    await sql`set local enable_nestloop = off`.execute(this.#db)
    await sql`analyze new_value`.execute(this.#db)
    await sql`
      delete from control_value c where c.control_id = ${controlId} and c.target = ${target}
        and not exists (select 1 from new_value n where n.indicator_id = c.indicator_id)`.execute(this.#db)
    await sql`
      update control_value c set state = n.state, reason = n.reason, since = ${createdAt}, receipt_id = ${id}
      from new_value n
      where c.control_id = ${controlId} and c.target = ${target} and c.indicator_id = n.indicator_id
        and (c.state <> n.state or c.reason is distinct from n.reason)`.execute(this.#db)
    // No upsert: on conflict, it would lock, that is write, every row that stays as it is.
    await sql`
      insert into control_value (control_id, target, indicator_id, state, reason, since, receipt_id)
      select ${controlId}::bigint, ${target}::text, n.indicator_id, n.state, n.reason, ${createdAt}::timestamptz, ${id}::bigint
      from new_value n
      where not exists (
        select 1 from control_value c
        where c.control_id = ${controlId} and c.target = ${target} and c.indicator_id = n.indicator_id)`.execute(
      this.#db,
    )
  }
}
