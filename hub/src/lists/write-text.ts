import {
  isTooWide,
  type IndicatorType,
  type ListFormatFacts,
  listFormatFacts,
  type ListFormatName,
} from '@postern/intel'
import { type RawBuilder, sql } from 'kysely'
import { isKeptFromExports } from '../exclusions/never-exported.ts'
import { type ValueFilter, type ValueRow, valuesInOrder } from '../collections/version-queries.ts'
import type { Db } from '../database/database.ts'
import type { Selectable } from 'kysely'
import type { FirewallListTable } from '../database/tables.ts'
import { tlpMaxOfNumber } from '../lib/tlp-max.ts'
import { LeftOutValues } from './left-out-values.ts'
import { TextParts, type TextTotals } from './text-parts.ts'

export type FirewallListRow = Selectable<FirewallListTable>
export type WrittenText = TextTotals & { id: string; leftOut: Record<string, number> }

/** Rows fetched at a time. */
const rowsAtOnce = 1_000

/**
 * Writes a version of the list's collection as the list has it, in the caller's transaction, which sees one state of the database.
 * At flat memory: rows come out of a cursor, and parts go into the database as they are full. What must never be exported by now is left
 * out, whatever the version says (S1).
 */
export async function writeText(trx: Db, list: FirewallListRow, version: number, now: Date): Promise<WrittenText> {
  const format: ListFormatFacts = listFormatFacts[list.format as ListFormatName]
  const { rows: made } = await sql<{ id: string }>`
    insert into list_text (list_id, collection_version, value_count, left_out, byte_count, gzip_byte_count, sha256, made_at)
    values (${list.id}, ${version}, 0, '{}', 0, 0, '', ${now}) returning id`.execute(trx)
  const id = made[0]?.id
  if (id === undefined) throw new Error('PostgreSQL gave no number to a text')
  let number = 0
  const parts = new TextParts(format, async ({ body, gzip }) => {
    await trx.insertInto('list_text_part').values({ text_id: id, number, body, gzip }).execute()
    number += 1
  })
  const leftOut = new LeftOutValues(trx, id)
  await writeEntries(trx, list, version, format, parts, leftOut)
  await leftOut.write()
  const totals = await parts.end()
  await sql`
    update list_text set value_count = ${totals.count}, left_out = ${JSON.stringify(leftOut.counts)}, byte_count = ${totals.bytes},
      gzip_byte_count = ${totals.gzipBytes}, sha256 = ${totals.sha256} where id = ${id}`.execute(trx)
  return { ...totals, id, leftOut: leftOut.counts }
}

async function writeEntries(
  trx: Db,
  list: FirewallListRow,
  version: number,
  format: ListFormatFacts,
  parts: TextParts,
  leftOut: LeftOutValues,
): Promise<void> {
  const filter: ValueFilter = {
    excludedNow: isKeptFromExports(list.organization_id, sql`m.indicator_id`),
    // Written by this hub, which checked them.
    types: (list.indicator_types ?? undefined) as IndicatorType[] | undefined,
    tlpMax: tlpMaxOfNumber(list.tlp_max),
  }
  const query = valuesInOrder(list.collection_id, version, filter, orderOf(list.format))
  const prefixesMin = { ipv4: list.ipv4_prefix_min, ipv6: list.ipv6_prefix_min }
  /** The entry that is looked at: values that become it stand together, and one that may not be in the list keeps it out. */
  let entry: string | undefined
  let values: ValueRow[] = []
  let isKeptOut = false
  function end(): void {
    if (entry === undefined) return
    if (!isKeptOut) parts.add(entry)
    else for (const value of values) leftOut.add('excluded', value)
  }
  await sql`declare list_value no scroll cursor for ${query}`.execute(trx)
  for (;;) {
    const { rows } = await sql<ValueRow>`fetch ${sql.lit(rowsAtOnce)} from list_value`.execute(trx)
    if (rows.length === 0) break
    for (const row of rows) {
      const { type, value, leftOut: reason } = row
      if (reason === null && isTooWide(type, value, prefixesMin)) {
        leftOut.add('wide', row)
        continue
      }
      const said = reason === null || reason === 'excluded' ? format.entry(type, value) : undefined
      if (reason !== null || said === undefined) leftOut.add(reason ?? 'format', row)
      if (said === undefined) continue
      if (said !== entry) {
        end()
        entry = said
        values = []
        isKeptOut = false
      }
      if (reason === null) values.push(row)
      else isKeptOut = true
    }
    await parts.pass()
    await leftOut.write()
  }
  end()
  await sql`close list_value`.execute(trx)
}

/** Values that become the same entry have to be neighbours: each is ordered by what it becomes, as far as the format changes it. */
function orderOf(format: string): RawBuilder<unknown> {
  if (format === 'panos-url') {
    return sql`case i.type when 'URL' then regexp_replace(regexp_replace(i.value, '^https?://', ''), '^([^/?]+)([?]|$)', '\\1/\\2')
      else i.value || '/' end collate "C", i.type collate "C"`
  }
  if (format === 'text') return sql`i.value collate "C", i.type collate "C"`
  return sql`i.type collate "C", i.value collate "C"`
}
