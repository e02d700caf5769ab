import { consolePages, type MailTest } from '@postern/protocol'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Problem } from '../lib/problem.ts'
import type { Settings } from '../settings/settings.ts'
import { createMailQueue } from './mail-queue.ts'
import { createMailSettings } from './mail-settings.ts'
import { mailWords } from './mail-text.ts'
import { sendMail } from './send-mail.ts'

export type MailParts = {
  db: DatabaseConnection['db']
  keys: Keys
  clock: Clock
  audit: Audit
  log: Log
  settings: Pick<Settings, 'publicNames'>
}

export type MailFeature = ReturnType<typeof createMail>

/** Mail over SMTP (ES-16): how it is sent, what waits, and a test. */
export function createMail({ db, keys, clock, audit, log, settings: hubSettings }: MailParts) {
  const settings = createMailSettings({ db, keys, clock, audit })
  const queue = createMailQueue({ db, clock, settings, log })

  /** At once and without the queue: whoever asks wants to know now. */
  async function sendTest(caller: PersonCaller, to: string, address?: string): Promise<MailTest> {
    const access = await settings.access()
    if (access === undefined) throw new Problem('conflict', 'Mail is not set up: give smtpHost and save it first.')
    const { apiURL } = await hubSettings.publicNames()
    const more = `${apiURL}${consolePages.mailSettings}`
    const item = {
      sentence: `${caller.name} tried whether this hub can send mail. It can.`,
      link: more,
      at: clock.now(),
    }
    const why = 'This is a test from the settings of the hub:'
    const outcome = await sendMail(access, { to, ...mailWords('Postern: test mail', [item], { rest: 0, more, why }) })
    const isSent = outcome.is === 'sent'
    await audit.record(db, caller, 'mail-settings.test', 'mail settings', { to, isSent }, address)
    return { isSent, said: outcome.said }
  }

  async function ownAddress(caller: Caller): Promise<string | null> {
    const { mail_address: address } = await db
      .selectFrom('user_account')
      .select('mail_address')
      .where('id', '=', userIdOf(caller))
      .executeTakeFirstOrThrow()
    return address
  }

  async function setOwnAddress(caller: Caller, mailAddress: string | null, address?: string): Promise<string | null> {
    const userId = userIdOf(caller)
    await db.transaction().execute(async (trx) => {
      await trx.updateTable('user_account').set({ mail_address: mailAddress }).where('id', '=', userId).execute()
      await audit.record(trx, caller, 'user.mail-address', `user ${caller.name}`, { mailAddress }, address)
    })
    return mailAddress
  }

  return { settings, queue, sendTest, ownAddress, setOwnAddress }
}

function userIdOf(caller: Caller): string {
  if (caller.kind !== 'user') throw new Problem('forbidden', 'Only somebody who is signed in has a mail address here.')
  return caller.userId
}
