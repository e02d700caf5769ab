import type { Decision, Exclusion } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { LibraryScope } from './library-scope.ts'

/** Exclusions of an indicator's detail. */
const exclusionsShownMax = 100

/** What exclusion lists say of an indicator of the library (D25), the strictest first. */
export async function readExclusions(db: Db, organizationId: string, indicatorId: string): Promise<Exclusion[]> {
  const { rows } = await sql<Exclusion>`
    select l.id as "listId", l.name as "listName", l.kind, x.entry, l.mode, l.at_import as "atImport", l.at_export as "atExport"
    from excluded_indicator x join exclusion_list l on l.id = x.list_id
    where x.organization_id = ${organizationId} and x.indicator_id = ${indicatorId}::uuid and l.is_enabled
    order by l.kind = 'protected' desc, l.mode, l.name limit ${exclusionsShownMax}`.execute(db)
  return rows
}

/** What a person fixed for an indicator and holds at this time (D28). Executions learn of its effect alone. */
export async function readDecision(
  db: Db,
  scope: LibraryScope,
  indicatorId: string,
  now: Date,
): Promise<Decision | null> {
  if (scope.ownerIds !== undefined) return null
  const row = await db
    .selectFrom('decision')
    .selectAll()
    .where('organization_id', '=', scope.organizationId)
    .where('indicator_id', '=', indicatorId)
    .where((where) => where.or([where('until', 'is', null), where('until', '>', now)]))
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    // The table's check holds it to these.
    status: row.status as Decision['status'],
    rating: row.rating,
    confidence: row.confidence,
    expiresAt: row.expires?.toISOString() ?? null,
    reason: row.reason,
    until: row.until?.toISOString() ?? null,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at.toISOString(),
  }
}
