import { nearestName } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { storable } from '../database/storable.ts'
import type { ComparisonOf } from './comparisons-in-query.ts'
import { inScope, type LibraryScope } from './library-scope.ts'
import { ownersAmong } from './owners-in-query.ts'
import { queryLimits } from './query-limits.ts'
import { shortened } from './whole-names.ts'

/** Owners that there are not, or that may not be read. */
export async function hintsOnOwners(
  db: Db,
  scope: LibraryScope,
  comparisons: readonly ComparisonOf[],
): Promise<QueryHint[]> {
  const named = ownersAmong(comparisons)
  const unknown = new Set(await unknownOwners(db, scope, [...new Set(named.map(({ text }) => storable(text)))]))
  const mistaken = named.filter(({ text }) => unknown.has(storable(text))).slice(0, queryLimits.hintsMax)
  if (mistaken.length === 0) return []
  const known = await ownerNames(db, scope)
  const whose = scope.ownerIds === undefined ? '' : ' that may be read here'
  return mistaken.map(({ text, position }) => {
    const meant = nearestName(text, known)
    const guess = meant === undefined ? '' : ` Did you mean ${meant}?`
    return { message: `There is no owner “${shortened(text)}”${whose}.${guess}`, position }
  })
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
