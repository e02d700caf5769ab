import type { AttemptResult } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { handBack } from './hand-back.ts'
import { type Rehearsal, startRehearsal } from './rehearsal.ts'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await startRehearsal()
})
afterAll(() => rehearsal.close())

const moved: AttemptResult = {
  outcome: 'lease-lost',
  exitCode: null,
  message: 'The environment server moved to another environment.',
  results: {},
  tier: null,
  startedAt: null,
  finishedAt: '2026-11-21T08:00:10Z',
  usage: null,
  logSeqLast: 0,
}

test('D37: a server that moves hands back what never ran, not repeatable or not, and still delivers what it holds', async () => {
  const { executions, clock, db } = rehearsal
  const first = await rehearsal.addServer('First')
  await rehearsal.beat(first)
  const appId = await rehearsal.addApp({ kind: 'action' })
  const start = async () => await rehearsal.start(await rehearsal.addJob({ appId }))
  const [unheard, queued, ended] = [await start(), await start(), await start()]
  await executions.tick()
  const commands = (await rehearsal.outbox()).filter(({ kind }) => kind === 'execute')
  expect(commands.map(({ executionId }) => executionId)).toEqual([unheard, queued, ended])
  for (const command of commands.slice(1)) await rehearsal.tell(first, command, 'accepted')
  const held = [queued, ended].map((executionId) => ({ executionId, attempt: 1 }))
  const elsewhere = await db
    .insertInto('environment')
    .values({ organization_id: rehearsal.organizationId, name: 'Elsewhere' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const count = await db.transaction().execute(async (trx) => {
    const handedBack = await handBack(trx, first.serverXid, held, clock.now())
    await trx
      .updateTable('environment_server')
      .set({ environment_id: elsewhere.id })
      .where('server_xid', '=', first.serverXid)
      .execute()
    return handedBack
  })
  expect(count).toBe(1)
  expect(await rehearsal.state(unheard)).toBe('waiting')
  expect(await rehearsal.state(queued)).toBe('dispatched')
  // From its journal: one that was queued, and one that had run.
  await executions.acceptResult(first.serverXid, queued, 1, moved)
  await executions.acceptResult(first.serverXid, ended, 1, {
    ...moved,
    outcome: 'exited',
    exitCode: 0,
    startedAt: '2026-11-21T08:00:05Z',
  })
  // An action is not repeatable; what never started is given to another server all the same.
  const second = await rehearsal.addServer('Second')
  await rehearsal.beat(second)
  await executions.tick()
  const again = (await rehearsal.outbox()).filter(
    ({ serverXid, kind }) => serverXid === second.serverXid && kind === 'execute',
  )
  expect(again.map(({ executionId }) => executionId).sort()).toEqual([unheard, queued].sort())
  expect(await rehearsal.state(ended)).toBe('succeeded')
})
