import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claimDue } from './command-store.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from './rehearsal.ts'
import { exitedAt } from './test-result.ts'

const hourSeconds = 3600

let rehearsal: Rehearsal
let one: RehearsedServer
let two: RehearsedServer

beforeEach(async () => {
  rehearsal = await startRehearsal()
  one = await rehearsal.addServer('one')
  two = await rehearsal.addServer('two')
  // A hub that has just started takes nothing over: its clock may have been set before.
  rehearsal.clock.pass(31)
  for (const server of [one, two]) await rehearsal.beat(server)
})
afterEach(() => rehearsal.close())

/** A pooled execution that runs on the first server. */
async function running(): Promise<{ executionId: string; attempt: number }> {
  const appId = await rehearsal.addApp({ kind: 'feed' })
  // Longer than the clock is set by: its time-out is another rule.
  const executionId = await rehearsal.start(await rehearsal.addJob({ appId, timeoutSeconds: 4 * hourSeconds }))
  const command = (await rehearsal.outbox()).find((each) => each.executionId === executionId)
  if (command === undefined) throw new Error('no command')
  await rehearsal.tell(one, command, 'accepted')
  const held = { executionId, attempt: 1 }
  expect(await rehearsal.beat(one, [held])).toEqual([held])
  await rehearsal.tell(one, command, 'running')
  return held
}

async function attempts(executionId: string): Promise<string[]> {
  const rows = await rehearsal.db
    .selectFrom('attempt')
    .select('state')
    .where('execution_id', '=', executionId)
    .orderBy('number')
    .execute()
  return rows.map(({ state }) => state)
}

/** A second passes, all that is alive is heard every five, and the hub does what time brings about. */
async function passSeconds(seconds: number, alive: readonly RehearsedServer[], held: Parameters<Rehearsal['beat']>[1]) {
  for (let second = 0; second < seconds; second += 1) {
    rehearsal.clock.pass(1)
    if (second % 5 === 0) for (const server of alive) await rehearsal.beat(server, server === one ? held : [])
    await rehearsal.executions.tick()
  }
}

describe('D10: the clock of the hub is set', () => {
  test.each([hourSeconds, -hourSeconds])(
    'by %i s: an attempt whose server is heard is never taken over',
    async (by) => {
      const held = await running()
      rehearsal.clock.setBy(by)
      await rehearsal.executions.tick()
      await passSeconds(40, [one, two], [held])
      expect(await attempts(held.executionId)).toEqual(['running'])
      expect(await rehearsal.state(held.executionId)).toBe('running')
    },
  )

  test.each([hourSeconds, -hourSeconds])(
    'by %i s: an attempt whose server falls silent is taken over after the lease has really ended, and no later than twice that time',
    async (by) => {
      const held = await running()
      rehearsal.clock.setBy(by)
      await rehearsal.executions.tick()
      await passSeconds(24, [two], [])
      expect(await attempts(held.executionId)).toEqual(['running'])
      await passSeconds(36, [two], [])
      expect((await attempts(held.executionId)).slice(0, 2)).toEqual(['lost', expect.stringMatching(/dispatched|lost/)])
    },
  )

  test('back by an hour: what was published and not heard is published again, and a silent server is soon offline', async () => {
    const { db, clock } = rehearsal
    await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    expect(await claimDue(db, clock.now(), 10)).toHaveLength(1)
    clock.setBy(-hourSeconds)
    await rehearsal.executions.tick()
    clock.pass(4)
    await rehearsal.beat(one)
    expect(await claimDue(db, clock.now(), 10)).toHaveLength(1)
    clock.pass(21)
    const heard = await db
      .selectFrom('environment_server')
      .select('last_heartbeat_at')
      .where('server_xid', '=', two.serverXid)
      .executeTakeFirstOrThrow()
    expect(clock.now().getTime() - Number(heard.last_heartbeat_at)).toBeGreaterThan(20_000)
  })
})

test('D10: a hub that has just started takes nothing over for as long as a lease may last', async () => {
  const held = await running()
  const other = rehearsal.restarted()
  rehearsal.clock.setBy(hourSeconds)
  await other.tick()
  expect(await attempts(held.executionId)).toEqual(['running'])
  rehearsal.clock.pass(31)
  await rehearsal.beat(two)
  await other.tick()
  expect(await attempts(held.executionId)).toEqual(['lost', 'dispatched'])
})

test('ES-23: an execution has finished when its app ended by the word of its server, and never before it began or after the hub heard', async () => {
  const { executions, clock, organizationId } = rehearsal
  async function secondsShown(saidSecondsAgo: number): Promise<number[]> {
    for (const server of [one, two]) await rehearsal.beat(server)
    const { executionId } = await running()
    const startedAt = clock.now()
    clock.pass(20)
    const finishedAt = new Date(clock.now().getTime() - saidSecondsAgo * 1000).toISOString()
    await executions.acceptResult(one.serverXid, executionId, 1, exitedAt(startedAt, { finishedAt }))
    const ended = await executions.get(organizationId, executionId)
    return [ended, ...ended.attempts].map((each) => (Date.parse(each.finishedAt ?? '') - startedAt.getTime()) / 1000)
  }
  // The hub could not be reached for a while.
  expect(await secondsShown(15)).toEqual([5, 5])
  // By clocks that are wrong.
  expect(await secondsShown(-300)).toEqual([20, 20])
  expect(await secondsShown(300)).toEqual([0, 0])
})
