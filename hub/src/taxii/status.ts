import type { StixImport } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

type StatusDetail = { id: string; version: string; message?: string }

/** The status of a request to add objects (TAXII 2.1, 4.3.1). */
export type Status = {
  id: string
  status: 'complete' | 'pending'
  request_timestamp: string
  total_count: number
  success_count: number
  successes?: StatusDetail[]
  failure_count: number
  failures?: StatusDetail[]
  pending_count: number
}

/** What became of a bundle, in TAXII's words: an object that is kept, or was known, is one that succeeded. */
export function statusOf(id: string, account: StixImport, requestedAt: Date): Status {
  const requested = microseconds(requestedAt)
  const failures = account.notMapped
    .filter(({ outcome }) => outcome === 'refused')
    .map(({ id: object, version, reason }) => ({
      id: object,
      // 4.3.1: what has no version of its own has that of the request.
      version: version ?? requested,
      ...(reason === null ? {} : { message: reason }),
    }))
  return {
    id,
    status: 'complete',
    request_timestamp: requested,
    total_count: account.objects,
    success_count: account.objects - account.refused,
    failure_count: account.refused,
    // 1.6.5: a list is never empty.
    ...(failures.length === 0 ? {} : { failures }),
    pending_count: 0,
  }
}

export async function keepStatus(
  db: Db,
  status: Status,
  { rootId, readerId, requestedAt }: { rootId: string; readerId: string; requestedAt: Date },
): Promise<void> {
  await db
    .insertInto('taxii_status')
    .values({
      id: status.id,
      root_id: rootId,
      reader_id: readerId,
      state: status.status,
      requested_at: requestedAt,
      total_count: status.total_count,
      outcomes: JSON.stringify(status),
    })
    .execute()
}

export async function readStatus(
  db: Db,
  id: string,
  { rootId, readerId }: { rootId: string; readerId: string },
): Promise<Status | undefined> {
  const { rows } = await sql<{ outcomes: Status }>`
    select outcomes from taxii_status
    where id::text = lower(${id}) and root_id = ${rootId} and reader_id = ${readerId}`.execute(db)
  return rows[0]?.outcomes
}

/** 3.1: with six digits of a second. */
function microseconds(instant: Date): string {
  return `${instant.toISOString().slice(0, -1)}000Z`
}
