import { nearestName } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { ComparisonOf } from './comparisons-in-query.ts'
import { inScope, type LibraryScope } from './library-scope.ts'
import { ownersAmong } from './owners-in-query.ts'
import { queryLimits } from './query-limits.ts'
import { hintsOnUnknown } from './unknown-names.ts'

/** Owners that there are not, or that may not be read. */
export async function hintsOnOwners(
  db: Db,
  scope: LibraryScope,
  comparisons: readonly ComparisonOf[],
): Promise<QueryHint[]> {
  return hintsOnUnknown({
    noun: 'owner',
    where: scope.ownerIds === undefined ? '' : ' that may be read here',
    named: ownersAmong(comparisons),
    unknownAmong: (names) => unknownOwners(db, scope, names),
    async nearest() {
      const known = await ownerNames(db, scope)
      return (text) => nearestName(text, known)
    },
  })
}

async function unknownOwners(db: Db, scope: LibraryScope, names: readonly string[]): Promise<string[]> {
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
