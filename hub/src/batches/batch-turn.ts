import type { PoolClient } from 'pg'
import { lockClasses, lockRow, tryLockRow } from '../database/advisory-locks.ts'
import { brokeUnique, failedBy } from '../database/sql-states.ts'
import type { Statements } from '../database/statements.ts'
import { Problem } from '../lib/problem.ts'
import { putOff } from '../lib/put-off.ts'
import type { BatchModes } from './batch-modes.ts'
import type { PreparedBatch } from './content/prepared-batch.ts'

/**
 * How a batch runs in regard to others of its owner. `alone`: no other is written until it has committed, so what it found stays
 * true. `shared`: with others of the kind, on another connection; where two bring the same indicator, the second waits for the
 * first by the indicator's lock (indicator-writer.ts) and writes after it, as if it had been sent later.
 */
export type BatchTurn = 'alone' | 'shared'

/**
 * Only a batch that writes nothing but indicators may run beside others: what it does to one depends on that one alone. A delete,
 * groups and associations look at more of what the owner has.
 */
export function turnOf(batch: PreparedBatch, { action }: BatchModes): BatchTurn {
  return action === 'Create' && batch.groups.count === 0 && batch.links.positions.length + batch.files.length === 0
    ? 'shared'
    : 'alone'
}

/**
 * Waits until the batch may be written; its transaction holds the turn to its end. The same content twice at once is taken one
 * after the other in either turn, so that the second is seen to be a repetition (T2).
 */
export async function takeBatchTurn(
  client: PoolClient,
  ownerId: string,
  sha256: Buffer,
  turn: BatchTurn,
): Promise<void> {
  // The content's lock always before the owner's, so that nobody waits in a ring.
  await client.query('select pg_advisory_xact_lock($1, $2)', [lockClasses.batchContent, sha256.readInt32BE(0)])
  await lockRow(client, lockClasses.owner, ownerId, turn === 'alone' ? 'exclusive' : 'shared')
}

/**
 * Whether a batch failed since one beside it made an assertion that was not there when this one looked. Written again, alone, it
 * finds that assertion.
 */
export function metAnother(error: unknown): boolean {
  return brokeUnique(error, 'assertion_pkey')
}

/** What to tell the sender of a batch that waited for others to the end of its patience (sent-tables.ts), or in a ring with them. */
export function waitedInVain(error: unknown): Problem | undefined {
  if (!failedBy(error, 'lockNotAvailable', 'deadlockDetected')) return undefined
  return putOff(
    'Other batches are written that this one has to wait for. Nothing of it was taken; send it again in a moment.',
    { cause: error },
  )
}

/** Waits until no batch of the owner is under way; `lock_timeout` bounds the wait. For what later batches of the owner must heed. */
export async function waitAlone(db: Statements, ownerId: string): Promise<void> {
  await lockRow(db, lockClasses.owner, ownerId)
}

/**
 * The same without waiting and without a content, for what is no batch and must not run beside one of the owner's.
 * @returns false while a batch of the owner is under way
 */
export async function tryAlone(db: Statements, ownerId: string): Promise<boolean> {
  return await tryLockRow(db, lockClasses.owner, ownerId)
}
