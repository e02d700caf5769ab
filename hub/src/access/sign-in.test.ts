import { paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FailedTryStore } from './failed-try-store.ts'
import { sessionHours } from './access.ts'
import { sessionCookie } from './authenticate.ts'
import type { PersonCaller } from './caller.ts'
import { hashPassword } from './passwords/password.ts'
import { signInLimits } from './sign-in-limits.ts'
import { pageHeaders, startTestAccess, type TestAccess, testPassword } from './test-access.ts'
import { UserStore } from './user-store.ts'

let system: TestAccess
let passwordHash: string

beforeAll(async () => {
  system = await startTestAccess()
  passwordHash = await hashPassword(testPassword)
})
afterAll(() => system[Symbol.asyncDispose]())

test('LIB-10: the cookie of a session is for this host, over TLS, out of reach of scripts and of other sites', async () => {
  await addUser('eve')
  const reply = await trySignIn('eve', testPassword)
  expect(reply.headers['set-cookie']).toMatch(
    /^__Host-postern_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  )
  expect(reply.body).toBe('')
})

test('LIB-10: signing in makes a session of its own: a cookie that was planted before is worth nothing afterwards', async () => {
  await addUser('fay')
  const planted = 'x'.repeat(43)
  const reply = await system.https.inject({
    method: 'POST',
    url: paths.session,
    headers: pageHeaders,
    cookies: { [sessionCookie]: planted },
    payload: { username: 'fay', password: testPassword },
  })
  const made = reply.cookies.find((each) => each.name === sessionCookie)?.value ?? ''
  expect([reply.statusCode, made === planted]).toEqual([204, false])
  expect((await me(planted)).statusCode).toBe(401)
  expect((await me(made)).statusCode).toBe(200)
})

test('LIB-10: signing in again ends the session that the browser had', async () => {
  await addUser('gil')
  const first = await signIn('gil')
  const again = await system.https.inject({
    method: 'POST',
    url: paths.session,
    headers: pageHeaders,
    cookies: { [sessionCookie]: first },
    payload: { username: 'gil', password: testPassword },
  })
  expect(again.statusCode).toBe(204)
  expect((await me(first)).statusCode).toBe(401)
})

test('LIB-10: a session ends after twelve hours, and at once when its user is disabled', async () => {
  await addUser('hal')
  const [old, other] = [await signIn('hal'), await signIn('hal')]
  const { now } = system
  system.now = new Date(now.getTime() + sessionHours * 3_600_000 - 1000)
  expect((await me(old)).statusCode).toBe(200)
  system.now = new Date(now.getTime() + sessionHours * 3_600_000)
  expect((await me(old)).statusCode).toBe(401)
  system.now = now
  await system.connection.pool.query(`update user_account set disabled_at = now() where username = 'hal'`)
  expect((await me(other)).statusCode).toBe(401)
  expect((await trySignIn('hal', testPassword)).json().detail).toBe('User name or password is wrong.')
})

test('LIB-10: a name that failed ten times from an address is closed there, to nobody else and nowhere else', async () => {
  await Promise.all(['ivy', 'joe'].map(addUser))
  await failed(signInLimits.failuresOfOneMax - 1, ['name ivy from 192.0.2.50', 'address 192.0.2.50'])
  expect((await signInFrom('192.0.2.50', 'IVY', 'wrong')).statusCode).toBe(401)
  expect((await signInFrom('192.0.2.50', 'ivy')).statusCode).toBe(429)
  expect((await signInFrom('192.0.2.50', 'joe')).statusCode).toBe(204)
  expect((await signInFrom('192.0.2.51', 'ivy')).statusCode).toBe(204)
})

test('LIB-10: a name that is made up of another one and an address closes nothing for that one', async () => {
  await addUser('kim')
  for (let attempt = 0; attempt < signInLimits.failuresOfOneMax; attempt++)
    expect((await signInFrom('192.0.2.52', 'kim from 192.0.2.53', 'wrong')).statusCode).toBe(401)
  expect((await signInFrom('192.0.2.53', 'kim')).statusCode).toBe(204)
})

test('LIB-10: one address may fail a hundred times, whatever names it tries, and the answer is the same for names that are there', async () => {
  await addUser('lea')
  await failed(signInLimits.failuresOfAddressMax - 1, ['address 192.0.2.54'])
  expect((await signInFrom('192.0.2.54', 'nobody', 'wrong')).statusCode).toBe(401)
  const [there, absent] = [await signInFrom('192.0.2.54', 'lea'), await signInFrom('192.0.2.54', 'nobody-else')]
  expect([there.statusCode, there.json().detail]).toEqual([429, absent.json().detail])
  expect((await signInFrom('192.0.2.55', 'lea')).statusCode).toBe(204)
})

test('LIB-10: a hundred failures close a name everywhere, whether it is there or not', async () => {
  await addUser('mia')
  for (const name of ['mia', 'nobody-there']) {
    await failed(signInLimits.failuresOfNameMax, [`name ${name}`])
    expect((await signInFrom('192.0.2.56', name)).statusCode).toBe(429)
  }
})

test('LIB-10: thirty sign-ins a minute from one address are enough, and the answer says when to come again', async () => {
  const statuses: number[] = []
  let last
  for (let attempt = 0; attempt < 31; attempt++) {
    // Refused by its shape, so that no password is hashed.
    last = await system.https.inject({
      method: 'POST',
      url: paths.session,
      headers: pageHeaders,
      remoteAddress: '192.0.2.60',
      payload: {},
    })
    statuses.push(last.statusCode)
  }
  expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 400))
  expect([last?.statusCode, last?.json().code, Number(last?.headers['retry-after'])]).toEqual([
    429,
    'too-many',
    expect.any(Number),
  ])
})

test('LIB-10: a session is no token, and a token no session', async () => {
  await addUser('jan')
  const session = await signIn('jan')
  const pst = await createToken()
  for (const authorization of [`Bearer ${session}`, `TC-Token ${session}`]) {
    expect((await system.https.inject({ url: paths.me, headers: { authorization } })).statusCode).toBe(401)
  }
  expect((await me(pst)).statusCode).toBe(401)
})

test('LIB-10: a token is refused when it is cut, changed, longer, of another prefix, expired, or twice there', async () => {
  const good = await createToken()
  const last = good.endsWith('A') ? 'B' : 'A'
  const wrong = [
    good.slice(0, -1),
    `${good.slice(0, -1)}${last}`,
    `${good}A`,
    good.replace('pst_', 'psd_'),
    good.slice(4),
    good.toUpperCase(),
    `${good},${good}`,
    '',
  ]
  for (const each of wrong) {
    const reply = await system.https.inject({ url: paths.me, headers: { authorization: `Bearer ${each}` } })
    expect([each.length, reply.statusCode]).toEqual([each.length, 401])
    // What was sent is not shown to whoever looks over a shoulder, or at a log.
    if (each.length > 10) expect(reply.body).not.toContain(each)
  }
  const { now } = system
  system.now = new Date(now.getTime() + 91 * 86_400_000)
  expect((await system.https.inject({ url: paths.me, headers: { authorization: `Bearer ${good}` } })).statusCode).toBe(
    401,
  )
  system.now = now
  expect((await system.https.inject({ url: paths.me, headers: { authorization: `Bearer ${good}` } })).statusCode).toBe(
    200,
  )
})

async function addUser(username: string): Promise<void> {
  const { connection, organizationId } = system
  await new UserStore(connection.db).insert({ organizationId, username, role: 'analyst', passwordHash })
}

async function createToken(): Promise<string> {
  const machine: PersonCaller = {
    kind: 'machine',
    name: 'test',
    role: 'administrator',
    organizationId: system.organizationId,
  }
  return (await system.apiTokens.create(machine, { name: 'test', role: 'analyst' }, '192.0.2.1')).token
}

async function failed(count: number, subjects: string[]): Promise<void> {
  const all = Array.from({ length: count }, () => subjects).flat()
  await new FailedTryStore(system.connection.db).insert(all, system.now)
}

function signInFrom(remoteAddress: string, username: string, password = testPassword) {
  return system.https.inject({
    method: 'POST',
    url: paths.session,
    headers: pageHeaders,
    remoteAddress,
    payload: { username, password },
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
  return reply.cookies.find((each) => each.name === sessionCookie)?.value ?? ''
}

function me(cookie: string) {
  return system.https.inject({ method: 'GET', url: paths.me, cookies: { [sessionCookie]: cookie } })
}
