import type { AttemptResult } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockWaits } from '../database/test-lock-waits.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from './rehearsal.ts'
import { exitedAt } from './test-result.ts'

let rehearsal: Rehearsal
let one: RehearsedServer
beforeAll(async () => {
  rehearsal = await startRehearsal()
  one = await rehearsal.addServer('one')
})
afterAll(() => rehearsal.close())

const waiting = (count: number) => lockWaits(rehearsal.db, count)

async function running(): Promise<{ jobId: string; executionId: string }> {
  const appId = await rehearsal.addApp({ kind: 'feed', install: { params: [{ name: 'last_run', hidden: true }] } })
  const jobId = await rehearsal.addJob({ appId })
  await rehearsal.beat(one)
  const executionId = await rehearsal.start(jobId)
  await rehearsal.beat(one, [{ executionId, attempt: 1 }])
  return { jobId, executionId }
}

function result(): AttemptResult {
  return exitedAt(rehearsal.clock.now(), { results: { last_run: 'today' } })
}

test('D10: a result and a heartbeat of its server that still names the attempt do not lock each other out', async () => {
  const { jobId, executionId } = await running()
  let taken: Promise<void> | undefined
  let beaten: Promise<unknown> | undefined
  await rehearsal.db.transaction().execute(async (trx) => {
    // Holds the result up between its locks and its end of the attempt.
    await trx
      .insertInto('job_kept_value')
      .values({ job_id: jobId, name: 'last_run', value: 'x', execution_id: executionId, kept_at: new Date(0) })
      .execute()
    taken = rehearsal.executions.acceptResult(one.serverXid, executionId, 1, result())
    taken.catch(() => {})
    await waiting(1)
    beaten = rehearsal.beat(one, [{ executionId, attempt: 1 }])
    beaten.catch(() => {})
    await waiting(2)
  })
  await taken
  expect(await beaten).toEqual([])
  expect(await rehearsal.state(executionId)).toBe('succeeded')
})

test('D10: a result waits for a write of its app that is under way, and neither locks the other out', async () => {
  const { executionId } = await running()
  let taken: Promise<void> | undefined
  await rehearsal.db.transaction().execute(async (trx) => {
    await rehearsal.executions.holdLease(trx, {
      kind: 'execution',
      executionId,
      attempt: 1,
    } as Parameters<Rehearsal['executions']['holdLease']>[1])
    taken = rehearsal.executions.acceptResult(one.serverXid, executionId, 1, result())
    taken.catch(() => {})
    await waiting(1)
    // What PostgreSQL itself does for a plan, a receipt or a batch, which name their execution.
    await sql`select 1 from execution where id = ${executionId} for key share`.execute(trx)
  })
  await taken
  expect(await rehearsal.state(executionId)).not.toBe('running')
})
