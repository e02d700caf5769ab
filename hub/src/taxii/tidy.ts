import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { taxiiLimits } from './taxii-limits.ts'

const dayMs = 86_400_000

/**
 * Forgets statuses nobody can ask for any more, and versions that another one replaced long ago, but for those that came as texts. The last
 * version stays, revoked or not.
 */
export async function tidyTaxii(db: Db, now: Date): Promise<void> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs)
  await db.deleteFrom('taxii_status').where('requested_at', '<', daysAgo(taxiiLimits.statusDaysKept)).execute()
  await sql`
    delete from taxii_object o using taxii_collection c
    where c.id = o.taxii_collection_id and (c.collection_id is not null or o.kept_id is null) and not o.is_last
      and o.added_at < ${daysAgo(taxiiLimits.replacedDaysKept)}`.execute(db)
}
