import { jobRetries, limits } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import { republishSeconds } from './command-store.ts'

/** How far the clocks of several hubs may differ without that being taken for a clock that was set back. */
const hubsDifferSeconds = 5

/**
 * After a clock was set back, times that were written before lie further ahead than any rule puts them: a lost attempt, a command to
 * publish again and a server that fell silent would wait for the clock to come there once more. Each is moved to where the rule
 * would put it now. Stateless, so that it also holds for a clock that was set while no hub ran.
 */
export async function correctFutureTimes(db: DatabaseConnection['db'], now: Date): Promise<void> {
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000)
  await sql`update attempt set takeover_at = ${after(limits.leaseTakeoverSeconds)}
    where finished_at is null and takeover_at > ${after(limits.leaseTakeoverSeconds + hubsDifferSeconds)}`.execute(db)
  await sql`update command set next_publish_at = ${now}, published_at = null
    where acknowledged_at is null and withdrawn_at is null
      and next_publish_at > ${after(republishSeconds + hubsDifferSeconds)}`.execute(db)
  await sql`update execution set retry_at = ${now}
    where state = 'waiting' and finished_at is null
      and retry_at > ${after(jobRetries.waitSecondsMax + hubsDifferSeconds)}`.execute(db)
  await sql`update environment_server set last_heartbeat_at = ${now}
    where last_heartbeat_at > ${after(hubsDifferSeconds)}`.execute(db)
}
