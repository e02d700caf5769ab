import { nearestName, tqlKeywordTables } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { storable } from '../database/storable.ts'
import type { ComparisonOf } from './comparisons-in-query.ts'
import type { LibraryScope } from './library-scope.ts'
import { queryLimits } from './query-limits.ts'
import { isOnlyOrganization, suggestNames } from './tql-suggestions.ts'
import { hintsOnUnknown } from './unknown-names.ts'
import { wholeNames } from './whole-names.ts'

/** All that is compared is given. */
const most = { names: queryLimits.tagsComparedMax, tagsTried: queryLimits.tagsComparedMax }

/** Tags that there are not. Their register is the hub's: where other organizations share it, nothing is told, which would say what others have. */
export async function hintsOnTags(
  db: Db,
  scope: LibraryScope,
  comparisons: readonly ComparisonOf[],
): Promise<QueryHint[]> {
  const named = comparisons
    .filter(({ comparison, object }) => tqlKeywordTables[object][comparison.keyword]?.names === 'tag')
    .flatMap(({ comparison }) => wholeNames(comparison))
    .slice(0, queryLimits.tagsAskedMax)
  return hintsOnUnknown({
    noun: 'tag',
    named,
    unknownAmong: (names) => unknownTags(db, scope, names),
    async nearest() {
      const first = await suggestNames(db, scope, 'tag', '', most)
      return async (text) => (await nearestOfBeginning(db, scope, text)) ?? nearestName(text, first)
    },
  })
}

async function unknownTags(db: Db, scope: LibraryScope, names: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select n.name from unnest(${[...names]}::text[]) n (name)
    where ${isOnlyOrganization(scope)} and not exists (select from tag k where k.name = n.name)`.execute(db)
  return rows.map(({ name }) => name)
}

/** Of a long register the part in which the name that was meant stands, unless the slip is in its first half. */
async function nearestOfBeginning(db: Db, scope: LibraryScope, text: string): Promise<string | undefined> {
  for (const share of [3 / 4, 1 / 2]) {
    const start = storable(text.slice(0, Math.ceil(text.length * share)))
    const meant = nearestName(text, await suggestNames(db, scope, 'tag', start, most))
    if (meant !== undefined) return meant
  }
  return undefined
}
