import { indicatorId, parseIndicatorType } from '@postern/intel'
import type { LeftOutValue } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { whatKeepsBack } from '../exclusions/never-exported.ts'
import { listLimits } from './list-limits.ts'

type Reason = LeftOutValue['reason']

/** What a text lacks while it is written: all are counted, and the first of each reason are named. */
export class LeftOutValues {
  readonly counts: Record<string, number> = {}
  readonly #trx: Db
  readonly #textId: string
  #number = 0
  #ids: string[] = []
  #reasons: Reason[] = []

  constructor(trx: Db, textId: string) {
    this.#trx = trx
    this.#textId = textId
  }

  add(reason: Reason, { type: name, value }: { type: string; value: string }): void {
    const before = this.counts[reason] ?? 0
    this.counts[reason] = before + 1
    const type = parseIndicatorType(name)
    if (before >= listLimits.leftOutNamedMax || type === undefined) return
    this.#ids.push(indicatorId(type, value))
    this.#reasons.push(reason)
  }

  /** Puts into the database what was named since the last time. */
  async write(): Promise<void> {
    if (this.#ids.length === 0) return
    await sql`
      insert into list_left_out (text_id, number, indicator_id, reason)
      select ${this.#textId}::bigint, ${this.#number}::int + place, id, reason
      from unnest(${this.#ids}::uuid[], ${this.#reasons}::text[]) with ordinality named (id, reason, place)`.execute(
      this.#trx,
    )
    this.#number += this.#ids.length
    this.#ids = []
    this.#reasons = []
  }
}

/** A text that says the same as the one that is served gives it what it says of values that it lacks. */
export async function moveLeftOut(trx: Db, fromTextId: string, toTextId: string): Promise<void> {
  await sql`delete from list_left_out where text_id = ${toTextId}`.execute(trx)
  await sql`update list_left_out set text_id = ${toTextId} where text_id = ${fromTextId}`.execute(trx)
}

/** Those that a text lacks, in its order, with what keeps them back now. */
export async function leftOutOfText(
  db: Db,
  { organizationId, textId }: { organizationId: string; textId: string },
  after: number,
  rowsMax: number,
): Promise<(LeftOutValue & { number: number })[]> {
  const { rows } = await sql<LeftOutValue & { number: number }>`
    select named.number, i.id as "indicatorId", i.type, i.value, named.reason,
      case when named.reason = 'excluded' then ${whatKeepsBack(organizationId)} end as detail
    from list_left_out named join indicator i on i.id = named.indicator_id
    where named.text_id = ${textId} and named.number > ${after} order by named.number limit ${rowsMax}`.execute(db)
  return rows
}
