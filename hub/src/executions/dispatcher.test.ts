import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type CommandPublisher, createDispatcher, type Dispatcher } from './dispatcher.ts'
import { commandIn, type Rehearsal, type RehearsedServer, startRehearsal } from './rehearsal.ts'

let rehearsal: Rehearsal
let one: RehearsedServer
let dispatchers: Dispatcher[]

beforeEach(async () => {
  rehearsal = await startRehearsal()
  one = await rehearsal.addServer('one')
  dispatchers = []
})
afterEach(async () => {
  for (const dispatcher of dispatchers) await dispatcher.stop()
  await rehearsal.close()
})

function start(publisher: CommandPublisher): Dispatcher {
  const { db, notifications, log, clock } = rehearsal
  const dispatcher = createDispatcher({ db, notifications, publisher, clock, log })
  dispatcher.start()
  dispatchers.push(dispatcher)
  return dispatcher
}

async function newExecution(): Promise<string> {
  return await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'action' }) }))
}

const deadline = { interval: 5 }

describe('the outbox', () => {
  test('a command is published when it is committed, and again until its server accepts it', async () => {
    const published: { topic: string; executionId: string }[] = []
    const dispatcher = start({
      publish: async (topic, payload) => void published.push({ topic, executionId: commandIn(payload).executionId }),
    })
    const id = await newExecution()
    await expect.poll(() => published.length, deadline).toBe(1)
    expect(published[0]).toEqual({ topic: `servers/${one.serverXid}/commands`, executionId: id })
    // Not heard since: the broker still has the first copy.
    rehearsal.clock.pass(4)
    dispatcher.wake()
    await rehearsal.beat(one)
    dispatcher.wake()
    await expect.poll(() => published.length, deadline).toBe(2)
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(one, command, 'accepted')
    rehearsal.clock.pass(60)
    await rehearsal.beat(one)
    dispatcher.wake()
    const next = await newExecution()
    await expect.poll(() => published.at(-1)?.executionId, deadline).toBe(next)
    expect(published.filter(({ executionId }) => executionId === id)).toHaveLength(2)
  })

  test('a broker that fails loses nothing; a new connection to it gets everything that is open', async () => {
    let works = false
    const published: string[] = []
    const dispatcher = start({
      publish: async (_, payload) => {
        if (!works) throw new Error('no connection to the broker')
        published.push(commandIn(payload).executionId)
      },
    })
    const ids = [await newExecution(), await newExecution(), await newExecution()]
    works = true
    await dispatcher.brokerConnected()
    await expect.poll(() => new Set(published), deadline).toEqual(new Set(ids))
    published.length = 0
    await dispatcher.brokerConnected()
    await expect.poll(() => new Set(published), deadline).toEqual(new Set(ids))
  })

  test('of several hubs each command is published by one', async () => {
    const published: string[] = []
    const publisher: CommandPublisher = {
      publish: async (_, payload) => void published.push(commandIn(payload).executionId),
    }
    for (let hub = 0; hub < 3; hub += 1) start(publisher)
    const ids: string[] = []
    for (let count = 0; count < 20; count += 1) ids.push(await newExecution())
    await expect.poll(() => new Set(published), deadline).toEqual(new Set(ids))
    expect(published).toHaveLength(20)
  })

  test('D8: an expired command is not published any more, nor one for a revoked server', async () => {
    const id = await newExecution()
    const revoked = await newExecution()
    await rehearsal.db
      .updateTable('environment_server')
      .set({ revoked_at: rehearsal.clock.now() })
      .where('server_xid', '=', one.serverXid)
      .execute()
    const published: string[] = []
    const publisher: CommandPublisher = {
      publish: async (_, payload) => void published.push(commandIn(payload).executionId),
    }
    const two = await rehearsal.addServer('two')
    const good = await newExecution()
    start(publisher)
    await expect.poll(() => published, deadline).toEqual([good])
    rehearsal.clock.pass(25 * 3600)
    await rehearsal.db.updateTable('environment_server').set({ revoked_at: null }).execute()
    await rehearsal.beat(one)
    await rehearsal.beat(two)
    const late = await newExecution()
    await expect.poll(() => published.at(-1), deadline).toBe(late)
    expect(published).not.toContain(id)
    expect(published).not.toContain(revoked)
  })

  test('a committed row is published because the database says so, not because a second has passed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const published: string[] = []
    start({ publish: async (_, payload) => void published.push(commandIn(payload).executionId) })
    for (let count = 0; count < 30; count += 1) {
      const id = await newExecution()
      await expect.poll(() => published, deadline).toContain(id)
    }
  })
})
