import { nearestName, parseTql, tqlKeywordTables, type TqlExpression, type TqlObject } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { inScope, type LibraryScope } from './library-scope.ts'
import { queryLimits } from './query-limits.ts'
import { searchable } from './tql-comparison.ts'
import { shortened, wholeNames } from './whole-names.ts'

/**
 * What a query that is right says by mistake, probably. An owner that there is not compares with nothing, which is no error: it may be one
 * that was removed, or is yet to come.
 * @param tql one that was compiled without a mistake; undefined and '' ask for everything
 */
export async function hintsOnQuery(
  db: Db,
  scope: LibraryScope,
  tql: string | undefined,
  object: 'indicator' | 'group',
): Promise<QueryHint[]> {
  // Spares most queries, of which some are long, the second reading.
  if (tql === undefined || !/ownername/i.test(tql)) return []
  const parsed = parseTql(tql, object)
  if (!parsed.ok) return []
  const named = ownersNamedIn(parsed.query, object)
  const unknown = new Set(await unknownOwners(db, scope, [...new Set(named.map(({ text }) => searchable(text)))]))
  const mistaken = named.filter(({ text }) => unknown.has(searchable(text))).slice(0, queryLimits.hintsMax)
  if (mistaken.length === 0) return []
  const known = await ownerNames(db, scope)
  const whose = scope.ownerIds === undefined ? '' : ' that may be read here'
  return mistaken.map(({ text, position }) => {
    const meant = nearestName(text, known)
    const guess = meant === undefined ? '' : ` Did you mean ${meant}?`
    return { message: `There is no owner “${shortened(text)}”${whose}.${guess}`, position }
  })
}

function ownersNamedIn(query: TqlExpression, object: TqlObject): { text: string; position: number }[] {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.operands.flatMap((operand) => ownersNamedIn(operand, object))
    case 'not':
      return ownersNamedIn(query.operand, object)
    case 'has':
      return ownersNamedIn(query.query, query.object)
    case 'comparison':
      return tqlKeywordTables[object][query.keyword]?.names === 'owner' ? wholeNames(query) : []
  }
}

async function unknownOwners(db: Db, scope: LibraryScope, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return []
  const { rows } = await sql<{ name: string }>`
    select n.name from unnest(${[...names]}::text[]) n (name)
    where not exists (select from owner o where o.name = n.name and ${inScope(sql`o.id`, scope)})`.execute(db)
  return rows.map(({ name }) => name)
}

async function ownerNames(db: Db, scope: LibraryScope): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select o.name from owner o where ${inScope(sql`o.id`, scope)} order by o.name limit ${queryLimits.ownersComparedMax}`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}
