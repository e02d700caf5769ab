import { nearestName, tlpLevels, tqlKeywordTables } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { storable } from '../database/storable.ts'
import type { ComparisonOf } from './comparisons-in-query.ts'
import type { LibraryScope } from './library-scope.ts'
import { queryLimits } from './query-limits.ts'
import { isOnlyOrganization } from './tql-suggestions.ts'
import { labelSpelling } from './tql-condition-makers.ts'
import { shortened, wholeNames } from './whole-names.ts'

const tlpLabels: readonly string[] = tlpLevels.map((level) => `TLP:${level}`)

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
  if (named.length === 0) return []
  const { rows } = await sql<{ isAlone: boolean; unknown: string[] }>`
    select ${isOnlyOrganization(scope)} as "isAlone", array(
      select n.name from unnest(${[...new Set(named.map(({ text }) => storable(text)))]}::text[]) n (name)
      where not exists (select from security_label l where l.name = n.name)) as unknown`.execute(db)
  const { isAlone = false, unknown = [] } = rows[0] ?? {}
  const mistaken = named
    .filter(({ text }) => unknown.includes(storable(text)) && (isAlone || /^tlp/i.test(text)))
    .slice(0, queryLimits.hintsMax)
  if (mistaken.length === 0) return []
  const known = isAlone ? [...tlpLabels, ...(await labelNames(db))] : tlpLabels
  return mistaken.map(({ text, position }) => {
    const meant = nearestName(text, known)
    const guess = meant === undefined ? '' : ` Did you mean ${meant}?`
    return { message: `There is no security label “${shortened(text)}”.${guess}`, position }
  })
}

async function labelNames(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from security_label order by name limit ${queryLimits.labelsComparedMax}`.execute(db)
  return rows.map(({ name }) => name)
}
