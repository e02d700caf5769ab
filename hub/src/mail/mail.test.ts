import { randomBytes } from 'node:crypto'
import { startMailServer } from '@postern/simulators'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PersonCaller } from '../access/caller.ts'
import { Audit } from '../audit/audit.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import { HeldClock } from '../lib/held-clock.ts'
import { testSettings } from '../settings/test-settings.ts'
import { createMail, type MailFeature } from './mail.ts'
import { mailLimits } from './mail-limits.ts'
import { queueMail } from './mail-queue.ts'
import { mailWords } from './mail-text.ts'

const clock = new HeldClock('2026-11-21T08:00:00Z')
const open = new AsyncDisposableStack()
let connection: DatabaseConnection
let mail: MailFeature
let ada: PersonCaller

beforeAll(async () => {
  const database = await createTestDatabase()
  open.defer(database.drop)
  connection = connectDatabase(database.url, () => {})
  open.defer(connection.close)
  const { db } = connection
  const { id } = await db.insertInto('organization').values({ name: 'Ours' }).returning('id').executeTakeFirstOrThrow()
  ada = { kind: 'user', userId: '1', name: 'ada', role: 'administrator', organizationId: id }
  mail = createMail({
    db,
    keys: new Keys(db, new SecretBox(randomBytes(32))),
    clock,
    audit: new Audit(),
    log: { error() {}, warn() {}, info() {}, debug() {} },
    setUp: { makeLink: async () => ({ token: 'the-token', expiresAt: clock.now() }) },
    settings: testSettings,
  })
})
afterAll(async () => await open.disposeAsync())

const plain = {
  smtpHost: '127.0.0.1',
  smtpPort: 25,
  smtpSecurity: 'none' as const,
  smtpUsername: '',
  smtpFrom: 'postern@example.org',
  smtpCaCertificates: '',
}

async function queue(subject: string): Promise<void> {
  const words = mailWords(subject, [{ sentence: 'It failed.', link: 'https://hub.example.org/x', at: clock.now() }], {
    rest: 0,
    more: 'https://hub.example.org/notifications',
    why: 'All of it:',
  })
  await queueMail(connection.db, ada.organizationId, 'soc@example.org', words, clock.now())
}

async function newest() {
  const [row] = await mail.queue.list(ada.organizationId, undefined, 1)
  return row
}

test('ES-16: a test mail goes over STARTTLS, over TLS and signed in, and the answer of the mail server is shown', async () => {
  const account = { username: 'postern', password: 'a password of mail' }
  for (const smtpSecurity of ['starttls', 'tls', 'none'] as const) {
    await using server = await startMailServer({ security: smtpSecurity, account })
    await mail.settings.change(ada, {
      ...plain,
      smtpPort: server.port,
      smtpSecurity,
      smtpUsername: account.username,
      smtpPassword: account.password,
      smtpCaCertificates: smtpSecurity === 'none' ? '' : server.certificatePem,
    })
    expect(await mail.sendTest(ada, 'ada@example.org')).toEqual({
      isSent: true,
      said: expect.stringMatching(/^The mail server took it: 250 /),
    })
    expect(server.mails).toMatchObject([
      {
        from: 'postern@example.org',
        to: ['ada@example.org'],
        isEncrypted: smtpSecurity !== 'none',
        username: 'postern',
        raw: expect.stringMatching(/^Subject: Postern: test mail\r$/m),
      },
    ])
  }
})

test('ES-16: a mail server whose certificate nobody vouches for is not spoken to, nor one that offers no STARTTLS', async () => {
  await using tls = await startMailServer({ security: 'tls' })
  await mail.settings.change(ada, { ...plain, smtpPort: tls.port, smtpSecurity: 'tls' })
  expect(await mail.sendTest(ada, 'ada@example.org')).toEqual({
    isSent: false,
    said: expect.stringMatching(/^The certificate of 127\.0\.0\.1:\d+ is not trusted: .*smtpCaCertificates/),
  })
  await using bare = await startMailServer({ security: 'none' })
  await mail.settings.change(ada, { ...plain, smtpPort: bare.port, smtpSecurity: 'starttls' })
  expect(await mail.sendTest(ada, 'ada@example.org')).toEqual({
    isSent: false,
    said: expect.stringMatching(/STARTTLS.*Nothing was sent/),
  })
  await mail.settings.change(ada, { ...plain, smtpPort: bare.port, smtpSecurity: 'tls' })
  expect((await mail.sendTest(ada, 'ada@example.org')).said).toMatch(/does not speak TLS from the first byte/)
  expect([...tls.mails, ...bare.mails]).toEqual([])
})

test('ES-16: a wrong password, a refused recipient, a closed port and an unknown host are told apart in words', async () => {
  await using server = await startMailServer({ account: { username: 'postern', password: 'right' } })
  const wrong = { ...plain, smtpPort: server.port, smtpUsername: 'postern', smtpPassword: 'wrong' }
  await mail.settings.change(ada, wrong)
  expect((await mail.sendTest(ada, 'ada@example.org')).said).toMatch(
    /^The mail server refused the user name or the password: 535 .*password is wrong/,
  )
  await mail.settings.change(ada, { ...wrong, smtpPassword: 'right' })
  server.refuse({ code: 550, text: '5.1.1 No such user' })
  expect((await mail.sendTest(ada, 'ada@example.org')).said).toMatch(
    /^The mail server refused the recipient: 550 5\.1\.1 No such user/,
  )
  await mail.settings.change(ada, { ...plain, smtpPort: 1 })
  expect((await mail.sendTest(ada, 'ada@example.org')).said).toBe('Nothing listens on 127.0.0.1:1. Is smtpPort right?')
  await mail.settings.change(ada, { ...plain, smtpHost: 'mail.invalid' })
  expect((await mail.sendTest(ada, 'ada@example.org')).said).toMatch(/^No address is known for mail\.invalid/)
})

test('ES-16: an invitation is mailed with its set-up link, at once, and the link is kept nowhere', async () => {
  await using server = await startMailServer()
  await mail.settings.change(ada, { ...plain, smtpPort: server.port })
  expect((await mail.sendSetupLink(ada, 'new@example.org')).isSent).toBe(true)
  const raw = server.mails[0]?.raw.replaceAll(/=\r\n/g, '')
  expect(raw).toContain('https://hub.example.org:8443/setup#the-token')
  const kept = await connection.db.selectFrom('mail').selectAll().execute()
  expect(JSON.stringify(kept)).not.toContain('the-token')
})

test('ES-16: the password goes in and never comes out, and is forgotten with another host or user name', async () => {
  const { db } = connection
  const set = { ...plain, smtpUsername: 'postern', smtpPassword: 'never shown' }
  const { settings: shown } = await mail.settings.change(ada, set)
  expect(shown.isPasswordSet).toBe(true)
  const rows = [
    await db.selectFrom('mail_settings').selectAll().execute(),
    await db.selectFrom('audit_event').selectAll().execute(),
  ]
  expect(JSON.stringify([shown, rows])).not.toContain('never shown')
  const { smtpPassword: _left, ...same } = set
  expect((await mail.settings.change(ada, { ...same, smtpPort: 26 })).settings.isPasswordSet).toBe(true)
  expect((await mail.settings.change(ada, { ...same, smtpHost: '127.0.0.2' })).settings.isPasswordSet).toBe(false)
  await expect(mail.settings.change(ada, { ...same, smtpCaCertificates: 'a key' })).rejects.toThrow('PEM certificates')
})

test('ES-16: a mail is tried again while the server is down or answers 4xx, ever more rarely, and is sent once', async () => {
  await using server = await startMailServer()
  await mail.settings.change(ada, { ...plain, smtpPort: 1 })
  await queue('Postern: first')
  expect(await mail.queue.tick()).toBe(1)
  expect(await newest()).toMatchObject({ state: 'waiting', tries: 1, said: expect.stringContaining('Nothing listens') })
  expect(await mail.queue.tick()).toBe(0)
  await mail.settings.change(ada, { ...plain, smtpPort: server.port })
  server.refuse({ code: 451, text: '4.7.1 Greylisted, try again later' })
  await mail.queue.tick()
  expect(await newest()).toMatchObject({
    state: 'waiting',
    tries: 2,
    said: expect.stringContaining('451 4.7.1 Greylisted'),
  })
  server.refuse(undefined)
  clock.pass(119)
  expect(await mail.queue.tick()).toBe(0)
  clock.pass(1)
  expect(await mail.queue.tick()).toBe(1)
  expect(await newest()).toMatchObject({ state: 'sent', tries: 3, nextTryAt: null })
  expect(await mail.queue.tick()).toBe(0)
  expect(server.mails).toHaveLength(1)
})

test('ES-16: a refused recipient is given up at once, an unreachable server after a day, and both are shown', async () => {
  await using server = await startMailServer()
  await mail.settings.change(ada, { ...plain, smtpPort: server.port })
  server.refuse({ code: 550, text: '5.1.1 No such user' })
  await queue('Postern: refused')
  await mail.queue.tick()
  expect(await newest()).toMatchObject({
    subject: 'Postern: refused',
    state: 'given-up',
    said: expect.stringContaining('550'),
  })
  await mail.settings.change(ada, { ...plain, smtpPort: 1 })
  await queue('Postern: too late')
  let tries = 0
  for (let minutes = 0; minutes <= mailLimits.triedMs / 60_000; minutes += 10) {
    tries += await mail.queue.tick()
    clock.pass(600)
  }
  await mail.queue.tick()
  expect(await newest()).toMatchObject({ state: 'given-up', tries, said: expect.stringContaining('Nothing listens') })
  // At 0, 10, 20, 30, 40 minutes, then at most once an hour.
  expect(tries).toBeLessThan(33)
})

test('ES-16: whatever a name holds, it becomes neither a line of the head nor markup', async () => {
  await using server = await startMailServer()
  await mail.settings.change(ada, { ...plain, smtpPort: server.port })
  const name = 'Feed\r\nBcc: thief@example.org\r\n\r\n<img src=x onerror=alert(1)>'
  const item = { sentence: `Job ${name} failed.`, link: 'https://hub.example.org/x', at: clock.now() }
  const words = mailWords(`Postern: ${name}`, [item], { rest: 3, more: 'https://hub.example.org/', why: 'All of it:' })
  await queueMail(connection.db, ada.organizationId, 'soc@example.org', words, clock.now())
  await mail.queue.tick()
  const [received] = server.mails
  expect(received?.to).toEqual(['soc@example.org'])
  expect(received?.raw).not.toMatch(/^Bcc:/m)
  expect(words.html).not.toContain('<img')
  expect(words.text).toContain('And 3 more.')
})
