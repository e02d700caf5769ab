import { nearestName, tlpLabels, tqlKeywordTables } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { ComparisonOf } from './comparisons-in-query.ts'
import type { LibraryScope } from './library-scope.ts'
import { queryLimits } from './query-limits.ts'
import { labelSpelling } from './tql-condition-makers.ts'
import { isOnlyOrganization } from './tql-suggestions.ts'
import { hintsOnUnknown } from './unknown-names.ts'
import { wholeNames } from './whole-names.ts'

/**
 * Security labels that there are not. Their register is the hub's: where other organizations share it, only slips of TLP's names are
 * told, which say nothing about what others have.
 */
export async function hintsOnLabels(
  db: Db,
  scope: LibraryScope,
  comparisons: readonly ComparisonOf[],
): Promise<QueryHint[]> {
  const named = comparisons
    .filter(({ comparison, object }) => tqlKeywordTables[object][comparison.keyword]?.names === 'securityLabel')
    .flatMap(({ comparison }) => wholeNames(comparison))
    .filter(({ text }) => !tlpLabels.includes(labelSpelling(text)))
  return hintsOnUnknown({
    noun: 'security label',
    named,
    unknownAmong: (names) => unknownLabels(db, scope, names),
    async nearest() {
      const known = [...tlpLabels, ...(await labelNames(db, scope))]
      return (text) => nearestName(text, known)
    },
  })
}

async function unknownLabels(db: Db, scope: LibraryScope, names: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select n.name from unnest(${[...names]}::text[]) n (name)
    where (${isOnlyOrganization(scope)} or n.name ~* '^tlp') and not exists (select from security_label l where l.name = n.name)`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}

async function labelNames(db: Db, scope: LibraryScope): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from security_label where ${isOnlyOrganization(scope)} order by name limit ${queryLimits.labelsComparedMax}`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}
