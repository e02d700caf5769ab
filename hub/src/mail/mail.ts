import { consolePages, type MailAnswer } from '@postern/protocol'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { SetUp } from '../access/set-up.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Problem } from '../lib/problem.ts'
import type { Settings } from '../settings/settings.ts'
import { createMailQueue } from './mail-queue.ts'
import { createMailSettings } from './mail-settings.ts'
import { mailWords, shownAt } from './mail-text.ts'
import { sendMail, type SmtpAccess } from './send-mail.ts'

export type MailParts = {
  db: DatabaseConnection['db']
  keys: Keys
  clock: Clock
  audit: Audit
  log: Log
  settings: Pick<Settings, 'publicNames'>
  setUp: Pick<SetUp, 'makeLink'>
}

export type MailFeature = ReturnType<typeof createMail>

/** Mail over SMTP (ES-16): how it is sent, what waits, and a test. */
export function createMail({ db, keys, clock, audit, log, settings: hubSettings, setUp }: MailParts) {
  const settings = createMailSettings({ db, keys, clock, audit })
  const queue = createMailQueue({ db, clock, settings, log })

  /** At once and without the queue: whoever asks wants to know now. */
  async function sendTest(caller: PersonCaller, to: string, address?: string): Promise<MailAnswer> {
    const { apiURL } = await hubSettings.publicNames()
    const answer = await sendNow(to, 'Postern: test mail', {
      sentence: `${caller.name} tried whether this hub can send mail. It can.`,
      link: `${apiURL}${consolePages.mailSettings}`,
      why: 'This is a test from the settings of the hub:',
    })
    await audit.record(db, caller, 'mail-settings.test', 'mail settings', { to, isSent: answer.isSent }, address)
    return answer
  }

  /** An invitation, or a way back in. It is never kept in the queue: whoever reads the link becomes an administrator. */
  async function sendSetupLink(caller: Caller, to: string): Promise<MailAnswer> {
    const access = await requireAccess()
    const { token, expiresAt } = await setUp.makeLink(caller, 'this machine')
    const { apiURL } = await hubSettings.publicNames()
    return await sendNow(
      to,
      'Postern: make your account',
      {
        sentence: `This link makes an administrator of the hub, once, until ${shownAt(expiresAt)}. Keep it to yourself.`,
        link: `${apiURL}${consolePages.setup(token)}`,
        why: 'Somebody on the machine of the hub sent it to you:',
        more: apiURL,
      },
      access,
    )
  }

  /** Past the queue: for what nobody else may read, or what somebody waits for. */
  async function sendNow(
    to: string,
    subject: string,
    { sentence, link, why, more = link }: { sentence: string; link: string; why: string; more?: string },
    access?: SmtpAccess,
  ): Promise<MailAnswer> {
    const words = mailWords(subject, [{ sentence, link, at: clock.now() }], { rest: 0, more, why })
    const outcome = await sendMail(access ?? (await requireAccess()), { to, ...words })
    return { isSent: outcome.is === 'sent', said: outcome.said }
  }

  async function requireAccess(): Promise<SmtpAccess> {
    const access = await settings.access()
    if (access === undefined) throw new Problem('conflict', 'Mail is not set up: give smtpHost and save it first.')
    return access
  }

  return { settings, queue, sendNow, sendTest, sendSetupLink }
}
