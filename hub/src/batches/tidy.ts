import type { Pool } from 'pg'

/**
 * Merges what batches left waiting in the indexes of values and tags, so that no batch has to and searches stay quick. Locks
 * nobody out; does nothing where nothing waits. The hub's worker calls it every minute.
 */
export async function mergeWaitingIndexEntries(pool: Pool): Promise<void> {
  await pool.query(
    `select gin_clean_pending_list('indicator_by_value_trigram'), gin_clean_pending_list('assertion_by_tag')`,
  )
}
