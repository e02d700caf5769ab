import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { revokeKey } from '../keys/change-keys.ts'
import { rehearsedEnvironments } from '../environments/rehearsed-environments.ts'
import type { Rehearsal } from './rehearsal.ts'
import { rehearseEach } from './test-rehearse-each.ts'
import { exitedAt } from './test-result.ts'

let rehearsal: Rehearsal
rehearseEach((each) => (rehearsal = each))

async function detail(id: string) {
  return await rehearsal.executions.get(rehearsal.organizationId, id)
}

describe('placement', () => {
  test("D36: a command brings its publisher's public key, so that people at the server can judge whom to trust", async () => {
    await rehearsal.addServer('one')
    const appId = await rehearsal.addApp({ kind: 'action' })
    const { id, publicPem } = await rehearsal.keys.current('publisher')
    await rehearsal.start(await rehearsal.addJob({ appId }))
    await rehearsal.db.updateTable('app_version').set({ publisher_key_id: id }).where('app_id', '=', appId).execute()
    await rehearsal.start(await rehearsal.addJob({ appId }))
    const keys = (await rehearsal.outbox()).map((command) => 'app' in command && command.app.publisherKey)
    // The first was signed by a key that this hub does not have.
    expect(keys).toEqual([undefined, publicPem])
    await rehearsal.db.transaction().execute(async (trx) => await revokeKey(trx, rehearsal.keys, id, new Date()))
    const waiting = await detail(await rehearsal.start(await rehearsal.addJob({ appId })))
    expect(waiting).toMatchObject({ state: 'waiting', message: expect.stringContaining('was revoked') })
  })

  test('ES-24: a pool places by load, and only on servers that are online, ready, confirmed and not revoked', async () => {
    const one = await rehearsal.addServer('one')
    const two = await rehearsal.addServer('two')
    const three = await rehearsal.addServer('three')
    const four = await rehearsal.addServer('four')
    await rehearsal.db
      .updateTable('environment_server')
      .set({ confirmed_at: null })
      .where('server_xid', '=', three.serverXid)
      .execute()
    await rehearsal.db
      .updateTable('environment_server')
      .set({ revoked_at: new Date() })
      .where('server_xid', '=', four.serverXid)
      .execute()
    const appId = await rehearsal.addApp({ kind: 'action' })
    for (let index = 0; index < 6; index += 1) await rehearsal.start(await rehearsal.addJob({ appId }))
    const chosen = (await rehearsal.outbox()).map(({ serverXid }) => serverXid).sort()
    expect(chosen).toEqual([one, one, one, two, two, two].map(({ serverXid }) => serverXid))
    await rehearsal.beat(one, [], 'draining')
    const last = await rehearsal.start(await rehearsal.addJob({ appId }))
    expect((await detail(last)).attempts[0]?.serverName).toBe('two')
    expect(await rehearsal.beat(four)).toBeUndefined()
  })

  test('ES-24: the server with most executors free comes first; a drained one gets nothing more until it is resumed', async () => {
    const small = await rehearsal.addServer('small')
    const large = await rehearsal.addServer('large')
    await sql`update environment_server set reported = jsonb_set(reported, '{executors}', '4')
      where server_xid = ${large.serverXid}`.execute(rehearsal.db)
    const appId = await rehearsal.addApp({ kind: 'action' })
    async function placedOn(): Promise<string | undefined> {
      return (await detail(await rehearsal.start(await rehearsal.addJob({ appId })))).attempts[0]?.serverName
    }
    const first = [await placedOn(), await placedOn(), await placedOn(), await placedOn()]
    expect(first).toEqual(['large', 'large', 'small', 'large'])
    const drained = (at: Date | null) =>
      rehearsal.db.updateTable('environment_server').set({ drained_at: at }).where('server_xid', '=', large.serverXid)
    await drained(rehearsal.clock.now()).execute()
    expect([await placedOn(), await placedOn()]).toEqual(['small', 'small'])
    await rehearsal.beat(small, [], 'draining')
    const waiting = await rehearsal.start(await rehearsal.addJob({ appId }))
    expect((await detail(waiting)).message).toContain('large is drained')
    await drained(null).execute()
    await rehearsal.executions.tick()
    // Still one of a pool, so that it has a failover.
    const [attempt] = await rehearsal.db
      .selectFrom('attempt')
      .select(['server_xid', 'placement'])
      .where('execution_id', '=', waiting)
      .execute()
    expect(attempt).toEqual({ server_xid: large.serverXid, placement: 'pooled' })
  })

  test('ES-24: in a pool an app goes only where its language can be run, and to its version where that is online', async () => {
    const python = (version: string) => ({ language: 'PYTHON', version })
    const with311 = await rehearsal.addServer('with 3.11')
    const with36 = await rehearsal.addServer('with 3.6')
    const without = await rehearsal.addServer('without')
    await rehearsal.beat(Object.assign(with311, { interpreters: [python('3.11.2')] }))
    await rehearsal.beat(Object.assign(with36, { interpreters: [python('3.6.15')] }))
    await rehearsal.beat(Object.assign(without, { interpreters: [] }))
    const addApp = (install: object) => rehearsal.addApp({ kind: 'action', install })
    const newer = await addApp({ programLanguage: 'Python', languageVersion: '3.11' })
    const older = await addApp({ programLanguage: 'PYTHON', languageVersion: '3.6' })
    async function placedOn(appId: string): Promise<string | undefined> {
      return (await detail(await rehearsal.start(await rehearsal.addJob({ appId })))).attempts[0]?.serverName
    }
    for (let round = 0; round < 3; round += 1) {
      expect(await placedOn(newer)).toBe('with 3.11')
      expect(await placedOn(older)).toBe('with 3.6')
    }
    // What needs no interpreter goes where most is free.
    expect(await placedOn(await addApp({ programLanguage: 'NODE' }))).toBe('without')
    await rehearsal.beat(with311, [], 'draining')
    expect(await placedOn(newer)).toBe('with 3.6')
    await rehearsal.beat(with36, [], 'draining')
    const waiting = await rehearsal.start(await rehearsal.addJob({ appId: newer }))
    expect(await detail(waiting)).toMatchObject({
      state: 'waiting',
      message:
        'Waiting for an environment server: with 3.11 was told to stop; with 3.6 was told to stop; without has no Python that can be run: set appsPythonHome311 or appsPythonHome on it (configure.sh).',
    })
    const java = await rehearsal.start(
      await rehearsal.addJob({ appId: await addApp({ programLanguage: 'JAVA', languageVersion: '17' }) }),
    )
    expect((await detail(java)).state).toBe('waiting')
    for (const server of [with311, with36]) await rehearsal.beat(server)
    await rehearsal.executions.tick()
    expect(await rehearsal.state(waiting)).toBe('dispatched')
    const { state, message, attempts } = await detail(java)
    expect({ state, attempts }).toEqual({ state: 'refused', attempts: [] })
    for (const { name } of [with311, with36, without])
      expect(message).toContain(`${name} has no Java that can be run: set appsJavaHome on it`)
    expect(rehearsal.errors).toEqual([])
  })

  test('ES-24: refused for want of an interpreter, a pooled execution goes to each other server once, and ends with what each lacks', async () => {
    const servers = [await rehearsal.addServer('one'), await rehearsal.addServer('two')]
    const install = { programLanguage: 'PYTHON' }
    const appId = await rehearsal.addApp({ kind: 'action', install })
    const id = await rehearsal.start(await rehearsal.addJob({ appId }))
    async function refuse(index: number, byResult: boolean): Promise<void> {
      const server = servers[index]
      const command = (await rehearsal.outbox()).findLast(({ executionId }) => executionId === id)
      if (server === undefined || command === undefined) throw new Error('no command')
      expect(command.serverXid).toBe(server.serverXid)
      await rehearsal.tell(server, command, 'accepted')
      const message = `The app needs Python: set appsPythonHome311 on server ${server.name}.`
      const result = exitedAt(rehearsal.clock.now(), {
        outcome: 'refused',
        exitCode: null,
        startedAt: null,
        message,
        lacksInterpreter: true,
      })
      if (byResult) await rehearsal.executions.acceptResult(server.serverXid, id, command.attempt, result)
      else await rehearsal.tell(server, command, 'refused', message, { lacksInterpreter: true })
      await rehearsal.executions.tick()
    }
    await refuse(0, false)
    expect(await rehearsal.state(id)).toBe('dispatched')
    await refuse(1, true)
    const ended = await detail(id)
    expect(ended).toMatchObject({
      state: 'refused',
      message:
        'No environment server of the environment can run it: one refused it: The app needs Python: set appsPythonHome311 on server one; two refused it: The app needs Python: set appsPythonHome311 on server two.',
    })
    expect(ended.attempts.map(({ serverName, state }) => [serverName, state])).toEqual([
      ['one', 'refused'],
      ['two', 'refused'],
    ])
  })

  test('D37: what a revoked server had not delivered is lost, in words, and runs elsewhere only when its lease has ended', async () => {
    const one = await rehearsal.addServer('one')
    const two = await rehearsal.addServer('two')
    await rehearsal.beat(two, [], 'draining')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    await rehearsal.beat(one, [{ executionId: id, attempt: 1 }])
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    const { token } = rehearsal.openSealed(one, command)
    const { authenticate } = rehearsal.executions.tokens
    expect(await authenticate(token)).toMatchObject({ executionId: id })
    const { organizationId, environmentId } = rehearsal
    const ada = { kind: 'user', userId: '1', name: 'ada', role: 'administrator', organizationId } as const
    await rehearsedEnvironments(rehearsal).revoke(ada, environmentId, one.serverXid)
    // At once, though the app may still run for as long as its lease lives.
    expect(await authenticate(token)).toBeUndefined()
    expect(await rehearsal.beat(one, [{ executionId: id, attempt: 1 }])).toBeUndefined()
    rehearsal.clock.pass(29)
    await rehearsal.beat(two)
    await rehearsal.executions.tick()
    expect((await detail(id)).attempts).toHaveLength(1)
    rehearsal.clock.pass(2)
    await rehearsal.beat(two)
    await rehearsal.executions.tick()
    await rehearsal.executions.tick()
    const { attempts } = await detail(id)
    expect(attempts.map(({ serverName, state }) => [serverName, state])).toEqual([
      ['one', 'lost'],
      ['two', 'dispatched'],
    ])
    expect(attempts[0]?.reason).toBe('one was revoked, and what it had not delivered is lost with it')
  })

  test('ES-26: with no server online an execution waits and says why, until its time-out', async () => {
    const server = await rehearsal.addServer('one')
    const appId = await rehearsal.addApp({ kind: 'feed' })
    rehearsal.clock.pass(60)
    const waits = await rehearsal.start(await rehearsal.addJob({ appId, timeoutSeconds: 300 }))
    const placed = await rehearsal.start(await rehearsal.addJob({ appId, timeoutSeconds: 3000 }))
    expect(await detail(waits)).toMatchObject({
      state: 'waiting',
      message: 'Waiting for an environment server: one is offline.',
    })
    rehearsal.clock.pass(299)
    await rehearsal.executions.tick()
    expect(await rehearsal.state(waits)).toBe('waiting')
    rehearsal.clock.pass(1)
    await rehearsal.executions.tick()
    const ended = await detail(waits)
    expect(ended.state).toBe('timed-out')
    expect(ended.message).toContain('one is offline')
    await rehearsal.beat(server)
    await rehearsal.executions.tick()
    expect(await rehearsal.state(placed)).toBe('dispatched')
    expect(rehearsal.errors).toEqual([])
  })
})
