import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import { createPasswordMails } from '../access/passwords/password-mails.ts'
import { createCatalog } from '../apps/apps.ts'
import { createPackageSigner } from '../apps/sign-packages-anew.ts'
import { goodEntries, zipOf } from '../apps/test-packages.ts'
import { sha256Of } from '../apps/sha256-of.ts'
import { createEnvironments, type Member } from '../environments/environments.ts'
import { downloadSettings, emptyServerFiles, enrolmentRequest, newTlsKey } from '../environments/test-enrolment.ts'
import { createTestHub, person, type TestHub } from '../environments/test-hub.ts'
import { createExclusions } from '../exclusions/exclusions.ts'
import { rotateKey } from '../keys/change-keys.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import { createDigest } from '../notifications/digest.ts'
import { Authority } from '../pki/authority.ts'
import { Settings } from '../settings/settings.ts'
import { connectDatabase, type DatabaseConnection } from './database.ts'

/** Work that begins at once, on a pool that its transactions take whole: whoever asks for one connection more waits in vain. */
const connections = 2
const atOnce = 6

const box = new SecretBox(randomBytes(32))
let hub: TestHub
let few: DatabaseConnection
let settings: Settings

beforeAll(async () => {
  hub = await createTestHub()
  await sql`insert into mail_settings (smtp_host, smtp_port, smtp_security, smtp_from, changed_at)
    values ('mail.example.org', 587, 'starttls', 'postern@example.org', now())`.execute(hub.database.db)
})
afterAll(async () => await hub.close())
beforeEach(() => {
  few = connectDatabase(hub.databaseUrl, () => {}, connections)
  const ports = () => ({ https: 8443, broker: 62_000 })
  settings = new Settings(few.db, { publicUrl: 'https://hub.example.org', brokerPublicHost: undefined, ports })
})
afterEach(async () => await few.close())

/** Of a hub that has read no private key yet. */
const newKeys = () => new Keys(few.db, box)

function times<Result>(work: (number: number) => Promise<Result>, count = atOnce): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, number) => work(number)))
}

test('S9: many servers that enrol at once are all mailed about', async () => {
  const { audit, clock, organizationId } = hub
  const { db } = few
  const parts = { serverFilesFolder: emptyServerFiles(), runtimeFile: process.execPath, settings }
  const keys = newKeys()
  const environments = createEnvironments({ db, audit, keys, authority: new Authority(keys), clock, ...parts })
  const caller = person('organization-administrator', organizationId) as Member
  await sql`insert into user_account (organization_id, username, role, mail_address, password_hash)
    values (${organizationId}, 'chief', 'organization-administrator', 'chief@example.org', '')`.execute(db)
  const { id } = await environments.create(caller, { name: 'Plant' })
  const bundles = []
  for (let made = 0; made < atOnce; made += 1) bundles.push(await downloadSettings(environments, caller, id))
  const enrolled = await Promise.all(
    bundles.map(async (bundle) => {
      const [serverXid, token] = [bundle.get('serverXid') ?? '', bundle.get('enrolmentToken') ?? '']
      return await environments.enrol(token, enrolmentRequest(serverXid, token, newTlsKey()), '192.0.2.7')
    }),
  )
  expect(enrolled.map(({ confirmed }) => confirmed)).toEqual(Array<boolean>(atOnce).fill(true))
  const { rows } = await sql`select 1 from mail where address = 'chief@example.org'`.execute(db)
  expect(rows).toHaveLength(atOnce)
})

test('D33: digests are written at once', async () => {
  const { clock, organizationId } = hub
  const { rows } = await sql<{ id: string }>`
    insert into notification (organization_id, kind, key, name, page, sentence, opened_at, last_at)
    values (${organizationId}, 'failed', 'job 1', 'A job', '/jobs/1', 'It failed.', now(), now()) returning id`.execute(
    few.db,
  )
  const addresses = Array.from({ length: atOnce }, (_, number) => `digest${number}@example.org`)
  await sql`insert into mail_recipient (organization_id, address)
    select ${organizationId}, address from unnest(${addresses}::text[]) address`.execute(few.db)
  await sql`insert into mail_news (organization_id, address, notification_id, part)
    select ${organizationId}, address, ${rows[0]?.id}, 'opened' from unnest(${addresses}::text[]) address`.execute(
    few.db,
  )
  const written = await times(async () => await createDigest({ db: few.db, clock, settings }).tick())
  expect(written.reduce((sum, count) => sum + count, 0)).toBe(atOnce)
})

test('ES-16: many who choose a password at once are all mailed', async () => {
  const mails = createPasswordMails({ mail: { sendNow: async () => ({ isSent: true, said: '' }) }, settings })
  const { organizationId, clock } = hub
  await times(
    async (number) =>
      await few.db.transaction().execute(async (trx) => {
        const user = { id: '1', organization_id: organizationId, username: 'ada', role: 'analyst' as const }
        const rest = { password_hash: null, created_at: clock.now(), disabled_at: null }
        await mails.tellOfChange(trx, { ...user, ...rest, mail_address: `chose${number}@example.org` }, clock.now())
      }),
  )
  const { rows } = await sql`select 1 from mail where address like 'chose%'`.execute(few.db)
  expect(rows).toHaveLength(atOnce)
})

test('D7: packages are installed, and signed anew, at once', async () => {
  const { audit, clock, log } = hub
  const { db } = few
  const administrator = person('administrator', hub.organizationId)
  // The key is there, and no hub has read it.
  await newKeys().current('publisher')
  const installed = await times(async (number) => {
    const entries = goodEntries().map((entry) => ({ ...entry, name: entry.name.replace(/^[^/]+/, `Few${number}_v1`) }))
    const content = await zipOf(entries)
    const catalog = createCatalog({ db, audit, keys: newKeys(), clock, log })
    return await catalog.install(administrator, { content, confirmSha256: await sha256Of(content) })
  })
  expect(installed.map(({ outcome }) => outcome)).toEqual(Array<string>(atOnce).fill('installed'))
  await db.transaction().execute(async (trx) => await rotateKey(trx, newKeys(), 'publisher', clock.now()))
  await times(async () => await createPackageSigner({ db, keys: newKeys(), clock, log }).signSome())
  const { id } = await newKeys().current('publisher')
  const { rows } = await sql`select 1 from app_version where publisher_key_id = ${id}`.execute(db)
  expect([rows.length, log.lines]).toEqual([atOnce, []])
})

test('S1: plans that are checked at once are all held against the lists of now', async () => {
  const { audit, clock, log, organizationId } = hub
  const parts = { db: few.db, audit, clock, log, onTouched() {} }
  const administrator = person('administrator', organizationId)
  if (administrator.kind !== 'user') throw new Error('a person makes lists')
  const lists = createExclusions(parts)
  const { id } = await lists.create(administrator, { name: 'Ours', kind: 'protected' })
  await lists.writeEntries(administrator, id, Buffer.from('{"entries":[{"entry":".ours.example"}]}'))
  // Of one hub that has read no list yet, and of many.
  const one = createExclusions(parts)
  for (const hubOf of [() => one, () => createExclusions(parts)]) {
    const refusals = await times(
      async () =>
        await few.db.transaction().execute(async (trx) => {
          const never = await hubOf().neverExported(trx, organizationId)
          await never.line(['add', 'Host', 'www.ours.example'])
          return await never.refusal()
        }),
    )
    expect(refusals).toEqual(Array<unknown>(atOnce).fill(expect.stringContaining('www.ours.example')))
  }
})
