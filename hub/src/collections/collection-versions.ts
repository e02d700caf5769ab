import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Days that a version stays readable after the next one took its place (D3). */
export const versionDaysKept = 30

/**
 * Forgets versions that were replaced more than `versionDaysKept` ago, with the members that only they had. The version that
 * held at that moment stays, however old it is: it was the newest one a day later.
 * @returns how many versions went
 */
export async function pruneVersions(trx: Db, now: Date): Promise<number> {
  const before = new Date(now.getTime() - versionDaysKept * 86_400_000)
  const { rows } = await sql<{ id: string; oldest: number }>`
    select collection_id as id, max(version) as oldest from collection_version
    where made_at <= ${before} group by collection_id having count(*) > 1`.execute(trx)
  let count = 0
  for (const { id, oldest } of rows) count += await pruneBefore(trx, id, oldest)
  return count
}

/** @param oldest the oldest version that stays readable */
async function pruneBefore(trx: Db, collectionId: string, oldest: number): Promise<number> {
  await sql`delete from collection_member where collection_id = ${collectionId} and until_version <= ${oldest}`.execute(
    trx,
  )
  await sql`delete from collection_change where collection_id = ${collectionId} and version <= ${oldest}`.execute(trx)
  const { numAffectedRows } = await sql`
    delete from collection_version where collection_id = ${collectionId} and version < ${oldest}`.execute(trx)
  return Number(numAffectedRows ?? 0n)
}
