import { parseTql } from '@postern/intel'
import type { QueryHint } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { comparisonsIn } from './comparisons-in-query.ts'
import { hintsOnNumbers } from './impossible-numbers.ts'
import type { LibraryScope } from './library-scope.ts'
import { queryLimits } from './query-limits.ts'
import { hintsOnLabels } from './unknown-labels.ts'
import { hintsOnOwners } from './unknown-owners.ts'
import { hintsOnStatuses } from './unknown-statuses.ts'
import { hintsOnTags } from './unknown-tags.ts'

/**
 * What a query that is right says by mistake, probably. A name that there is not compares with nothing, which is no error: it may be one
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
  if (tql === undefined || !/ownername|status|label|tag|rating|confidence/i.test(tql.replaceAll('_', ''))) return []
  const parsed = parseTql(tql, object)
  if (!parsed.ok) return []
  const comparisons = comparisonsIn(parsed.query, object)
  const hints = [
    ...(await hintsOnOwners(db, scope, comparisons)),
    ...hintsOnStatuses(comparisons),
    ...(await hintsOnLabels(db, scope, comparisons)),
    ...(await hintsOnTags(db, scope, comparisons)),
    ...hintsOnNumbers(comparisons),
  ]
  return hints.toSorted((a, b) => a.position - b.position).slice(0, queryLimits.hintsMax)
}
