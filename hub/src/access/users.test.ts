import { paths, type User } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Audit } from '../audit/audit.ts'
import { lockWaits } from '../database/test-lock-waits.ts'
import { closeEnded } from '../live/close-ended.ts'
import { sessionCookie } from './authenticate.ts'
import { createOwnMailAddress } from './own-mail-address.ts'
import { pageHeaders, startTestAccess, type TestAccess, testPassword } from './test-access.ts'
import { testPeople, tokenOf } from './test-people.ts'

let system: TestAccess
let people: ReturnType<typeof testPeople>

beforeAll(async () => {
  system = await startTestAccess()
  people = testPeople(system)
  // So that nobody else is the last one.
  await people.member('chief', 'administrator')
})
afterAll(() => system[Symbol.asyncDispose]())

test('ES-16: who is disabled is out at once, with sessions, links and the API tokens that the user made', async () => {
  await people.withoutMail()
  const user = await people.member('leaves', 'administrator')
  const cookie = await people.signIn(user.username)
  const { token } = (await people.makeToken(cookie, 'administrator')).json()
  // A token that the token made is the same person's.
  const grandchild = (
    await system.https.inject({
      method: 'POST',
      url: paths.tokens,
      headers: bearer(token),
      payload: { name: 'of a token', role: 'analyst' },
    })
  ).json().token
  const link = tokenOf((await people.giveLink(user)).url)
  const closed: [string, number][] = []
  const pages = [cookie, await people.signIn((await people.member('stays')).username)].map((session) => ({
    session,
    socket: { close: (code: number) => void closed.push([session, code]) },
  }))
  const look = async () => await closeEnded(pages, async (sessions) => await system.access.sessionsInForce(sessions))
  await look()
  expect(closed).toEqual([])
  expect((await people.change(user, { isDisabled: true })).json()).toMatchObject({ disabledAt: expect.any(String) })
  // A live page is not asked for again by itself; it is closed.
  await look()
  expect(closed).toEqual([[cookie, 1008]])
  expect((await people.me(cookie)).statusCode).toBe(401)
  for (const each of [token, grandchild])
    expect((await system.https.inject({ url: paths.me, headers: bearer(each) })).statusCode).toBe(401)
  expect((await people.choose(link)).statusCode).toBe(403)
  expect((await people.post(paths.userPasswordLinks(user.id), {})).statusCode).toBe(409)
  await people.forgot(user.username)
  await system.passwordRequests.tick()
  // Enabled again, the person signs in anew; nothing that was ended comes back.
  await people.change(user, { isDisabled: false })
  expect((await people.me(cookie)).statusCode).toBe(401)
  expect((await system.https.inject({ url: paths.me, headers: bearer(token) })).statusCode).toBe(401)
  expect((await people.trySignIn(user.username)).statusCode).toBe(204)
})

test('ES-16: a lower role holds at once, and ends the API tokens above it', async () => {
  await people.withoutMail()
  const user = await people.member('lowered', 'administrator')
  const cookie = await people.signIn(user.username)
  const [above, below] = [
    (await people.makeToken(cookie, 'administrator')).json().token,
    (await people.makeToken(cookie, 'read-only')).json().token,
  ]
  await people.change(user, { role: 'analyst' })
  expect((await people.me(cookie)).json()).toMatchObject({ role: 'analyst' })
  const statuses = []
  for (const token of [above, below])
    statuses.push((await system.https.inject({ url: paths.me, headers: bearer(token) })).statusCode)
  expect(statuses).toEqual([401, 200])
})

test('ES-16: the last administrator who can sign in stays one, also where two would go at once', async () => {
  await people.withoutMail()
  const { rows } = await system.connection.pool.query(
    `update user_account set role = 'analyst' where role = 'administrator' returning id`,
  )
  const [one, other] = [
    await people.member('one-of-two', 'administrator'),
    await people.member('other-of-two', 'administrator'),
  ]
  await people.invite('invited-only', 'administrator')
  const both = await Promise.all([people.change(one, { isDisabled: true }), people.change(other, { role: 'analyst' })])
  expect(both.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409])
  expect(both.find(({ statusCode }) => statusCode === 409)?.json().detail).toContain(
    'last administrator who can sign in',
  )
  await system.connection.pool.query(
    `update user_account set role = 'administrator', disabled_at = null where id = any($1)`,
    [[...rows.map((row) => row.id), one.id, other.id]],
  )
})

test('ES-16: administrators alone see and change accounts, of their own organization', async () => {
  await people.withoutMail()
  const organizer = await people.member('organizer', 'organization-administrator')
  const cookies = { [sessionCookie]: await people.signIn(organizer.username) }
  const refused = [
    await system.https.inject({ url: paths.users, cookies }),
    await system.https.inject({ method: 'POST', url: paths.invitations, headers: pageHeaders, cookies, payload: {} }),
  ]
  expect(refused.map(({ statusCode }) => statusCode)).toEqual([403, 403])
  const { rows } = await system.connection.pool.query(
    `with theirs as (insert into organization (name) values ('Theirs') returning id)
     insert into user_account (organization_id, username, role, password_hash, mail_address)
     select id, 'theirs', 'analyst', 'x', 'theirs@example.org' from theirs returning id`,
  )
  const theirs = { id: rows[0].id } as User
  expect((await people.change(theirs, { role: 'administrator' })).statusCode).toBe(404)
  expect((await people.post(paths.userPasswordLinks(theirs.id), {})).statusCode).toBe(404)
  const { data, next } = (await system.door.inject({ url: `${paths.users}?limit=3` })).json()
  expect([data.length, typeof next]).toEqual([3, 'string'])
  const second = (await system.door.inject({ url: `${paths.users}?limit=1000&cursor=${next}` })).json()
  expect([...data, ...second.data].map(({ username }) => username)).not.toContain('theirs')
})

test("ES-16: with a session alone nobody moves a user's mail address, where a new password would go", async () => {
  await people.withoutMail()
  const user = await people.member('moves')
  const cookies = { [sessionCookie]: await people.signIn(user.username) }
  const move = (password: string) =>
    system.https.inject({
      method: 'PUT',
      url: paths.ownMailAddress,
      headers: pageHeaders,
      cookies,
      payload: { mailAddress: 'thief@example.org', password },
    })
  expect((await move('a guess of mine')).statusCode).toBe(403)
  const { rows } = await system.connection.pool.query(`select mail_address from user_account where id = $1`, [user.id])
  expect(rows).toEqual([{ mail_address: user.mailAddress }])
  // A password that held when it was checked, and was ended before the change.
  const ownMail = createOwnMailAddress({
    db: system.connection.db,
    audit: new Audit(),
    access: { requirePassword: async () => 'a hash of before' },
  })
  const caller = {
    kind: 'user',
    userId: user.id,
    name: user.username,
    role: user.role,
    organizationId: user.organizationId,
  } as const
  const late = ownMail.change(caller, { mailAddress: 'thief@example.org', password: testPassword }, '192.0.2.1')
  await expect(late).rejects.toThrow('Nothing was changed')
  expect((await move(testPassword)).statusCode).toBe(200)
})

test('ES-16: a link that is used while its account is changed waits for the change, and neither locks the other out', async () => {
  await people.withoutMail()
  const user = await people.member('changed-and-chosen')
  const link = tokenOf((await people.giveLink(user)).url)
  const [changed, chosen] = await atOnce(
    user,
    () => people.change(user, { mailAddress: 'moved@example.org' }),
    () => people.choose(link),
  )
  expect([changed.statusCode, chosen.statusCode]).toEqual([200, 403])
})

test('ES-16: a token that a user makes while the account is disabled ends with it, and neither locks the other out', async () => {
  const user = await people.member('disabled-and-busy', 'administrator')
  const session = await people.signIn(user.username)
  const [changed, made] = await atOnce(
    user,
    () => people.change(user, { isDisabled: true }),
    () => people.makeToken(session, 'analyst'),
  )
  expect([changed.statusCode, made.statusCode]).toEqual([200, 201])
  const { token } = made.json()
  expect((await system.https.inject({ url: paths.me, headers: bearer(token) })).statusCode).toBe(401)
})

test('ES-16: who was disabled while asking for an API token is told to sign in, not that something is missing', async () => {
  const user = await people.member('asked-too-late', 'administrator')
  await people.change(user, { isDisabled: true })
  const { id: userId, username: name, organizationId } = user
  const caller = { kind: 'user', userId, name, role: 'administrator', organizationId } as const
  const asked = system.apiTokens.create(caller, { name: 'test', role: 'analyst' }, '192.0.2.1')
  await expect(asked).rejects.toMatchObject({ code: 'unauthenticated' })
})

/** Begins the second while the first one waits, since somebody reads the account under a lock. */
async function atOnce<First, Second>(user: User, first: () => PromiseLike<First>, second: () => PromiseLike<Second>) {
  const { db } = system.connection
  const begun = await db.transaction().execute(async (trx) => {
    await sql`select 1 from user_account where id = ${user.id} for share`.execute(trx)
    const one = Promise.resolve(first())
    await lockWaits(db, 1)
    const other = Promise.resolve(second())
    await lockWaits(db, 2, other)
    return [one, other] as const
  })
  return await Promise.all(begun)
}

function bearer(value: string) {
  return { authorization: `Bearer ${value}` }
}
