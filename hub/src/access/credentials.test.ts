import { AppKind, paths, tcexPaths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApi, type TestApi, testHost, testOrigin } from '../http/test-api.ts'

let api: TestApi

beforeAll(async () => {
  api = await createTestApi()
})
afterAll(async () => await api.close())

async function statusOf(url: string, headers: Record<string, string>, method: 'GET' | 'POST' | 'PUT' = 'GET') {
  return (await api.https.inject({ method, url, headers: { host: testHost, ...headers } })).statusCode
}

test('S4: no token opens a door by the scheme of another kind', async () => {
  const execution = await api.executionToken('action')
  const delivery = await api.deliveryToken()
  const session = (await api.cookieOf('administrator')).split('=')[1] ?? ''
  expect(await statusOf(paths.me, { authorization: `TC-Token ${execution}` })).toBe(200)
  expect(await statusOf(paths.me, { authorization: `Bearer ${delivery}` })).toBe(200)
  const wrong = [
    `Bearer ${execution}`,
    `TC-Token ${delivery}`,
    `Bearer ${session}`,
    `TC-Token ${session}`,
    `bearer ${delivery}`,
    `Basic ${Buffer.from(`administrator:${delivery}`).toString('base64')}`,
    `Bearer  ${delivery}`,
    `Bearer ${delivery}\t`,
    'Bearer',
    'TC-Token',
    '',
  ]
  for (const authorization of wrong)
    expect([authorization.slice(0, 12), await statusOf(paths.me, { authorization })]).toEqual([
      authorization.slice(0, 12),
      401,
    ])
})

test('S9: an enrolment token opens enrolment and nothing else', async () => {
  for (const { method, path, permission } of api.routes) {
    if (permission === 'public' || path === paths.live) continue
    const url = path.replaceAll(/:\w+/g, '1')
    const status = await statusOf(url, { authorization: `Bearer pse_${'x'.repeat(43)}` }, method as 'GET')
    expect([method, path, status]).toEqual([method, path, 401])
  }
})

test('LIB-10: two credentials in one request do not add up: a dead token is refused though the session lives', async () => {
  const cookie = await api.cookieOf('administrator')
  expect(await statusOf(paths.me, { cookie })).toBe(200)
  expect(await statusOf(paths.me, { cookie, authorization: 'Bearer pst_dead' })).toBe(401)
  const weak = await api.tokenOf('read-only')
  expect(await statusOf(paths.users, { cookie, origin: testOrigin, authorization: `Bearer ${weak}` })).toBe(403)
})

test('D22: the token of one execution writes nothing into another, of its own organization or of others', async () => {
  const authorization = `TC-Token ${await api.executionToken('feed')}`
  for (const executionId of [api.ours.executions.alerts, api.spare.executions.feed, api.theirs.executions.feed]) {
    const reply = await api.https.inject({
      method: 'PUT',
      url: paths.executionUnmapped(executionId),
      headers: { host: testHost, authorization },
      payload: { data: [] },
    })
    expect([executionId, reply.statusCode]).toEqual([
      executionId,
      expect.toSatisfy((status: number) => status === 403 || status === 404),
    ])
  }
})

test('S15: an environment server delivers logs and results of its own attempts alone', async () => {
  const authorization = `Bearer ${await api.deliveryToken()}`
  for (const world of [api.spare, api.theirs]) {
    const result = await api.https.inject({
      method: 'PUT',
      url: paths.attemptResult(world.executions.feed, 1),
      headers: { host: testHost, authorization },
      payload: {
        outcome: 'exited',
        exitCode: 0,
        message: '',
        results: {},
        tier: null,
        startedAt: null,
        finishedAt: '2026-11-21T08:00:00Z',
        usage: null,
        logSeqLast: 0,
      },
    })
    expect([403, 404]).toContain(result.statusCode)
    const { state } = await api.db
      .selectFrom('execution')
      .select('state')
      .where('id', '=', world.executions.feed)
      .executeTakeFirstOrThrow()
    expect(state).toBe('running')
  }
})

test('S4: every token is dead when its attempt has ended, its server was revoked, or it was taken back', async () => {
  for (const kind of AppKind.options) {
    const token = await api.executionToken(kind, api.spare)
    expect(await statusOf(paths.me, { authorization: `TC-Token ${token}` })).toBe(200)
    await api.db
      .updateTable('attempt')
      .set({ state: 'lost', finished_at: new Date() })
      .where('execution_id', '=', api.spare.executions[kind])
      .execute()
    // 403 and not 401: TcEx answers a 401 by sending the same again.
    expect(await statusOf(paths.me, { authorization: `TC-Token ${token}` })).toBe(403)
    const renewal = `${tcexPaths.base}${tcexPaths.tokenRenewal}?expiredToken=${encodeURIComponent(token)}`
    expect(await statusOf(renewal, {})).toBe(401)
  }
  const delivery = await api.deliveryToken(api.spare)
  await api.db
    .updateTable('environment_server')
    .set({ revoked_at: new Date() })
    .where('server_xid', '=', api.spare.ids['serverXid'] ?? '')
    .execute()
  expect(await statusOf(paths.me, { authorization: `Bearer ${delivery}` })).toBe(401)
})

test('S4: a token in an address renews itself and opens nothing', async () => {
  const token = encodeURIComponent(await api.executionToken('feed'))
  for (const query of [`expiredToken=${token}`, `token=${token}`, `access_token=${token}`])
    expect([400, 401]).toContain(await statusOf(`${paths.me}?${query}`, {}))
})
