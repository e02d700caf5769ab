import { paths } from '@postern/protocol'
import { startMailServer } from '@postern/simulators'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockWaits } from '../../database/test-lock-waits.ts'
import { passwordLimits } from './password-limits.ts'
import type { PasswordLinks } from './password-links.ts'
import { createPasswordRequests } from './password-requests.ts'
import { startTestAccess, type TestAccess } from '../test-access.ts'
import { testPeople, tokenMailedTo, tokenOf } from '../test-people.ts'

let system: TestAccess
let people: ReturnType<typeof testPeople>

beforeAll(async () => {
  system = await startTestAccess()
  people = testPeople(system)
})
afterAll(() => system[Symbol.asyncDispose]())

test('ES-16: an invitation of each role is mailed, and the link in it lets its person choose a password once', async () => {
  await using server = await mailServer()
  for (const role of ['read-only', 'analyst', 'organization-administrator', 'administrator'] as const) {
    const { user, link } = await people.invite(`new-${role}`, role)
    expect([user.isInvited, user.role, link.url, link.mail?.isSent]).toEqual([true, role, null, true])
    expect((await people.trySignIn(user.username)).statusCode).toBe(401)
    const token = tokenMailedTo(server, user.mailAddress)
    const checked = await people.checkLink(token)
    expect([checked.statusCode, checked.body]).toEqual([204, ''])
    const chosen = await people.choose(token)
    expect([chosen.statusCode, chosen.json()]).toEqual([200, { username: user.username }])
    expect((await people.checkLink(token)).statusCode).toBe(403)
    expect((await people.choose(token, 'another long password')).statusCode).toBe(403)
    const cookie = await people.signIn(user.username)
    expect((await people.me(cookie)).json()).toMatchObject({ name: user.username, role })
  }
})

test('ES-16: without a mail server the link is shown once to who invites, and no token stands in the database', async () => {
  await people.withoutMail()
  const { user, link } = await people.invite('shown-once', 'analyst')
  expect(link).toMatchObject({ url: expect.stringMatching(/\/password#[\w-]{43}$/), mail: null })
  const token = tokenOf(link.url)
  const { rows } = await system.connection.pool.query(
    `select jsonb_build_array((select jsonb_agg(l) from password_link l), (select jsonb_agg(a) from audit_event a),
       (select jsonb_agg(m) from mail m)) as kept`,
  )
  expect(JSON.stringify(rows)).not.toContain(token)
  await people.later(passwordLimits.invitationHours * 60, async () =>
    expect((await people.choose(token)).statusCode).toBe(403),
  )
  // A newer one takes the place of an older one.
  const newer = tokenOf((await people.giveLink(user)).url)
  expect([(await people.choose(token)).statusCode, (await people.choose(newer)).statusCode]).toEqual([403, 200])
})

test('ES-16: a mail server that refuses leaves the link to who invites, with what it said', async () => {
  await using server = await mailServer()
  server.refuse({ code: 550, text: '5.1.1 No such user' })
  const { link } = await people.invite('refused-by-mail', 'analyst')
  expect([link.url !== null, link.mail]).toEqual([true, { isSent: false, said: expect.stringContaining('550') }])
})

test('ES-16: a forgotten password is asked for by name or address, and a stranger cannot tell who is known', async () => {
  await using server = await mailServer()
  const user = await people.member('forgetful')
  const before = await counts()
  const answers = []
  for (const name of ['forgetful', 'FORGETFUL@example.org', 'nobody-at-all', 'nobody@example.org'])
    answers.push(await people.forgot(name))
  expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual(answers.map(() => [204, '']))
  // Nothing but the request was written: no look-up of the account has happened yet, so time says nothing either.
  expect(await counts()).toEqual(before)
  await system.passwordRequests.tick()
  // The second came too soon after the first for another mail.
  expect(server.mails.map(({ to }) => to)).toEqual([[user.mailAddress]])
  expect((await people.choose(tokenMailedTo(server, user.mailAddress), 'the new long password')).statusCode).toBe(200)
  expect((await people.trySignIn('forgetful')).statusCode).toBe(401)
  expect((await people.trySignIn('forgetful', 'the new long password')).statusCode).toBe(204)
  await system.mail.queue.tick()
  expect(server.mails.at(-1)?.raw).toContain('Subject: Postern: your password was changed')
})

test('ES-16: no password is blanks alone or the user name, whoever chooses it, and the link stays good', async () => {
  await using server = await mailServer()
  const { user } = await people.invite('named-like-this', 'analyst')
  const token = tokenMailedTo(server, user.mailAddress)
  for (const password of [' '.repeat(12), '\u00a0\u200b'.repeat(6), 'NAMED-like-this', ' named-like-this ']) {
    const refused = await people.choose(token, password)
    expect([refused.statusCode, refused.json().detail]).toEqual([400, expect.stringContaining('"password": ')])
    expect(
      (await people.post(paths.users, { username: 'named-like-this', role: 'analyst', password })).statusCode,
    ).toBe(400)
  }
  expect((await people.choose(token)).statusCode).toBe(200)
})

test('ES-16: a new password ends every session, and the wait after wrong ones; a late link is no good', async () => {
  await using server = await mailServer()
  const user = await people.member('all-sessions')
  const cookies = [await people.signIn(user.username), await people.signIn(user.username)]
  for (let attempt = 0; attempt < 10; attempt++)
    await system.connection.pool.query(`insert into sign_in_failure values ('name all-sessions from 127.0.0.1', $1)`, [
      system.now,
    ])
  expect((await people.trySignIn(user.username)).statusCode).toBe(429)
  await people.forgot(user.username)
  await system.passwordRequests.tick()
  const late = tokenMailedTo(server, user.mailAddress)
  await people.later(passwordLimits.resetMinutes, async () => {
    expect((await people.choose(late)).statusCode).toBe(403)
    await people.forgot(user.username)
    await system.passwordRequests.tick()
    expect((await people.choose(tokenMailedTo(server, user.mailAddress))).statusCode).toBe(200)
    for (const cookie of cookies) expect((await people.me(cookie)).statusCode).toBe(401)
    expect((await people.trySignIn(user.username)).statusCode).toBe(204)
  })
  const { rows } = await system.connection.pool.query(
    `select actor_name, action, detail, address from audit_event where subject = 'user all-sessions' order by id`,
  )
  expect(rows).toContainEqual(
    expect.objectContaining({ action: 'user.password', detail: { by: 'reset' }, address: '127.0.0.1' }),
  )
  expect(rows).toContainEqual(
    expect.objectContaining({ action: 'password-link.create', actor_name: 'forgotten password' }),
  )
})

test('ES-16: what was not mailed for a mistake of the hub, or because it died, is mailed at the next try', async () => {
  await using server = await mailServer()
  const [one, other] = [await people.member('tried-after-mistake'), await people.member('tried-after-death')]
  await people.forgot(one.username, '203.0.113.2')
  const mistaken = requestsSentBy(() => Promise.reject(new Error('nothing is known of the mail server now')))
  await expect(mistaken.tick()).rejects.toThrow('nothing is known of the mail server now')
  await people.forgot(other.username, '203.0.113.2')
  const died = Promise.withResolvers<void>()
  void requestsSentBy(() => {
    died.resolve()
    return new Promise(() => {})
  }).tick()
  await died.promise
  await people.later(passwordLimits.retryMinutes, async () => await system.passwordRequests.tick())
  expect(server.mails.map(({ to }) => to[0]).toSorted()).toEqual([other.mailAddress, one.mailAddress])
})

test('ES-16: what a stranger asks for ends no link that an administrator made, mailed or not; the first that is used ends both', async () => {
  await people.withoutMail()
  const user = await people.member('has-a-link')
  const handed = tokenOf((await people.giveLink(user)).url)
  await using server = await mailServer()
  server.refuse({ code: 451, text: '4.7.1 Try again later' })
  await people.later(passwordLimits.mailedAgainMinutes, async () => {
    await people.forgot(user.username, '203.0.113.3')
    await system.passwordRequests.tick()
    expect((await people.checkLink(handed)).statusCode).toBe(204)
    server.refuse(undefined)
    await people.later(passwordLimits.retryMinutes, async () => await system.passwordRequests.tick())
    const mailed = tokenMailedTo(server, user.mailAddress)
    expect((await people.checkLink(mailed)).statusCode).toBe(204)
    expect([(await people.choose(handed)).statusCode, (await people.choose(mailed)).statusCode]).toEqual([200, 403])
  })
})

test('ES-16: a link goes to the address of now, also where that changes while the link is made or mailed', async () => {
  await using server = await mailServer()
  const user = await people.member('moves-about')
  const { db } = system.connection
  const [given] = await db.transaction().execute(async (trx) => {
    await sql`select 1 from user_account where id = ${user.id} for update`.execute(trx)
    const given = people.giveLink(user)
    await lockWaits(db, 1)
    await sql`update user_account set mail_address = 'first@example.org' where id = ${user.id}`.execute(trx)
    return [given]
  })
  await given
  await people.forgot(user.username, '203.0.113.4')
  const moving = requestsSentBy(async () => {
    await people.change(user, { mailAddress: 'second@example.org' })
    return { isSent: true, said: 'The mail server took it: 250' }
  })
  await moving.tick()
  await people.later(passwordLimits.retryMinutes, async () => await system.passwordRequests.tick())
  expect(server.mails.map(({ to }) => to)).toEqual([['first@example.org'], ['second@example.org']])
})

test('ES-16: links are bounded for a network, whatever names it asks for, and a greylisting mail server is tried again', async () => {
  await using server = await mailServer()
  const user = await people.member('tried-again')
  server.refuse({ code: 451, text: '4.7.1 Try again later' })
  await people.forgot(user.username)
  await system.passwordRequests.tick()
  server.refuse(undefined)
  await people.later(passwordLimits.retryMinutes, async () => await system.passwordRequests.tick())
  expect(server.mails.map(({ to }) => to)).toEqual([[user.mailAddress]])
  const statuses = []
  for (let asked = 0; asked <= passwordLimits.networkRequestsMax; asked++)
    statuses.push((await people.forgot(`name-${asked}`, `198.51.100.${asked + 1}`)).statusCode)
  expect(statuses).toEqual([...Array.from({ length: passwordLimits.networkRequestsMax }, () => 204), 429])
  expect((await people.forgot(user.username, '198.51.100.200')).statusCode).toBe(429)
  expect((await people.forgot(user.username, '203.0.113.1')).statusCode).toBe(204)
  for (let asked = 0; asked <= passwordLimits.networkRequestsMax; asked++)
    await system.passwordRequests.take('somebody', `2001:db8:0:1::${asked}`).catch(() => {})
  expect((await people.forgot('somebody', '2001:db8:0:1:ffff::1')).statusCode).toBe(429)
  expect((await people.forgot('somebody', '2001:db8:0:2::1')).statusCode).toBe(204)
  expect((await people.forgot('somebody', 'fe80::1%eth0')).statusCode).toBe(204)
})

async function mailServer() {
  const server = await startMailServer()
  await people.withMail(server)
  return server
}

/** What a request could have changed beside itself. */
async function counts() {
  const { rows } = await system.connection.pool.query(
    `select (select count(*) from password_link) links, (select count(*) from audit_event) events, (select count(*) from mail) mails`,
  )
  return rows
}

/** Another hub on the same database, whose mails go out like this. */
function requestsSentBy(send: PasswordLinks['send']) {
  const { keepMailed } = system.passwordLinks
  return createPasswordRequests({
    db: system.connection.db,
    clock: { now: () => system.now },
    links: { keepMailed, send },
    log: { error() {}, warn() {}, info() {}, debug() {} },
  })
}
