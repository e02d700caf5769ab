import { createPublicKey, verify } from 'node:crypto'
import { type AttemptResult, SignedEnvelope } from '@postern/protocol'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { PersonCaller } from '../access/caller.ts'
import type { Rehearsal } from './rehearsal.ts'
import { rehearseEach } from './test-rehearse-each.ts'
import { secretContext } from './placer.ts'
import { exitedAt } from './test-result.ts'

let rehearsal: Rehearsal
rehearseEach((each) => (rehearsal = each))

function result(changes: Partial<AttemptResult> = {}): AttemptResult {
  const usage = { wallSeconds: 1, cpuSeconds: 0.5, memoryPeakBytes: 1000 }
  return exitedAt(rehearsal.clock.now(), { message: 'done', usage, ...changes })
}

function person(): PersonCaller {
  return { kind: 'user', userId: '1', name: 'ada', role: 'administrator', organizationId: rehearsal.organizationId }
}

async function detail(id: string) {
  return await rehearsal.executions.get(rehearsal.organizationId, id)
}

describe('from run now to the result', () => {
  test('D8: the command that goes out is signed over its bytes and names server, execution, attempt and package', async () => {
    const server = await rehearsal.addServer('one')
    const appId = await rehearsal.addApp({ kind: 'feed' })
    const id = await rehearsal.start(await rehearsal.addJob({ appId }))
    expect(await rehearsal.state(id)).toBe('dispatched')
    const { payload, topic } = await rehearsal.db
      .selectFrom('command')
      .select(['payload', 'topic'])
      .executeTakeFirstOrThrow()
    const envelope = SignedEnvelope.parse(JSON.parse(payload))
    const key = await rehearsal.keys.current('command')
    expect(envelope.keyId).toBe(key.id)
    expect(
      verify(
        null,
        Buffer.from(envelope.body),
        createPublicKey(key.publicPem),
        Buffer.from(envelope.signature, 'base64'),
      ),
    ).toBe(true)
    expect(topic).toBe(`servers/${server.serverXid}/commands`)
    const [command] = await rehearsal.outbox()
    expect(command).toMatchObject({
      kind: 'execute',
      serverXid: server.serverXid,
      executionId: id,
      attempt: 1,
      placement: 'pinned',
    })
    const hours = (Date.parse(command?.notAfter ?? '') - Date.parse(command?.notBefore ?? '')) / 3600_000
    expect(hours).toBeGreaterThan(0)
    expect(hours).toBeLessThanOrEqual(24)
  })

  test('D9: secrets leave the hub only sealed to the chosen server, and nothing else can open them', async () => {
    const server = await rehearsal.addServer('one')
    const other = await rehearsal.addServer('two')
    const appId = await rehearsal.addApp({
      kind: 'action',
      install: {
        params: [
          { name: 'host', type: 'String' },
          { name: 'password', type: 'String', encrypt: true },
          { name: 'colour', type: 'String', default: 'blue' },
          { name: 'port', type: 'String', default: '' },
        ],
      },
      postern: { addressParameters: ['host'], egress: ['updates.example.net:443'] },
    })
    const jobId = await rehearsal.addJob({ appId, parameters: { host: 'https://aed.example.com:8443/api' } })
    const sealed = rehearsal.keys.seal(Buffer.from('hunter2 hunter2'), secretContext(jobId, 'password'))
    await rehearsal.db.insertInto('job_secret').values({ job_id: jobId, name: 'password', sealed }).execute()
    const id = await rehearsal.start(jobId)
    const [command] = await rehearsal.outbox()
    if (command?.kind !== 'execute') throw new Error('no execute command')
    expect(command.serverXid).toBe(server.serverXid)
    expect(command.egress).toEqual(['updates.example.net:443', 'aed.example.com:8443'])
    const content = rehearsal.openSealed(server, command)
    expect(content.parameters).toMatchObject({
      host: 'https://aed.example.com:8443/api',
      password: 'hunter2 hunter2',
      colour: 'blue',
      tc_job_id: jobId,
      postern_execution_id: id,
      postern_attempt: 1,
    })
    expect(content.parameters).not.toHaveProperty('port')
    expect(content.secretNames).toEqual(['password'])
    expect(content.token).toMatch(/^API:\d+:[^:]+:\d+:[^:]+$/)
    expect(() => rehearsal.openSealed(other, { ...command })).toThrow()
    expect(() => rehearsal.openSealed(server, { ...command, attempt: 2 })).toThrow()
    const { rows } = await sql<{ leaks: string }>`
      select count(*) as leaks from command where payload like '%hunter2%' or payload like ${`%${content.token}%`}`.execute(
      rehearsal.db,
    )
    expect(rows[0]?.leaks).toBe('0')
  })

  test('FD-10: values are kept for the next execution only when this one succeeded, and only under declared names', async () => {
    const server = await rehearsal.addServer('one')
    const appId = await rehearsal.addApp({
      kind: 'feed',
      install: {
        params: [
          { name: 'last_run', hidden: true },
          { name: 'refresh', encrypt: true },
        ],
      },
    })
    const jobId = await rehearsal.addJob({ appId })
    const run = async (exitCode: number, results: Record<string, string | null>) => {
      const id = await rehearsal.start(jobId)
      const command = (await rehearsal.outbox()).at(-1)
      if (command === undefined) throw new Error('no command')
      const { parameters } = rehearsal.openSealed(server, command)
      await rehearsal.executions.acceptResult(server.serverXid, id, 1, result({ exitCode, results }))
      rehearsal.clock.pass(1)
      return parameters
    }
    expect(await run(0, { last_run: '30 days ago', stranger: 'x', refresh: 's3cret-refresh' })).not.toHaveProperty(
      'last_run',
    )
    expect(await run(3, { last_run: '2 days ago' })).toMatchObject({
      last_run: '30 days ago',
      refresh: 's3cret-refresh',
    })
    expect(await run(1, { last_run: '1 day ago' })).toMatchObject({ last_run: '30 days ago' })
    expect(await run(0, { 'param.last_run': '' })).toMatchObject({ last_run: '30 days ago' })
    expect(await run(0, {})).not.toHaveProperty('last_run')
    const stored = await rehearsal.db.selectFrom('job_kept_value').selectAll().execute()
    expect(stored).toEqual([])
    const secrets = await rehearsal.db.selectFrom('job_secret').select(['name', 'sealed']).execute()
    expect(secrets.map(({ name }) => name)).toEqual(['refresh'])
    expect(secrets[0]?.sealed.includes('s3cret')).toBe(false)
  })

  test('FD-11: the exit code and message end an execution; the same result again changes nothing, another one is refused', async () => {
    const server = await rehearsal.addServer('one')
    const jobId = await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'action' }) })
    for (const [exitCode, state] of [
      [0, 'succeeded'],
      [3, 'partial'],
      [1, 'failed'],
      [2, 'failed'],
    ] as const) {
      const id = await rehearsal.start(jobId)
      const sent = result({ exitCode, message: `exit ${exitCode}` })
      await rehearsal.executions.acceptResult(server.serverXid, id, 1, sent)
      const ended = await detail(id)
      expect(ended).toMatchObject({ state, message: `exit ${exitCode}` })
      expect(ended.attempts).toMatchObject([{ number: 1, state: 'finished', exitCode, serverName: 'one' }])
      await rehearsal.executions.acceptResult(server.serverXid, id, 1, { ...sent })
      await expect(
        rehearsal.executions.acceptResult(server.serverXid, id, 1, { ...sent, exitCode: 7 }),
      ).rejects.toMatchObject({ code: 'conflict' })
      expect(await detail(id)).toEqual(ended)
    }
  })

  test('a result from a server that does not have the attempt is not taken', async () => {
    await rehearsal.addServer('one')
    const other = await rehearsal.addServer('two')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    await expect(rehearsal.executions.acceptResult(other.serverXid, id, 1, result())).rejects.toMatchObject({
      code: 'not-found',
    })
    expect(await rehearsal.state(id)).toBe('dispatched')
  })

  test('an execution that its environment server refuses ends as refused with the reason', async () => {
    const server = await rehearsal.addServer('one')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(server, command, 'refused', 'The package is signed by nobody that this server trusts.')
    expect(await detail(id)).toMatchObject({
      state: 'refused',
      message: 'The package is signed by nobody that this server trusts.',
    })
  })
})

describe('following, lost and cancelled', () => {
  test('executions of one feed follow each other, those of an action may run side by side', async () => {
    const server = await rehearsal.addServer('one')
    const feed = await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) })
    const first = await rehearsal.start(feed)
    const second = await rehearsal.start(feed)
    expect(await detail(second)).toMatchObject({
      state: 'waiting',
      message: `Waiting for execution ${first} of the same job to end.`,
    })
    await rehearsal.executions.acceptResult(server.serverXid, first, 1, result())
    expect(await rehearsal.state(second)).toBe('dispatched')
    const action = await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'action' }) })
    expect(await rehearsal.state(await rehearsal.start(action))).toBe('dispatched')
    expect(await rehearsal.state(await rehearsal.start(action))).toBe('dispatched')
  })

  test('ES-24: a pooled execution whose server is silent is placed elsewhere 30 s after the last heartbeat, not before', async () => {
    const one = await rehearsal.addServer('one')
    const two = await rehearsal.addServer('two')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(one, command, 'accepted')
    rehearsal.clock.pass(6)
    expect(await rehearsal.beat(one, [{ executionId: id, attempt: 1 }])).toEqual([{ executionId: id, attempt: 1 }])
    await rehearsal.tell(one, command, 'running')
    expect(await rehearsal.state(id)).toBe('running')
    rehearsal.clock.pass(29)
    await rehearsal.beat(two)
    await rehearsal.executions.tick()
    expect(await rehearsal.state(id)).toBe('running')
    rehearsal.clock.pass(1)
    await rehearsal.executions.tick()
    const moved = await detail(id)
    expect(moved.attempts).toMatchObject([
      { number: 1, state: 'lost', serverName: 'one' },
      { number: 2, state: 'dispatched', serverName: 'two' },
    ])
    // What the first server still says is refused, and its lease is never granted again.
    expect(await rehearsal.beat(one, [{ executionId: id, attempt: 1 }])).toEqual([])
    await expect(rehearsal.executions.acceptResult(one.serverXid, id, 1, result())).rejects.toMatchObject({
      code: 'conflict',
    })
    const { token } = rehearsal.openSealed(one, command)
    await expect(rehearsal.executions.tokens.authenticate(token)).rejects.toMatchObject({ code: 'forbidden' })
    await rehearsal.executions.acceptResult(two.serverXid, id, 2, result())
    expect(await rehearsal.state(id)).toBe('succeeded')
  })

  test('D10: a lost attempt of a non-repeatable app ends as unknown and says so', async () => {
    const one = await rehearsal.addServer('one')
    await rehearsal.addServer('two')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'action' }) }))
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(one, command, 'accepted')
    rehearsal.clock.pass(30)
    await rehearsal.executions.tick()
    const ended = await detail(id)
    expect(ended.state).toBe('unknown')
    expect(ended.message).toContain('is not known')
    expect(ended.attempts).toHaveLength(1)
  })

  test('D10: after three attempts that may have run, a repeatable execution ends as unknown', async () => {
    const servers = [await rehearsal.addServer('one'), await rehearsal.addServer('two')]
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const command = (await rehearsal.outbox()).find((each) => each.attempt === attempt)
      const server = servers.find(({ serverXid }) => serverXid === command?.serverXid)
      if (command === undefined || server === undefined) throw new Error(`no attempt ${attempt}`)
      await rehearsal.tell(server, command, 'accepted')
      rehearsal.clock.pass(30)
      for (const each of servers) await rehearsal.beat(each)
      await rehearsal.executions.tick()
    }
    expect(await detail(id)).toMatchObject({
      state: 'unknown',
      attempts: [{ state: 'lost' }, { state: 'lost' }, { state: 'lost' }],
    })
  })

  test('D10: a command that no server took is placed again, even for a non-repeatable app, since it never ran', async () => {
    await rehearsal.addServer('one')
    const two = await rehearsal.addServer('two')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'action' }) }))
    rehearsal.clock.pass(30)
    await rehearsal.beat(two)
    await rehearsal.executions.tick()
    expect((await detail(id)).attempts).toMatchObject([
      { state: 'lost', serverName: 'one' },
      { state: 'dispatched', serverName: 'two' },
    ])
  })

  test('ES-23: a pinned execution waits for its server through hours of silence, past its deadline, and delivers', async () => {
    const one = await rehearsal.addServer('one')
    const id = await rehearsal.start(
      await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'action' }), timeoutSeconds: 600 }),
    )
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(one, command, 'accepted')
    await rehearsal.tell(one, command, 'running')
    rehearsal.clock.pass(3 * 3600)
    await rehearsal.executions.tick()
    expect(await rehearsal.state(id)).toBe('running')
    await rehearsal.beat(one, [{ executionId: id, attempt: 1 }])
    await rehearsal.executions.acceptResult(one.serverXid, id, 1, result({ message: 'finished offline' }))
    expect(await detail(id)).toMatchObject({ state: 'succeeded', message: 'finished offline' })
  })

  test('ES-24: a pooled execution is cut off for hours: another server takes it over, and the late result of the first is refused and changes nothing', async () => {
    const one = await rehearsal.addServer('one')
    const two = await rehearsal.addServer('two')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(one, command, 'accepted')
    await rehearsal.beat(one, [{ executionId: id, attempt: 1 }])
    await rehearsal.tell(one, command, 'running')
    rehearsal.clock.pass(30)
    await rehearsal.beat(two)
    await rehearsal.executions.tick()
    await rehearsal.executions.acceptResult(two.serverXid, id, 2, result({ message: 'by the second' }))

    rehearsal.clock.pass(5 * 3600)
    expect(await rehearsal.beat(one, [{ executionId: id, attempt: 1 }])).toEqual([])
    const late = result({ message: 'by the first, hours later' })
    for (let time = 0; time < 2; time += 1) {
      await expect(rehearsal.executions.acceptResult(one.serverXid, id, 1, late)).rejects.toMatchObject({
        code: 'conflict',
        message: `Attempt 1 of execution ${id} has ended as lost; its result is not taken any more.`,
      })
    }
    const { state, message, attempts } = await detail(id)
    expect({ state, message }).toEqual({ state: 'succeeded', message: 'by the second' })
    expect(attempts).toMatchObject([
      { number: 1, state: 'lost', serverName: 'one', reason: expect.stringMatching(/\w+/) },
      { number: 2, state: 'finished', serverName: 'two' },
    ])
  })

  test('D10: a pinned execution that its server does not know any more is lost, and started again if repeatable', async () => {
    const one = await rehearsal.addServer('one')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(one, command, 'accepted')
    rehearsal.clock.pass(15)
    await rehearsal.beat(one)
    await rehearsal.executions.tick()
    expect(await rehearsal.state(id)).toBe('dispatched')
    rehearsal.clock.pass(15)
    await rehearsal.beat(one)
    await rehearsal.executions.tick()
    expect((await detail(id)).attempts).toMatchObject([{ state: 'lost' }, { state: 'dispatched' }])
  })

  test('FD-14: cancelling ends a waiting execution at once and orders a running one to end', async () => {
    const one = await rehearsal.addServer('one')
    const jobId = await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) })
    const running = await rehearsal.start(jobId)
    const waiting = await rehearsal.start(jobId)
    await rehearsal.executions.cancel(person(), waiting)
    expect(await rehearsal.state(waiting)).toBe('cancelled')
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(one, command, 'accepted')
    await rehearsal.tell(one, command, 'running')
    rehearsal.clock.pass(1)
    await rehearsal.executions.cancel(person(), running)
    await rehearsal.executions.cancel(person(), running)
    expect(await detail(running)).toMatchObject({ state: 'running', message: 'Being ended: Cancelled by ada.' })
    const cancels = (await rehearsal.outbox()).filter(({ kind }) => kind === 'cancel')
    expect(cancels).toMatchObject([{ executionId: running, attempt: 1, serverXid: one.serverXid }])
    await rehearsal.tell(one, cancels[0] ?? command, 'accepted')
    expect(await rehearsal.state(running)).toBe('running')
    await rehearsal.executions.acceptResult(one.serverXid, running, 1, result({ outcome: 'cancelled', exitCode: null }))
    expect(await detail(running)).toMatchObject({
      state: 'cancelled',
      message: 'Cancelled by ada.',
      attempts: [{ state: 'cancelled' }],
    })
    await expect(rehearsal.executions.cancel(person(), running)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('FD-14: cancelling before the command was taken withdraws it, and the server promises never to start it', async () => {
    const one = await rehearsal.addServer('one')
    const id = await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }))
    rehearsal.clock.pass(1)
    await rehearsal.executions.cancel(person(), id)
    const [cancel, ...rest] = await rehearsal.outbox()
    if (cancel === undefined) throw new Error('no cancellation')
    expect(cancel.kind).toBe('cancel')
    expect(rest).toEqual([])
    await rehearsal.tell(one, cancel, 'accepted')
    expect(await rehearsal.state(id)).toBe('cancelled')
  })

  test('FD-14: an execution past its time-out is ordered to end and ends as timed-out', async () => {
    const one = await rehearsal.addServer('one')
    const two = await rehearsal.addServer('two')
    const id = await rehearsal.start(
      await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }), timeoutSeconds: 60 }),
    )
    const [command] = await rehearsal.outbox()
    if (command === undefined) throw new Error('no command')
    await rehearsal.tell(one, command, 'accepted')
    const held = [{ executionId: id, attempt: 1 }]
    for (let seconds = 0; seconds <= 90; seconds += 10) {
      await rehearsal.beat(one, held)
      await rehearsal.beat(two)
      await rehearsal.executions.tick()
      expect(await rehearsal.state(id)).toBe('dispatched')
      rehearsal.clock.pass(10)
    }
    await rehearsal.beat(one, held)
    await rehearsal.executions.tick()
    expect((await rehearsal.outbox()).map(({ kind }) => kind)).toContain('cancel')
    // The server never says another word.
    rehearsal.clock.pass(31)
    await rehearsal.executions.tick()
    const ended = await detail(id)
    expect(ended.state).toBe('timed-out')
    expect(ended.message).toContain('time-out of 60 s')
  })
})
