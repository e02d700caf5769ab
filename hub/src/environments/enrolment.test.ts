import { X509Certificate } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Environments, Member } from './environments.ts'
import { downloadSettings, enrolmentRequest, newTlsKey, testEnvironments } from './test-enrolment.ts'
import { createTestHub, person, type TestHub } from './test-hub.ts'

let hub: TestHub
let environments: Environments
let caller: Member

beforeAll(async () => {
  hub = await createTestHub()
  caller = person('organization-administrator', hub.organizationId) as Member
  environments = testEnvironments(hub)
})
afterAll(async () => await hub.close())

async function create(name: string): Promise<string> {
  return (await environments.create(caller, { name })).id
}

test('S9: a server that lost the answer to its enrolment asks again within ten minutes, and what it missed is worthless', async () => {
  const id = await create('Lost answer')
  const settings = await downloadSettings(environments, caller, id)
  const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
  const good = enrolmentRequest(serverXid, token, newTlsKey())
  const missed = await environments.enrol(token, good, '192.0.2.1')
  hub.clock.advance(599)
  const again = await environments.enrol(token, good, '192.0.2.2')
  expect(again.confirmed).toBe(true)
  expect(await environments.authenticateDeliveryToken(missed.appDeliveryToken)).toBeUndefined()
  expect(await environments.authenticateDeliveryToken(again.appDeliveryToken)).toMatchObject({ serverXid })
  const serial = new X509Certificate(again.certificate).serialNumber
  const row = await hub.database.db
    .selectFrom('environment_server')
    .select('certificate_serial')
    .where('server_xid', '=', serverXid)
    .executeTakeFirstOrThrow()
  expect(row.certificate_serial?.toUpperCase()).toBe(serial)
  // Asking again does not move the time on.
  hub.clock.advance(2)
  await expect(environments.enrol(token, good, '192.0.2.1')).rejects.toMatchObject({ code: 'unauthenticated' })
  const audit = await hub.auditActions()
  const enrolments = audit.filter(
    ({ action, subject }) => action === 'environment-server.enrol' && subject.endsWith(` ${serverXid}`),
  )
  expect(enrolments.map(({ detail }) => detail['again'])).toEqual([false, true])
})

test('S9: the token is spent once the enrolled server was heard or revoked', async () => {
  const id = await create('Spent')
  const { db } = hub.database
  for (const change of [{ last_heartbeat_at: hub.clock.now() }, { revoked_at: hub.clock.now() }]) {
    const settings = await downloadSettings(environments, caller, id)
    const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
    const good = enrolmentRequest(serverXid, token, newTlsKey())
    await environments.enrol(token, good, '192.0.2.1')
    await db.updateTable('environment_server').set(change).where('server_xid', '=', serverXid).execute()
    await expect(environments.enrol(token, good, '192.0.2.1')).rejects.toMatchObject({ code: 'unauthenticated' })
  }
})

test('S9: asking again confirms nothing that was not confirmed', async () => {
  const id = await create('Late again')
  const settings = await downloadSettings(environments, caller, id)
  const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
  const good = enrolmentRequest(serverXid, token, newTlsKey())
  hub.clock.advance(3601)
  expect((await environments.enrol(token, good, '192.0.2.1')).confirmed).toBe(false)
  expect((await environments.enrol(token, good, '192.0.2.1')).confirmed).toBe(false)
  expect((await environments.getServer(caller, id, serverXid)).confirmed).toBe(false)
})

test('S9: two enrolments with one token at once make one identity', async () => {
  const id = await create('Race')
  const settings = await downloadSettings(environments, caller, id)
  const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
  const results = await Promise.allSettled(
    [0, 1, 2].map(() => environments.enrol(token, enrolmentRequest(serverXid, token, newTlsKey()), '192.0.2.1')),
  )
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
})

test("S9: who enrolled from where with which key is mailed to the organization's administrators, where mail is set up", async () => {
  const { db } = hub.database
  const accounts = [
    ['chief', 'organization-administrator', 'chief@example.org'],
    ['reader', 'read-only', 'reader@example.org'],
    ['silent', 'administrator', null],
  ] as const
  for (const [username, role, mail_address] of accounts) {
    const { organizationId: organization_id } = caller
    await db
      .insertInto('user_account')
      .values({ organization_id, username, role, mail_address, password_hash: '' })
      .execute()
  }
  const id = await create('Watched')
  for (const isSetUp of [false, true]) {
    if (isSetUp)
      await sql`insert into mail_settings (smtp_host, smtp_port, smtp_security, smtp_from, changed_at)
        values ('mail.example.org', 587, 'starttls', 'postern@example.org', now())`.execute(db)
    const settings = await downloadSettings(environments, caller, id)
    const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
    await environments.enrol(token, enrolmentRequest(serverXid, token, newTlsKey()), '192.0.2.7')
    const mails = await db.selectFrom('mail').select(['address', 'text']).execute()
    const { keyFingerprint } = await environments.getServer(caller, id, serverXid)
    const said = `enrolled from 192.0.2.7, key fingerprint ${keyFingerprint}.`
    expect(mails).toEqual(isSetUp ? [{ address: 'chief@example.org', text: expect.stringContaining(said) }] : [])
  }
})

test('S9: a token is good for 24 hours', async () => {
  const id = await create('Late')
  const settings = await downloadSettings(environments, caller, id)
  const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
  hub.clock.advance(24 * 3600)
  await expect(
    environments.enrol(token, enrolmentRequest(serverXid, token, newTlsKey()), '192.0.2.1'),
  ).rejects.toMatchObject({ code: 'unauthenticated' })
})
