import { ExclusionMatcher, ExclusionsCompiler, type IndicatorType, parseIndicatorType } from '@postern/intel'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Values that are looked at; ids are hashes, so that the first of them are a fair sample of all. */
const sampleMax = 20_000

/** How many of the organization's indicators entries hit: counted where there are few, else estimated by a sample. */
export type BroadHits = { hits: number; of: number; isExact: boolean }

export async function countBroadHits(
  db: Db,
  organizationId: string,
  entries: readonly string[],
  types: readonly IndicatorType[] | null,
): Promise<BroadHits> {
  const compiler = new ExclusionsCompiler()
  const list = { id: '0', name: 'broad', kind: 'protected', matching: 'value', types, mode: 'block' } as const
  compiler.addList({ ...list, atImport: true, atExport: true })
  for (const entry of entries) compiler.addEntry(entry)
  const matcher = new ExclusionMatcher(compiler.finish())
  const { rows } = await sql<{ type: string; value: string }>`
    select i.type, i.value from (
      select indicator_id from indicator_view where organization_id = ${organizationId} order by indicator_id limit ${sampleMax}
    ) v join indicator i on i.id = v.indicator_id`.execute(db)
  const hits = rows.filter(({ type, value }) => {
    const known = parseIndicatorType(type)
    return known !== undefined && matcher.judge(known, value).length > 0
  }).length
  if (rows.length < sampleMax) return { hits, of: rows.length, isExact: true }
  const counted = await sql<{ count: number }>`
    select count(*)::float8 as count from indicator_view where organization_id = ${organizationId}`.execute(db)
  const of = counted.rows[0]?.count ?? rows.length
  return { hits: Math.round((hits / rows.length) * of), of, isExact: false }
}
