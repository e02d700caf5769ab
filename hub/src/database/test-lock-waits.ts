import { sql } from 'kysely'
import { expect } from 'vitest'
import type { Db } from './database.ts'

/**
 * Until so many connections to the database, or more, wait for a lock. PostgreSQL looks for deadlocks a second later.
 * @param instead what may come first: then nobody looks any more
 */
export async function lockWaits(db: Db, count: number, instead?: Promise<unknown>): Promise<void> {
  let isOver = false
  const over = () => void (isOver = true)
  void instead?.then(over, over)
  const waiting = async () => {
    if (isOver) return count
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
    return rows[0]?.count
  }
  await expect.poll(waiting, { interval: 10 }).toBeGreaterThanOrEqual(count)
}
