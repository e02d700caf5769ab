import { type AttemptResult, jobRetries } from '@postern/protocol'
import { expect, test } from 'vitest'
import type { Rehearsal } from './rehearsal.ts'
import { rehearseEach } from './test-rehearse-each.ts'
import { exitedAt } from './test-result.ts'

let rehearsal: Rehearsal
rehearseEach((each) => (rehearsal = each))

function result(changes: Partial<AttemptResult>): AttemptResult {
  return exitedAt(rehearsal.clock.now(), changes)
}

async function detail(id: string) {
  return await rehearsal.executions.get(rehearsal.organizationId, id)
}

test('FD-14: a failure that may pass is tried again after ever longer waits, each attempt with its own time-out, and says so', async () => {
  const server = await rehearsal.addServer('one')
  const appId = await rehearsal.addApp({ kind: 'feed' })
  const id = await rehearsal.start(await rehearsal.addJob({ appId, retriesMax: 2, timeoutSeconds: 100 }))
  const fail = async (attempt: number) => {
    const failure = result({ exitCode: 1, message: `The source is down, ${attempt}.` })
    await rehearsal.executions.acceptResult(server.serverXid, id, attempt, failure)
  }
  const waits = async (seconds: number) => {
    for (const pause of [seconds - 1, 1]) {
      await rehearsal.executions.tick()
      expect(await rehearsal.state(id)).toBe('waiting')
      rehearsal.clock.pass(pause)
      await rehearsal.beat(server)
    }
    await rehearsal.executions.tick()
    expect(await rehearsal.state(id)).toBe('dispatched')
  }
  await fail(1)
  // Of a job that says no other wait.
  const { waitSecondsDefault } = jobRetries
  const retryAt = new Date(rehearsal.clock.now().getTime() + waitSecondsDefault * 1000).toISOString()
  expect(await detail(id)).toMatchObject({
    state: 'waiting',
    message: `Attempt 1 failed: The source is down, 1. Retry 1 of 2 at ${retryAt}.`,
    retryAt,
    finishedAt: null,
  })
  await waits(waitSecondsDefault)
  expect((await rehearsal.outbox()).at(-1)).toMatchObject({ attempt: 2, limits: { timeoutSeconds: 100 } })
  await fail(2)
  await waits(2 * waitSecondsDefault)
  await fail(3)
  expect(await detail(id)).toMatchObject({
    state: 'failed',
    message: 'The source is down, 3.',
    retryAt: null,
    attempts: [
      { state: 'finished', exitCode: 1, reason: 'The source is down, 1.' },
      { state: 'finished', exitCode: 1, reason: 'The source is down, 2.' },
      { state: 'finished', exitCode: 1, reason: null },
    ],
  })
})

test('FD-14: a retry whose every item was refused has failed, whatever the attempt before it brought', async () => {
  const server = await rehearsal.addServer('one')
  const appId = await rehearsal.addApp({ kind: 'feed' })
  const id = await rehearsal.start(await rehearsal.addJob({ appId, retriesMax: 1 }))
  const { id: ownerId } = await rehearsal.db
    .insertInto('owner')
    .values({ organization_id: rehearsal.organizationId, name: 'Source', kind: 'Source' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const send = async (attempt: number, counts: { created: number; refused: number }) => {
    const batch = { organization_id: rehearsal.organizationId, owner_id: ownerId, execution_id: id, attempt, ...counts }
    const completed = { sent_by: 'test', state: 'completed', action: 'Create', config: '{}' }
    await rehearsal.db
      .insertInto('batch')
      .values({ ...batch, ...completed })
      .execute()
  }
  await send(1, { created: 5, refused: 0 })
  await rehearsal.executions.acceptResult(server.serverXid, id, 1, result({ exitCode: 1 }))
  rehearsal.clock.pass(60)
  await rehearsal.beat(server)
  await rehearsal.executions.tick()
  await send(2, { created: 0, refused: 5 })
  await rehearsal.executions.acceptResult(server.serverXid, id, 2, result({ message: 'done' }))
  expect(await detail(id)).toMatchObject({ state: 'failed', message: 'done. 5 of 5 items refused.' })
})

test('FD-14: failures do not use up what losses may, and one that waits for its retry is cancelled at once', async () => {
  const server = await rehearsal.addServer('one')
  const appId = await rehearsal.addApp({ kind: 'feed' })
  const id = await rehearsal.start(await rehearsal.addJob({ appId, retriesMax: 10 }))
  const accept = async () => {
    const command = (await rehearsal.outbox()).at(-1)
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(server, command, 'accepted')
  }
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await accept()
    await rehearsal.executions.acceptResult(server.serverXid, id, attempt, result({ exitCode: 1 }))
    rehearsal.clock.pass(60 * 2 ** (attempt - 1))
    await rehearsal.beat(server)
    await rehearsal.executions.tick()
  }
  await accept()
  await rehearsal.executions.acceptResult(server.serverXid, id, 5, result({ outcome: 'interrupted', exitCode: null }))
  expect(await detail(id)).toMatchObject({ state: 'dispatched', retryAt: null })
  await rehearsal.executions.acceptResult(server.serverXid, id, 6, result({ exitCode: 1 }))
  expect((await detail(id)).state).toBe('waiting')
  const { organizationId } = rehearsal
  const ada = { kind: 'user', userId: '1', name: 'ada', role: 'administrator', organizationId } as const
  await rehearsal.executions.cancel(ada, id)
  expect(await detail(id)).toMatchObject({ state: 'cancelled', retryAt: null })
})
