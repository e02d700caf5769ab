import { consolePages, type MailAnswer } from '@postern/protocol'
import type { Db } from '../../database/database.ts'
import { queueMail } from '../../mail/mail-queue.ts'
import { isMailSetUp } from '../../mail/mail-settings.ts'
import { mailWords, shownAt } from '../../mail/mail-text.ts'
import type { MailFeature } from '../../mail/mail.ts'
import type { Settings } from '../../settings/settings.ts'
import type { NewPasswordLink, PasswordLinkKind } from './password-link.ts'
import type { UserRow } from '../user-store.ts'

export type PasswordMailsParts = {
  mail: Pick<MailFeature, 'sendNow'>
  settings: Pick<Settings, 'publicNames'>
}

/** What people are mailed about their passwords (ES-16). */
export function createPasswordMails({ mail, settings }: PasswordMailsParts) {
  /** At once and never by the queue, which would keep the token. */
  async function sendLink(to: string, link: NewPasswordLink): Promise<MailAnswer> {
    const { apiURL } = await settings.publicNames()
    const words = wordsOf[link.kind]
    return await mail.sendNow(to, words.subject, {
      sentence: `${words.sentence(link.user)} The link works once, until ${shownAt(link.expiresAt)}. Keep it to yourself.`,
      link: await urlOf(link),
      why: words.why,
      more: apiURL,
    })
  }

  async function urlOf({ token }: NewPasswordLink): Promise<string> {
    return `${(await settings.publicNames()).apiURL}${consolePages.password(token)}`
  }

  /** So that somebody whose mail another reads learns of it. In the transaction of the change. */
  async function tellOfChange(trx: Db, user: UserRow, now: Date): Promise<void> {
    if (user.mail_address === null || !(await isMailSetUp(trx))) return
    const { apiURL } = await settings.publicNames(trx)
    const sentence = `The password of ${user.username} was changed by a link, and all sessions were ended.`
    const words = mailWords('Postern: your password was changed', [{ sentence, link: apiURL, at: now }], {
      rest: 0,
      more: apiURL,
      why: 'If that was not you, tell an administrator of this hub at once:',
    })
    await queueMail(trx, user.organization_id, user.mail_address, words, now)
  }

  return { sendLink, urlOf, tellOfChange }
}

const wordsOf: Record<PasswordLinkKind, { subject: string; sentence: (user: UserRow) => string; why: string }> = {
  invitation: {
    subject: 'Postern: choose your password',
    sentence: ({ username, role }) => `You are invited to this hub as ${username}, with the role ${role}.`,
    why: 'An administrator of this hub made the account for you:',
  },
  reset: {
    subject: 'Postern: choose a new password',
    sentence: ({ username }) => `With this link you choose a new password for ${username}.`,
    why: 'Somebody asked for it on the sign-in page, or an administrator did. If it was not you, do nothing:',
  },
}
