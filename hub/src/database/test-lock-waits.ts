import { sql } from 'kysely'
import { expect } from 'vitest'
import type { Db } from './database.ts'

/** Until so many connections to the database, or more, wait for a lock. PostgreSQL looks for deadlocks a second later. */
export async function lockWaits(db: Db, count: number): Promise<void> {
  const waiting = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
    return rows[0]?.count
  }
  await expect.poll(waiting, { interval: 10 }).toBeGreaterThanOrEqual(count)
}
