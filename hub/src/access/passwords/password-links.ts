import type { CheckPasswordLink, ChoosePassword, ChosenPassword, PasswordLink } from '@postern/protocol'
import type { Audit } from '../../audit/audit.ts'
import type { DatabaseConnection, Db } from '../../database/database.ts'
import type { Clock } from '../../lib/clock.ts'
import { Problem } from '../../lib/problem.ts'
import { isMailSetUp } from '../../mail/mail-settings.ts'
import { toCaller } from '../access.ts'
import type { Caller } from '../caller.ts'
import { hashCredential } from '../credential.ts'
import { nameSubject } from '../failed-tries.ts'
import { FailedTryStore } from '../failed-try-store.ts'
import { linkKindOf, type NewPasswordLink, newPasswordLink } from './password-link.ts'
import { PasswordLinkStore } from './password-link-store.ts'
import { createPasswordMails, type PasswordMailsParts } from './password-mails.ts'
import { hashPassword, refuseWeakPassword } from './password.ts'
import { SessionStore } from '../session-store.ts'
import { type ReachableUser, type UserRow, UserStore } from '../user-store.ts'

export type PasswordLinksParts = PasswordMailsParts & { db: DatabaseConnection['db']; clock: Clock; audit: Audit }

export type PasswordLinks = ReturnType<typeof createPasswordLinks>

/** Links by which people choose a password (ES-16): the first after an invitation, another where it was forgotten. */
export function createPasswordLinks({ db, clock, audit, ...parts }: PasswordLinksParts) {
  const mails = createPasswordMails(parts)

  /** An administrator's. In the transaction of what it is made for, which holds the user's row: the link is for that address alone. */
  async function make(trx: Db, caller: Caller, user: UserRow, address: string | undefined): Promise<NewPasswordLink> {
    if (user.disabled_at !== null) throw new Problem('conflict', `${user.username} is disabled. Enable the user first.`)
    const link = newPasswordLink(user, clock.now())
    await new PasswordLinkStore(trx).putAlone(link)
    await record(trx, caller, link, address)
    return link
  }

  /** To its user by mail; else to whoever made it. */
  async function handOver(link: NewPasswordLink): Promise<PasswordLink> {
    const { mail_address: to } = link.user
    const mail = to !== null && (await isMailSetUp(db)) ? await mails.sendLink(to, link) : null
    const url = mail?.isSent === true ? null : await mails.urlOf(link)
    return { url, expiresAt: link.expiresAt.toISOString(), mail }
  }

  /**
   * One that was asked for at the sign-in page, after the mail server has taken it: what is not mailed ends no other link.
   * @returns false where the account is not what it was when the mail was written, or has a newer link; this one is then of no use
   */
  async function keepMailed(caller: Caller, link: NewPasswordLink<ReachableUser>, address: string): Promise<boolean> {
    return await db.transaction().execute(async (trx) => {
      const user = await new UserStore(trx).hold(link.user.id)
      if (user === undefined || user.disabled_at !== null) return false
      if (user.mail_address !== link.user.mail_address || linkKindOf(user) !== link.kind) return false
      if (!(await new PasswordLinkStore(trx).putBeside(link))) return false
      await record(trx, caller, link, address)
      return true
    })
  }

  async function record(trx: Db, caller: Caller, { user, kind }: NewPasswordLink, address?: string): Promise<void> {
    await audit.record(trx, caller, 'password-link.create', `user ${user.username}`, { kind }, address)
  }

  /** Whether it still holds, before somebody thinks of a password. @throws Problem `forbidden` */
  async function check({ linkToken }: CheckPasswordLink): Promise<void> {
    await userIdOf(hashCredential(linkToken))
  }

  /** Spends a link. Whoever sat on a session of the user, or waited out a lock, starts anew. */
  async function choose({ linkToken, password }: ChoosePassword, address: string): Promise<ChosenPassword> {
    const sha256 = hashCredential(linkToken)
    // Looked up first, so that strangers cannot make the hub hash passwords.
    const userId = await userIdOf(sha256)
    const passwordHash = await hashPassword(password)
    return await db.transaction().execute(async (trx) => {
      const now = clock.now()
      const users = new UserStore(trx)
      const user = await users.hold(userId)
      const kind = await new PasswordLinkStore(trx).spend(userId, sha256, now)
      if (user === undefined || user.disabled_at !== null || kind === undefined) throw noLink()
      // The link is not spent by it.
      refuseWeakPassword(password, user.username)
      await users.change(userId, { password_hash: passwordHash })
      await new SessionStore(trx).endAllOf(userId)
      await new FailedTryStore(trx).forget(nameSubject(user.username))
      await audit.record(trx, toCaller(user), 'user.password', `user ${user.username}`, { by: kind }, address)
      if (kind === 'reset') await mails.tellOfChange(trx, user, now)
      return { username: user.username }
    })
  }

  async function userIdOf(sha256: Buffer): Promise<string> {
    const userId = await new PasswordLinkStore(db).userIdOf(sha256, clock.now())
    if (userId === undefined) throw noLink()
    return userId
  }

  return { make, handOver, send: mails.sendLink, keepMailed, check, choose }
}

/** One answer to every link that is no good, whatever it once was. */
function noLink(): Problem {
  return new Problem(
    'forbidden',
    'This link was used already, is too old, or is not complete. Ask an administrator for a new one, or, where the hub sends mail, under "Forgotten password?" on the sign-in page.',
  )
}
