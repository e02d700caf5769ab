import { gzipSync } from 'node:zlib'
import { type LogLine, limits, paths } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createServer, type Server } from '../http/server.ts'
import { attemptRoutes } from './attempt-routes.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from './rehearsal.ts'
import { executionRoutes } from './routes.ts'
import { exitedAt } from './test-result.ts'

let rehearsal: Rehearsal
let server: Server
let one: RehearsedServer
let caller: Caller

beforeAll(async () => {
  rehearsal = await startRehearsal()
  one = await rehearsal.addServer('one')
  server = await createServer({ authenticate: async () => caller, logger: false })
  attemptRoutes(server, rehearsal.executions)
  executionRoutes(server, rehearsal.executions)
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await rehearsal.close()
})

function asServer(serverXid: string): Caller {
  return {
    kind: 'environment-server',
    serverXid,
    name: 'one',
    environmentId: rehearsal.environmentId,
    organizationId: rehearsal.organizationId,
  }
}

function lines(from: number, to: number): LogLine[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    seq: from + index,
    at: rehearsal.clock.now().toISOString(),
    stream: 'stdout' as const,
    level: 'info' as const,
    text: `line ${from + index}`,
  }))
}

async function send(executionId: string, chunk: readonly unknown[], serverXid = one.serverXid, attempt = 1) {
  caller = asServer(serverXid)
  const payload = gzipSync(chunk.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return await server.inject({
    method: 'POST',
    url: paths.attemptLog(executionId, attempt),
    payload,
    headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
  })
}

async function read(executionId: string, query = '') {
  caller = { kind: 'user', userId: '1', name: 'ada', role: 'read-only', organizationId: rehearsal.organizationId }
  return (await server.inject({ url: `${paths.executionLog(executionId)}${query}` })).json()
}

async function logSeqLast(executionId: string): Promise<unknown[]> {
  caller = { kind: 'user', userId: '1', name: 'ada', role: 'read-only', organizationId: rehearsal.organizationId }
  const { attempts } = (await server.inject({ url: paths.execution(executionId) })).json()
  return attempts.map((attempt: { logSeqLast: unknown }) => attempt.logSeqLast)
}

async function newExecution(): Promise<string> {
  await rehearsal.beat(one)
  return await rehearsal.start(await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'action' }) }))
}

describe('D14: logs', () => {
  test('a chunk that comes twice, or overlaps another, changes nothing, and a reader follows by cursor', async () => {
    const id = await newExecution()
    expect((await send(id, lines(1, 3))).statusCode).toBe(204)
    expect((await send(id, lines(1, 3))).statusCode).toBe(204)
    expect((await send(id, lines(2, 5))).statusCode).toBe(204)
    const first = await read(id, '?limit=2')
    expect(first.data.map(({ text }: LogLine) => text)).toEqual(['line 1', 'line 2'])
    const rest = await read(id, `?after=${first.cursor}`)
    expect(rest.data.map(({ seq, attempt }: { seq: number; attempt: number }) => [attempt, seq])).toEqual([
      [1, 3],
      [1, 4],
      [1, 5],
    ])
    expect(await read(id, `?after=${rest.cursor}`)).toEqual({ data: [], cursor: rest.cursor })
    expect((await read(id, '?after=zwei')).code).toBe('invalid')
  })

  test('chunks sent a day later still meet themselves: the day is that of the execution', async () => {
    const id = await newExecution()
    await send(id, lines(1, 2))
    rehearsal.clock.pass(25 * 3600)
    await send(id, lines(1, 4))
    expect((await read(id)).data).toHaveLength(4)
  })

  test('only the server that has the attempt writes its log', async () => {
    const id = await newExecution()
    expect((await send(id, lines(1, 1), '999')).statusCode).toBe(404)
    expect((await send(id, lines(1, 1), one.serverXid, 2)).statusCode).toBe(404)
    caller = { kind: 'user', userId: '1', name: 'ada', role: 'administrator', organizationId: rehearsal.organizationId }
    expect((await server.inject({ method: 'POST', url: paths.attemptLog(id, 1) })).statusCode).toBe(403)
    expect((await read(id)).data).toEqual([])
  })

  test('D10: after the result, lines count as far as the result said; those of a lost attempt are refused for good', async () => {
    const id = await newExecution()
    expect(await logSeqLast(id)).toEqual([null])
    caller = asServer(one.serverXid)
    const result = exitedAt(rehearsal.clock.now(), { logSeqLast: 3 })
    const put = async () => await server.inject({ method: 'PUT', url: paths.attemptResult(id, 1), payload: result })
    expect((await put()).statusCode).toBe(204)
    expect((await put()).statusCode).toBe(204)
    // Whoever reads knows how many lines are still to come.
    expect(await logSeqLast(id)).toEqual([3])
    expect((await send(id, lines(1, 5))).statusCode).toBe(204)
    expect((await read(id)).data).toHaveLength(3)
    const lost = await newExecution()
    await rehearsal.db
      .updateTable('attempt')
      .set({ state: 'lost', finished_at: rehearsal.clock.now() })
      .where('execution_id', '=', lost)
      .execute()
    const refused = await send(lost, lines(1, 1))
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'conflict'])
  })

  test('D14: the last lines of an interrupted attempt are taken after its result: they say how it ended', async () => {
    const id = await newExecution()
    const at = rehearsal.clock.now().toISOString()
    const result = {
      outcome: 'interrupted',
      exitCode: null,
      message: 'The environment server ended while the app ran.',
      results: {},
      tier: 'isolated',
      startedAt: at,
      finishedAt: at,
      usage: null,
      logSeqLast: 3,
    } as const
    expect((await send(id, lines(1, 2))).statusCode).toBe(204)
    await rehearsal.executions.acceptResult(one.serverXid, id, 1, result)
    expect((await send(id, lines(3, 5))).statusCode).toBe(204)
    expect((await read(id)).data.map(({ seq }: { seq: number }) => seq)).toEqual([1, 2, 3])
  })

  test('S14: what is no chunk of log is refused with the reason', async () => {
    const id = await newExecution()
    const detail = async (chunk: readonly unknown[]) => (await send(id, chunk)).json().detail
    expect(await detail([{ seq: 0 }])).toMatch(/Line 1 of the chunk is not a log line/)
    expect(await detail(lines(1, limits.logChunkLinesMax + 1))).toMatch(/at most 1000 lines/)
    expect(await detail(['x'.repeat(100_000)])).toMatch(/A line is longer than|not a log line/)
    caller = asServer(one.serverXid)
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, 32))
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }
    const reply = await server.inject({ method: 'POST', url: paths.attemptLog(id, 1), payload: bomb, headers })
    expect([400, 413]).toContain(reply.statusCode)
    const plain = await server.inject({
      method: 'POST',
      url: paths.attemptLog(id, 1),
      payload: '{}',
      headers: { 'content-type': 'application/x-ndjson' },
    })
    expect(plain.json().detail).toMatch(/Content-Encoding: gzip/)
    const hostile = { ...lines(1, 1)[0], text: `nul \0 and ${'y'.repeat(9000)}` }
    await send(id, [hostile])
    const [line] = (await read(id)).data
    expect(line.text.startsWith('nul ␀ and yyy')).toBe(true)
    expect(line.text).toHaveLength(limits.logLineCharactersMax + 1)
  })

  test("S15: a server's log of a day is bounded", async () => {
    const id = await newExecution()
    await rehearsal.db
      .insertInto('server_log_quota')
      .values({
        server_xid: one.serverXid,
        day: rehearsal.clock.now().toISOString().slice(0, 10),
        bytes: 2 * 1024 ** 3 - 10,
      })
      .onConflict((conflict) => conflict.columns(['server_xid', 'day']).doUpdateSet({ bytes: 2 * 1024 ** 3 - 10 }))
      .execute()
    const refused = await send(id, lines(1, 3))
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'too-many'])
    rehearsal.clock.pass(24 * 3600)
    expect((await send(id, lines(1, 3))).statusCode).toBe(204)
  })

  test('old partitions are dropped whole', async () => {
    const id = await newExecution()
    await send(id, lines(1, 2))
    rehearsal.clock.pass(30 * 86_400)
    await rehearsal.executions.tidyLog()
    expect((await read(id)).data).toHaveLength(2)
    rehearsal.clock.pass(86_400)
    await rehearsal.executions.tidyLog()
    expect((await read(id)).data).toEqual([])
    expect(rehearsal.errors).toEqual([])
  })
})
