import { X509Certificate } from 'node:crypto'
import { ChangeMailSettings, type MailSettings, SmtpSecurity } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod/mini'
import type { Caller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { contentTag, requireMatch } from '../http/if-match.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { SmtpAccess } from './send-mail.ts'

const passwordContext = 'mail-settings:smtpPassword'
const none: MailSettings = {
  smtpHost: '',
  smtpPort: 587,
  smtpSecurity: 'starttls',
  smtpUsername: '',
  isPasswordSet: false,
  smtpFrom: '',
  smtpCaCertificates: '',
}

export type MailSettingsParts = { db: DatabaseConnection['db']; keys: Keys; clock: Clock; audit: Audit }

/** How the hub sends mail (ES-16): one for all of its organizations. The password goes in and never comes out. */
export function createMailSettings({ db, keys, clock, audit }: MailSettingsParts) {
  /** @param ifMatch tag of the settings that the caller read */
  async function change(
    caller: Caller,
    wanted: ChangeMailSettings,
    address?: string,
    ifMatch?: string,
  ): Promise<{ settings: MailSettings; tag: string }> {
    const { smtpPassword, smtpCaCertificates, ...plain } = wanted
    if (smtpCaCertificates !== undefined) requireCertificates(smtpCaCertificates)
    return await db.transaction().execute(async (trx) => {
      // There may be no row yet to lock. Readers do not wait.
      await sql`lock table mail_settings in share row exclusive mode`.execute(trx)
      const before = await row(trx)
      requireMatch(ifMatch, tagOf(before), 'the settings of mail')
      const isElsewhere = before?.smtp_host !== wanted.smtpHost || before.smtp_username !== wanted.smtpUsername
      const values = {
        smtp_host: wanted.smtpHost,
        smtp_port: wanted.smtpPort,
        smtp_security: wanted.smtpSecurity,
        smtp_username: wanted.smtpUsername,
        // A password goes to no other server and with no other name than it was given for.
        smtp_password_sealed:
          smtpPassword === undefined ? (isElsewhere ? null : before.smtp_password_sealed) : sealed(smtpPassword),
        smtp_from: wanted.smtpFrom,
        smtp_ca_certificates: smtpCaCertificates ?? before?.smtp_ca_certificates ?? '',
        changed_at: clock.now(),
      }
      await trx
        .insertInto('mail_settings')
        .values(values)
        .onConflict((conflict) => conflict.column('is_only_row').doUpdateSet(values))
        .execute()
      // What waits for a next try may go now.
      await trx
        .updateTable('mail')
        .set({ next_try_at: clock.now() })
        .where('sent_at', 'is', null)
        .where('given_up_at', 'is', null)
        .execute()
      const detail = { ...plain, isPasswordGiven: smtpPassword !== undefined }
      await audit.record(trx, caller, 'mail-settings.update', 'mail settings', detail, address)
      return await read(trx)
    })
  }

  function sealed(password: string | null): Buffer | null {
    return password === null || password === '' ? null : keys.seal(Buffer.from(password), passwordContext)
  }

  /** With the tag that tells them apart from what stood there before, the password too. */
  async function read(from: Db = db): Promise<{ settings: MailSettings; tag: string }> {
    const stored = await row(from)
    return { settings: stored === undefined ? none : toApi(stored), tag: tagOf(stored) }
  }

  /** Everything that sending takes; nothing where mail is not set up. */
  async function access(): Promise<SmtpAccess | undefined> {
    const stored = await row(db)
    if (stored === undefined || stored.smtp_host === '') return undefined
    const { smtp_password_sealed: password } = stored
    return {
      host: stored.smtp_host,
      port: stored.smtp_port,
      security: z.parse(SmtpSecurity, stored.smtp_security),
      username: stored.smtp_username,
      password: password === null ? '' : keys.open(password, passwordContext).toString(),
      from: stored.smtp_from,
      caCertificates: stored.smtp_ca_certificates,
    }
  }

  return { read, change, access }
}

export type MailSettingsFeature = ReturnType<typeof createMailSettings>

type Stored = NonNullable<Awaited<ReturnType<typeof row>>>

async function row(db: Db) {
  return await db.selectFrom('mail_settings').selectAll().executeTakeFirst()
}

function toApi(stored: Stored): MailSettings {
  return {
    smtpHost: stored.smtp_host,
    smtpPort: stored.smtp_port,
    smtpSecurity: z.parse(SmtpSecurity, stored.smtp_security),
    smtpUsername: stored.smtp_username,
    isPasswordSet: stored.smtp_password_sealed !== null,
    smtpFrom: stored.smtp_from,
    smtpCaCertificates: stored.smtp_ca_certificates,
  }
}

function tagOf(stored: Stored | undefined): string {
  const sealed = stored?.smtp_password_sealed?.toString('base64') ?? null
  return contentTag(stored === undefined ? null : { ...toApi(stored), sealed })
}

/** Whether mail is set up, for SQL that writes mails in one statement with something else. */
export async function isMailSetUp(db: Db): Promise<boolean> {
  return ((await row(db))?.smtp_host ?? '') !== ''
}

function requireCertificates(pem: string): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  const rest = blocks.reduce((text, block) => text.replace(block, ''), pem).trim()
  if (rest === '' && blocks.every(isCertificate)) return
  throw new Problem('invalid', 'smtpCaCertificates: PEM certificates and nothing else are wanted, one below the other.')
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    return false
  }
}
