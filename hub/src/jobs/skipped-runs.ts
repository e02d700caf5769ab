import type { SkippedRun } from '@postern/protocol'
import type { Db } from '../database/database.ts'

/** Newest first. @param before the time of the last row of the page before */
export async function listSkippedRuns(
  db: Db,
  jobId: string,
  before: string | undefined,
  rowsMax: number,
): Promise<SkippedRun[]> {
  let query = db
    .selectFrom('skipped_run')
    .select(['due_at', 'reason', 'times'])
    .where('job_id', '=', jobId)
    .orderBy('due_at', 'desc')
    .limit(rowsMax)
  if (before !== undefined) query = query.where('due_at', '<', new Date(before))
  const rows = await query.execute()
  return rows.map(({ due_at, reason, times }) => ({
    dueAt: due_at.toISOString(),
    // The table's check lets in no other.
    reason: reason === 'overlap' ? 'overlap' : 'misfire',
    times,
  }))
}
