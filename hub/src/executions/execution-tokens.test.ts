import { createHash } from 'node:crypto'
import { tcexPaths } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createServer, type Server } from '../http/server.ts'
import { onlyFor } from '../access/permissions.ts'
import { watchBatchRequests } from './attempt-routes.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from './rehearsal.ts'
import { tokenRoutes } from './token-routes.ts'
import { exitedAt } from './test-result.ts'

let rehearsal: Rehearsal
let server: Server
let one: RehearsedServer
let caller: Caller = { kind: 'stranger', name: 'stranger' }

beforeAll(async () => {
  rehearsal = await startRehearsal()
  one = await rehearsal.addServer('one')
  server = await createServer({ authenticate: async () => caller, logger: false })
  watchBatchRequests(server, rehearsal.executions)
  tokenRoutes(server, rehearsal.executions.tokens)
  // Stands in for the batch route: it answers what the request asks for.
  server.post(
    `${tcexPaths.base}${tcexPaths.createAndUpload}`,
    { config: onlyFor('library:write', 'execution') },
    async (request, reply) => reply.code((request.body as { status: number }).status).send({}),
  )
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await rehearsal.close()
})

/** A token of a new execution. */
async function issued(timeoutSeconds = 24 * 3600): Promise<{ token: string; executionId: string }> {
  await rehearsal.beat(one)
  const appId = await rehearsal.addApp({ kind: 'action' })
  const executionId = await rehearsal.start(await rehearsal.addJob({ appId, timeoutSeconds }))
  const command = (await rehearsal.outbox()).find((each) => each.executionId === executionId)
  if (command === undefined) throw new Error('no command')
  return { token: rehearsal.openSealed(one, command).token, executionId }
}

async function renew(token: string): Promise<{ status: number; token: string; expires: number; type: unknown }> {
  const reply = await server.inject({
    url: `${tcexPaths.base}${tcexPaths.tokenRenewal}`,
    query: { expiredToken: token },
  })
  const body = reply.json()
  return {
    status: reply.statusCode,
    token: body.apiToken,
    expires: body.apiTokenExpires,
    type: reply.headers['content-type'],
  }
}

const authenticate = (token: string) => rehearsal.executions.tokens.authenticate(token)

describe('S4: tokens of executions', () => {
  test('a token has the shape that TcEx reads, only its hash is stored, and it dies with its attempt', async () => {
    const { token, executionId } = await issued()
    expect(token.split(':')).toHaveLength(5)
    expect(token).toMatch(new RegExp(`^API:${executionId}:`))
    expect(await authenticate(token)).toMatchObject({ kind: 'execution', executionId, attempt: 1, appKind: 'action' })
    const rows = await rehearsal.db
      .selectFrom('execution_token')
      .select('token_sha256')
      .where('execution_id', '=', executionId)
      .execute()
    expect(rows[0]?.token_sha256).toEqual(createHash('sha256').update(token).digest())
    for (const wrong of [
      '',
      'API:1:2:3:4',
      token.slice(0, -1),
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    ]) {
      expect(await authenticate(wrong)).toBeUndefined()
    }
    const result = exitedAt(rehearsal.clock.now())
    await rehearsal.executions.acceptResult(one.serverXid, executionId, 1, result)
    await expect(authenticate(token)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await renew(token)).status).toBe(401)
  })

  test('it lives four hours, is renewed until ten minutes after, and no later', async () => {
    const { token } = await issued()
    rehearsal.clock.pass(4 * 3600 - 1)
    expect(await authenticate(token)).toBeDefined()
    rehearsal.clock.pass(1)
    expect(await authenticate(token)).toBeUndefined()
    rehearsal.clock.pass(600)
    const renewed = await renew(token)
    expect(renewed).toMatchObject({ status: 200, type: 'application/json' })
    expect(renewed.expires).toBe(Math.floor(rehearsal.clock.now().getTime() / 1000) + 4 * 3600)
    expect(await authenticate(renewed.token)).toBeDefined()
    const late = await issued()
    rehearsal.clock.pass(4 * 3600 + 601)
    expect((await renew(late.token)).status).toBe(401)
  })

  test('the old token dies 60 s after the new one is used, not before it is used', async () => {
    const { token } = await issued()
    const renewed = await renew(token)
    rehearsal.clock.pass(1800)
    // The answer was lost: the app asks again with the token that it still has.
    const again = await renew(token)
    expect(again.token).not.toBe(renewed.token)
    expect(await authenticate(again.token)).toBeDefined()
    rehearsal.clock.pass(59)
    expect(await authenticate(token)).toBeDefined()
    rehearsal.clock.pass(1)
    expect(await authenticate(token)).toBeUndefined()
    expect((await renew(token)).status).toBe(401)
    expect(await authenticate(again.token)).toBeDefined()
  })

  test("a token never outlives its execution's deadline, however often it is renewed", async () => {
    const { token } = await issued(900)
    const deadline = Math.floor(rehearsal.clock.now().getTime() / 1000) + 900
    rehearsal.clock.pass(800)
    const renewed = await renew(token)
    expect(renewed.expires).toBe(deadline)
    rehearsal.clock.pass(100)
    expect(await authenticate(renewed.token)).toBeUndefined()
    expect((await renew(renewed.token)).status).toBe(401)
  })

  test('a pooled attempt whose lease has run out renews nothing', async () => {
    const two = await rehearsal.addServer('two')
    await rehearsal.beat(one)
    const executionId = await rehearsal.start(
      await rehearsal.addJob({ appId: await rehearsal.addApp({ kind: 'feed' }) }),
    )
    const command = (await rehearsal.outbox()).find((each) => each.executionId === executionId)
    if (command === undefined) throw new Error('no command')
    expect(command).toMatchObject({ placement: 'pooled' })
    const { token } = rehearsal.openSealed(command.serverXid === one.serverXid ? one : two, command)
    expect((await renew(token)).status).toBe(200)
    rehearsal.clock.pass(30)
    expect((await renew(token)).status).toBe(401)
  })
})

describe('T1: requests that the hub refused whole', () => {
  test('are counted unless they are repeated with success, and make an exit 0 partial or failed', async () => {
    const { token, executionId } = await issued()
    const authenticated = await authenticate(token)
    if (authenticated === undefined) throw new Error('the token is not good')
    caller = authenticated
    const post = async (payload: object) =>
      await server.inject({ method: 'POST', url: `${tcexPaths.base}${tcexPaths.createAndUpload}`, payload })
    const count = async () => {
      const rows = await rehearsal.db
        .selectFrom('refused_request')
        .select('reason')
        .where('execution_id', '=', executionId)
        .execute()
      return rows.map(({ reason }) => reason).sort()
    }
    await post({ status: 500, text: 'abc' })
    await post({ status: 400, text: 'abcdef' })
    await post({ status: 401, text: 'a' })
    await expect.poll(count).toEqual(['HTTP 400', 'HTTP 500'])
    // As long as the first.
    await post({ status: 200, text: 'abc' })
    await expect.poll(count).toEqual(['HTTP 400'])
    caller = { kind: 'stranger', name: 'stranger' }
    const result = exitedAt(rehearsal.clock.now(), { message: 'all sent' })
    await rehearsal.executions.acceptResult(one.serverXid, executionId, 1, result)
    const ended = await rehearsal.executions.get(rehearsal.organizationId, executionId)
    expect(ended).toMatchObject({
      state: 'failed',
      message: 'all sent. The hub refused 1 request of the app as a whole.',
    })
  })
})
