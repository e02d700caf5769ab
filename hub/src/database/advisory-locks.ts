import type { Statements } from './statements.ts'

/*
 * The numbers of PostgreSQL's advisory locks. All stand here, so that no two subjects share one. Hubs of different releases may run on one
 * database, so that a number never gets another meaning.
 */

/** Of what a database has one of. */
export const soleLocks = {
  migration: 62_000_001,
  testTemplate: 62_000_002,
  keyCreation: 62_000_003,
  logPartitions: 62_000_010,
  telemetryPartitions: 62_000_032,
} as const

/** The first of two numbers, of what there are many of; the second says which one. */
export const lockClasses = {
  /** An owner, while a batch of it is written. */
  owner: 62_003,
  collection: 62_005,
  /** An organization, while its pending indicators go into its collections. */
  pendingIndicators: 62_006,
  batchContent: 62_007,
  /** An organization, while its exclusion lists pass over its indicators. */
  exclusionPass: 62_008,
  taxiiCollection: 62_020,
  firewallList: 62_027,
  telemetryShard: 62_032,
} as const

/** Those whose second number is the id of a row. */
type RowLockClass = (typeof lockClasses)[
  | 'owner'
  | 'collection'
  | 'pendingIndicators'
  | 'exclusionPass'
  | 'firewallList']

/** Ids are larger than the number may be; two that share one wait for each other, and that is all. */
const numberOfRow = '($2::bigint % 2147483647)::int'

/** Waits for the row's lock, which the transaction holds to its end. `lock_timeout` bounds the wait. */
export async function lockRow(
  db: Statements,
  lockClass: RowLockClass,
  id: string,
  mode: 'exclusive' | 'shared' = 'exclusive',
): Promise<void> {
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock'
  await db.query(`select ${lock}($1, ${numberOfRow})`, [lockClass, id])
}

/** The same without waiting. @returns false while another transaction holds it */
export async function tryLockRow(db: Statements, lockClass: RowLockClass, id: string): Promise<boolean> {
  const { rows } = await db.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock($1, ${numberOfRow}) as locked`,
    [lockClass, id],
  )
  return rows[0]?.locked === true
}
