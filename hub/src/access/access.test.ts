import { paths } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signInLimits } from './sign-in-limits.ts'
import { sessionCookie } from './authenticate.ts'
import { pageHeaders, startTestAccess, type TestAccess, testPassword } from './test-access.ts'

let system: TestAccess

beforeAll(async () => {
  system = await startTestAccess()
})
afterAll(() => system[Symbol.asyncDispose]())

describe('set-up link', () => {
  test('D16: a set-up link makes an administrator once, and never again', async () => {
    const token = await setupToken()
    const first = await setUp(token, 'root-of-all')
    const second = await setUp(token, 'another')
    expect([first.statusCode, second.statusCode]).toEqual([204, 403])
    expect(second.json()).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('postern setup-link') })
  })

  test('D16: a new set-up link ends the older ones', async () => {
    const older = await setupToken()
    const newer = await setupToken()
    expect((await setUp(older, 'by-the-older')).statusCode).toBe(403)
    expect((await setUp(newer, 'by-the-newer')).statusCode).toBe(204)
  })

  test('D16: a set-up link is dead after 30 minutes', async () => {
    const token = await setupToken()
    const { now } = system
    system.now = new Date(now.getTime() + 31 * 60_000)
    expect((await setUp(token, 'late')).statusCode).toBe(403)
    system.now = now
  })

  test("D16: a set-up link is made through the hub's local socket only", async () => {
    const admin = await token('administrator')
    const reply = await system.https.inject({ method: 'POST', url: paths.setupLinks, headers: bearer(admin) })
    expect(reply.statusCode).toBe(403)
  })
})

describe('sessions', () => {
  test('a user signs in, is known by the cookie, and is a stranger after signing out', async () => {
    await setUp(await setupToken(), 'ann')
    const cookie = await signIn('ANN')
    expect((await me(cookie)).json()).toMatchObject({ kind: 'user', name: 'ann', role: 'administrator' })
    const out = await system.https.inject({
      method: 'DELETE',
      url: paths.session,
      headers: pageHeaders,
      cookies: { [sessionCookie]: cookie },
    })
    expect(out.statusCode).toBe(204)
    expect((await me(cookie)).statusCode).toBe(401)
  })

  test("a change asked for by another site's page is refused although the cookie came with it", async () => {
    await setUp(await setupToken(), 'bea')
    const cookie = await signIn('bea')
    for (const foreign of ['https://evil.example.net', 'null', undefined]) {
      const reply = await system.https.inject({
        method: 'POST',
        url: paths.tokens,
        headers: { host: 'hub.example.org', ...(foreign === undefined ? {} : { origin: foreign }) },
        cookies: { [sessionCookie]: cookie },
        payload: { name: 'stolen', role: 'administrator' },
      })
      expect(reply.statusCode).toBe(403)
    }
  })

  test('guessing a password is refused after ten failures, also with the right one, and again allowed later', async () => {
    await setUp(await setupToken(), 'cat')
    for (let attempt = 0; attempt < signInLimits.failuresOfOneMax; attempt++)
      expect((await trySignIn('cat', 'wrong')).statusCode).toBe(401)
    expect((await trySignIn('cat', testPassword)).statusCode).toBe(429)
    const { now } = system
    system.now = new Date(now.getTime() + 16 * 60_000)
    expect((await trySignIn('cat', testPassword)).statusCode).toBe(204)
    system.now = now
  })

  test('an unknown name and a wrong password get the same answer', async () => {
    const unknown = await trySignIn('nobody-here', 'wrong')
    await setUp(await setupToken(), 'dot')
    const wrong = await trySignIn('dot', 'wrong')
    expect([unknown.statusCode, unknown.json().detail]).toEqual([wrong.statusCode, wrong.json().detail])
  })
})

describe('tokens and roles', () => {
  test('D22: a token has the rights of its role, and dies when it is revoked', async () => {
    const readOnly = await createToken('read-only')
    const listing = await system.https.inject({ method: 'GET', url: paths.users, headers: bearer(readOnly.token) })
    expect(listing.statusCode).toBe(403)
    expect(listing.json().detail).toContain('access:write')
    await system.door.inject({ method: 'DELETE', url: paths.token(readOnly.id) })
    expect(
      (await system.https.inject({ method: 'GET', url: paths.me, headers: bearer(readOnly.token) })).statusCode,
    ).toBe(401)
  })

  test('D22: every change leaves an audit row that names who did it, and no secret', async () => {
    const { token: secret } = await createToken('analyst')
    const { data } = (await system.door.inject({ method: 'GET', url: paths.auditEvents })).json()
    expect(data[0]).toMatchObject({ action: 'token.create', actorKind: 'machine' })
    expect(JSON.stringify(data)).not.toContain(secret)
  })

  test('only hashes of credentials are stored', async () => {
    const { token: secret } = await createToken('analyst')
    const { rows } = await system.connection.pool.query('select row_to_json(t)::text as text from api_token t')
    expect(rows.map((row) => row.text).join('\n')).not.toContain(secret)
  })

  test('an API token speaks by the scheme of TcEx too, since that client knows no other', async () => {
    const { token: secret } = await createToken('analyst')
    const reply = await system.https.inject({
      method: 'GET',
      url: paths.me,
      headers: { authorization: `TC-Token ${secret}` },
    })
    expect(reply.json()).toMatchObject({ kind: 'token', role: 'analyst' })
  })

  test('an Authorization header that is no good is refused, and never treated as absent', async () => {
    for (const authorization of ['Bearer pst_wrong', 'TC-Token API:1:x:1:y', 'Basic YTpi']) {
      const reply = await system.https.inject({ method: 'GET', url: paths.me, headers: { authorization } })
      expect(reply.statusCode).toBe(401)
      expect(reply.headers['content-type']).toBe('application/problem+json')
    }
  })
})

async function setupToken(): Promise<string> {
  const reply = await system.door.inject({ method: 'POST', url: paths.setupLinks })
  return reply.json().url.split('#')[1]
}

function setUp(setupToken: string, username: string) {
  return system.https.inject({
    method: 'POST',
    url: paths.setup,
    headers: pageHeaders,
    payload: { setupToken, username, password: testPassword },
  })
}

function trySignIn(username: string, given: string) {
  return system.https.inject({
    method: 'POST',
    url: paths.session,
    headers: pageHeaders,
    payload: { username, password: given },
  })
}

async function signIn(username: string): Promise<string> {
  const reply = await trySignIn(username, testPassword)
  const cookie = reply.cookies.find((each) => each.name === sessionCookie)
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' })
  return cookie?.value ?? ''
}

function me(cookie: string) {
  return system.https.inject({ method: 'GET', url: paths.me, cookies: { [sessionCookie]: cookie } })
}

async function createToken(role: string): Promise<{ id: string; token: string }> {
  const reply = await system.door.inject({ method: 'POST', url: paths.tokens, payload: { name: 'test', role } })
  return reply.json()
}

async function token(role: string): Promise<string> {
  return (await createToken(role)).token
}

function bearer(value: string) {
  return { authorization: `Bearer ${value}` }
}
