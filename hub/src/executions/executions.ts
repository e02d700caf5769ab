import type { AttemptResult, ExecutionEvent, Heartbeat, HeartbeatAnswer } from '@postern/protocol'
import type { Readable } from 'node:stream'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import type { SteadyMs } from '../lib/clock-watch.ts'
import type { Log } from '../lib/log.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { createAttemptLog } from './attempt-log.ts'
import { createAttemptResults } from './attempt-results.ts'
import { holdLease, lockAttempt } from './attempt-store.ts'
import { orderEnd } from './end-order.ts'
import { listExecutions, readExecution, readLog, type ExecutionFilter } from './execution-reader.ts'
import { createExecutionTokens } from './execution-tokens.ts'
import { endExecution } from './finish.ts'
import { dayOf, dropOldLogPartitions, ensureLogPartition } from './log-store.ts'
import { createPlacer } from './placer.ts'
import { noteRequest } from './refused-requests.ts'
import { createServerMessages } from './server-messages.ts'
import { insertExecution, type StartRequest } from './start-execution.ts'
import { createSweep } from './sweep.ts'

export { createDispatcher } from './dispatcher.ts'

export type ExecutionsParts = {
  db: DatabaseConnection['db']
  keys: Keys
  clock: Clock
  steadyMs: SteadyMs
  audit: Audit
  log: Log
}

export type Executions = ReturnType<typeof createExecutions>

/** Runs of jobs: from the wish to run one to its end. States and transitions: execution-state.ts. */
export function createExecutions({ db, keys, clock, steadyMs, audit, log }: ExecutionsParts) {
  const tokens = createExecutionTokens({ db, keys, clock })
  const placer = createPlacer({ db, keys, clock, tokens, log })
  const results = createAttemptResults({ db, keys, clock })
  const attemptLog = createAttemptLog({ db, clock })
  const messages = createServerMessages({ db, clock, audit, log })
  const { sweep } = createSweep({ db, keys, clock, steadyMs, log })

  /** Places one execution; a defect leaves it waiting for the next sweep. */
  async function placeQuietly(executionId: string): Promise<void> {
    try {
      await placer.place(executionId)
    } catch (error) {
      log.error({ err: error, executionId }, 'an execution could not be placed; it is tried again within a second')
    }
  }

  let isPlacing = false
  let placesAgain = false

  /** For whoever does not wait for it: one round at a time, and what comes in meanwhile makes one more, however many servers come back. */
  async function placeSoon(): Promise<void> {
    placesAgain = true
    if (isPlacing) return
    isPlacing = true
    while (placesAgain) {
      placesAgain = false
      await placeAllQuietly()
    }
    isPlacing = false
  }

  async function placeAllQuietly(): Promise<void> {
    try {
      await placer.placeAll()
    } catch (error) {
      log.error({ err: error }, 'waiting executions could not be placed; they are tried again within a second')
    }
  }

  /** Ends what a person wants ended: at once while it waits, else by a command (execution-state.ts). */
  async function cancel(caller: PersonCaller, executionId: string, address?: string): Promise<void> {
    if (!isRowId(executionId)) return found(undefined, 'execution')
    await db.transaction().execute(async (trx) => {
      const now = clock.now()
      const row = found(await lockExecution(trx, caller.organizationId, executionId), 'execution')
      if (row.finished_at !== null) throw new Problem('conflict', `The execution has already ended as ${row.state}.`)
      // Asked twice: the first order stands.
      if (row.end_as !== null) return
      const reason = `Cancelled by ${caller.name}.`
      await audit.record(trx, caller, 'execution.cancel', `execution ${executionId}`, {}, address)
      const attempt = row.attempt === null ? undefined : await lockAttempt(trx, executionId, row.attempt)
      if (attempt === undefined) {
        await endExecution(trx, { executionId, organizationId: row.organization_id }, 'cancelled', reason, now)
      } else {
        await orderEnd(trx, keys, attempt, 'cancelled', reason, now)
      }
    })
  }

  return {
    tokens,

    /** Makes an execution inside the caller's transaction; call `place` once that has committed. */
    insert: (trx: Db, request: StartRequest): Promise<string> => insertExecution(trx, request, clock.now()),

    place: placeQuietly,

    cancel,

    list: (caller: PersonCaller, filter: ExecutionFilter, before: string | undefined, rowsMax: number) =>
      listExecutions({ db, clock }, caller.organizationId, filter, before, rowsMax),
    get: (organizationId: string, id: string) => readExecution({ db, clock }, organizationId, id),
    log: (organizationId: string, id: string, after: string | undefined, rowsMax: number) =>
      readLog(db, organizationId, id, after, rowsMax),

    /** Whether a live page of an organization may follow it. */
    isVisible: (organizationId: string, id: string): Promise<boolean> => isVisible(db, organizationId, id),

    /** @returns the answer to publish; nothing for a server that may not speak */
    async onHeartbeat(serverXid: string, heartbeat: Heartbeat): Promise<HeartbeatAnswer | undefined> {
      const heard = await messages.onHeartbeat(serverXid, heartbeat)
      if (heard?.isBack === true) void placeSoon()
      return heard && { ...heard.answer, keysState: await keys.state() }
    },

    onEvent: (serverXid: string, event: ExecutionEvent): Promise<void> => messages.onEvent(serverXid, event),

    async acceptResult(serverXid: string, executionId: string, attempt: number, result: AttemptResult): Promise<void> {
      await results.accept(serverXid, executionId, attempt, result)
      // It may wait for its next attempt, or another execution of its job waited for its end.
      await placeAllQuietly()
    },

    receiveLog: (serverXid: string, executionId: string, attempt: number, body: Readable): Promise<void> =>
      attemptLog.receive(serverXid, executionId, attempt, body),

    holdLease: holdCallersLease,

    /** Notes how a request of an app to the batch API ended (T1); `contentLength` tells repetitions apart. */
    noteRequest: (caller: Caller, status: number, contentLength: number): Promise<void> =>
      noteRequest(db, caller, status, contentLength),

    /** Every second, on every hub: what time alone brings about. */
    async tick(): Promise<void> {
      await sweep()
      await placeAllQuietly()
    },

    /** Every hour: partitions of the log made ahead, and dropped when old. */
    async tidyLog(): Promise<void> {
      const now = clock.now()
      await ensureLogPartition(db, dayOf(now))
      await ensureLogPartition(db, dayOf(new Date(now.getTime() + 86_400_000)))
      const dropped = await dropOldLogPartitions(db, now)
      if (dropped.length > 0) log.info({ dropped }, 'old partitions of the log were dropped')
    },
  }
}

/**
 * Fencing for what an app writes: call it in the transaction of the write, as late as may be. Until that ends nobody can take the
 * attempt's place; if somebody has, nothing is written (D10). Callers that are no execution pass.
 * @throws Problem `forbidden`
 */
export async function holdCallersLease(trx: Db, caller: Caller): Promise<void> {
  if (caller.kind === 'execution') await holdLease(trx, caller.executionId, caller.attempt)
}

async function isVisible(db: Db, organizationId: string, id: string): Promise<boolean> {
  if (!isRowId(id)) return false
  const row = await db
    .selectFrom('execution')
    .select('id')
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .executeTakeFirst()
  return row !== undefined
}

async function lockExecution(trx: Db, organizationId: string, id: string) {
  const row = await trx
    .selectFrom('execution')
    .select(['organization_id', 'state', 'finished_at', 'end_as'])
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  const open = await trx
    .selectFrom('attempt')
    .select('number')
    .where('execution_id', '=', id)
    .where('finished_at', 'is', null)
    .executeTakeFirst()
  return { ...row, attempt: open?.number ?? null }
}
