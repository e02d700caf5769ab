import type { ChangeOwnMailAddress } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import { type Access, notYourPassword } from './access.ts'
import type { Caller } from './caller.ts'
import { PasswordLinkStore } from './passwords/password-link-store.ts'
import { UserStore } from './user-store.ts'

export type OwnMailAddressParts = {
  db: DatabaseConnection['db']
  audit: Audit
  access: Pick<Access, 'requirePassword'>
}

export type OwnMailAddressFeature = ReturnType<typeof createOwnMailAddress>

/** Where a person's own mail goes, as that person sees and changes it (ES-16). */
export function createOwnMailAddress({ db, audit, access }: OwnMailAddressParts) {
  async function read(caller: Caller): Promise<string | null> {
    const { mail_address: address } = await db
      .selectFrom('user_account')
      .select('mail_address')
      .where('id', '=', userIdOf(caller))
      .executeTakeFirstOrThrow()
    return address
  }

  /** A session alone is not enough: links for a new password go to this address. */
  async function change(
    caller: Caller,
    { mailAddress, password }: ChangeOwnMailAddress,
    address: string,
  ): Promise<string | null> {
    const userId = userIdOf(caller)
    const passwordHash = await access.requirePassword(caller, password, address)
    await db.transaction().execute(async (trx) => {
      const store = new UserStore(trx)
      // Disabled, or given another password, since it was checked: links to the new address would outlive what ended them.
      const user = await store.hold(userId)
      if (user === undefined || user.disabled_at !== null || user.password_hash !== passwordHash)
        throw notYourPassword()
      await store.change(userId, { mail_address: mailAddress })
      // A link that went to the old address is worth nothing any more.
      await new PasswordLinkStore(trx).removeAllOf(userId)
      await audit.record(trx, caller, 'user.mail-address', `user ${caller.name}`, { mailAddress }, address)
    })
    return mailAddress
  }

  return { read, change }
}

function userIdOf(caller: Caller): string {
  if (caller.kind !== 'user') throw new Problem('forbidden', 'Only somebody who is signed in has a mail address here.')
  return caller.userId
}
