import { paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { createServer, type Server } from '../http/server.ts'
import type { Clock } from '../lib/clock.ts'
import { Settings } from '../settings/settings.ts'
import { AccessStore } from './access-store.ts'
import { Access, sessionHours, signInFailuresMax } from './access.ts'
import { authenticateHttps, sessionCookie } from './authenticate.ts'
import type { PersonCaller } from './caller.ts'
import { hashPassword } from './password.ts'
import { accessRoutes } from './routes.ts'

const password = 'correct horse battery staple'
const origin = 'https://hub.example.org'
const headers = { host: 'hub.example.org', origin }

let database: TestDatabase
let connection: DatabaseConnection
let https: Server
let access: Access
let organizationId: string
let passwordHash: string
const time = { now: new Date('2026-11-21T10:00:00Z') }
const clock: Clock = { now: () => time.now }

beforeAll(async () => {
  database = await createTestDatabase()
  connection = connectDatabase(database.url, () => {})
  access = new Access(connection.db, new Audit(), clock)
  organizationId = await access.firstOrganizationId()
  passwordHash = await hashPassword(password)
  const nobody = async () => undefined
  https = await createServer({ authenticate: authenticateHttps(access, nobody, nobody), logger: false })
  const ports = () => ({ https: 8443, broker: 62_000 })
  accessRoutes(https, access, new Settings(connection.db, { publicUrl: origin, brokerPublicHost: undefined, ports }))
})
afterAll(async () => {
  await https.close()
  await connection.close()
  await database.drop()
})

test('LIB-10: the cookie of a session is for this host, over TLS, out of reach of scripts and of other sites', async () => {
  await addUser('eve')
  const reply = await trySignIn('eve', password)
  expect(reply.headers['set-cookie']).toMatch(
    /^__Host-postern_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  )
  expect(reply.body).toBe('')
})

test('LIB-10: signing in makes a session of its own: a cookie that was planted before is worth nothing afterwards', async () => {
  await addUser('fay')
  const planted = 'x'.repeat(43)
  const reply = await https.inject({
    method: 'POST',
    url: paths.session,
    headers,
    cookies: { [sessionCookie]: planted },
    payload: { username: 'fay', password },
  })
  const made = reply.cookies.find((each) => each.name === sessionCookie)?.value ?? ''
  expect([reply.statusCode, made === planted]).toEqual([204, false])
  expect((await me(planted)).statusCode).toBe(401)
  expect((await me(made)).statusCode).toBe(200)
})

test('LIB-10: signing in again ends the session that the browser had', async () => {
  await addUser('gil')
  const first = await signIn('gil')
  const again = await https.inject({
    method: 'POST',
    url: paths.session,
    headers,
    cookies: { [sessionCookie]: first },
    payload: { username: 'gil', password },
  })
  expect(again.statusCode).toBe(204)
  expect((await me(first)).statusCode).toBe(401)
})

test('LIB-10: a session ends after twelve hours, and at once when its user is disabled', async () => {
  await addUser('hal')
  const [old, other] = [await signIn('hal'), await signIn('hal')]
  const { now } = time
  time.now = new Date(now.getTime() + sessionHours * 3_600_000 - 1000)
  expect((await me(old)).statusCode).toBe(200)
  time.now = new Date(now.getTime() + sessionHours * 3_600_000)
  expect((await me(old)).statusCode).toBe(401)
  time.now = now
  await connection.pool.query(`update user_account set disabled_at = now() where username = 'hal'`)
  expect((await me(other)).statusCode).toBe(401)
  expect((await trySignIn('hal', password)).json().detail).toBe('User name or password is wrong.')
})

test('LIB-10: one address may fail ten times, whatever names it tries, and the answer is the same for names that are there', async () => {
  await addUser('ivy')
  const from = (remoteAddress: string, username: string) =>
    https.inject({
      method: 'POST',
      url: paths.session,
      headers,
      remoteAddress,
      payload: { username, password: 'wrong' },
    })
  for (let attempt = 1; attempt < signInFailuresMax; attempt++)
    await new AccessStore(connection.db).insertFailure([`name ${attempt}`, 'address 192.0.2.50'], time.now)
  expect((await from('192.0.2.50', 'nobody')).statusCode).toBe(401)
  const [there, absent] = [await from('192.0.2.50', 'ivy'), await from('192.0.2.50', 'nobody-else')]
  expect([there.statusCode, there.json().detail]).toEqual([429, absent.json().detail])
  expect((await from('192.0.2.51', 'ivy')).statusCode).toBe(401)
})

test('LIB-10: thirty sign-ins a minute from one address are enough, and the answer says when to come again', async () => {
  const statuses: number[] = []
  let last
  for (let attempt = 0; attempt < 31; attempt++) {
    // Refused by its shape, so that no password is hashed.
    last = await https.inject({
      method: 'POST',
      url: paths.session,
      headers,
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
    expect((await https.inject({ url: paths.me, headers: { authorization } })).statusCode).toBe(401)
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
    const reply = await https.inject({ url: paths.me, headers: { authorization: `Bearer ${each}` } })
    expect([each.length, reply.statusCode]).toEqual([each.length, 401])
    // What was sent is not shown to whoever looks over a shoulder, or at a log.
    if (each.length > 10) expect(reply.body).not.toContain(each)
  }
  const { now } = time
  time.now = new Date(now.getTime() + 91 * 86_400_000)
  expect((await https.inject({ url: paths.me, headers: { authorization: `Bearer ${good}` } })).statusCode).toBe(401)
  time.now = now
  expect((await https.inject({ url: paths.me, headers: { authorization: `Bearer ${good}` } })).statusCode).toBe(200)
})

async function addUser(username: string): Promise<void> {
  await new AccessStore(connection.db).insertUser(organizationId, username, 'analyst', passwordHash)
}

async function createToken(): Promise<string> {
  const machine: PersonCaller = { kind: 'machine', name: 'test', role: 'administrator', organizationId }
  return (await access.createToken(machine, { name: 'test', role: 'analyst' }, '192.0.2.1')).token
}

function trySignIn(username: string, given: string) {
  return https.inject({ method: 'POST', url: paths.session, headers, payload: { username, password: given } })
}

async function signIn(username: string): Promise<string> {
  const reply = await trySignIn(username, password)
  return reply.cookies.find((each) => each.name === sessionCookie)?.value ?? ''
}

function me(cookie: string) {
  return https.inject({ method: 'GET', url: paths.me, cookies: { [sessionCookie]: cookie } })
}
