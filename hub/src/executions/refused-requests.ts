import { sql } from 'kysely'
import type { Caller } from '../access/caller.ts'
import type { Db } from '../database/database.ts'

const rowsOfAttemptMax = 1000

/**
 * Notes how a request of an app to the batch API ended, for the judgement at the end (T1). A refused one is remembered; one that
 * is taken takes away a refused one of the same length, since TcEx repeats a request byte for byte. 401 counts for nothing: the
 * app renews its token and sends the same again, or gets nowhere at all.
 */
export async function noteRequest(db: Db, caller: Caller, status: number, contentLength: number): Promise<void> {
  if (caller.kind !== 'execution' || status === 401) return
  const { executionId, attempt } = caller
  if (status < 400) {
    await sql`delete from refused_request where id = (
      select id from refused_request
      where execution_id = ${executionId} and attempt = ${attempt} and content_length = ${contentLength}
      limit 1)`.execute(db)
    return
  }
  await sql`
    insert into refused_request (execution_id, attempt, content_length, reason)
    select ${executionId}::bigint, ${attempt}::int, ${contentLength}::bigint, ${`HTTP ${status}`}::text
    where (select count(*) from refused_request where execution_id = ${executionId} and attempt = ${attempt}) < ${rowsOfAttemptMax}`.execute(
    db,
  )
}
