import type { ChangeUser, CreateUser, InvitedUser, InviteUser, PasswordLink, User } from '@postern/protocol'
import { Role } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import type { PersonCaller } from './caller.ts'
import { PasswordLinkStore } from './passwords/password-link-store.ts'
import type { PasswordLinks } from './passwords/password-links.ts'
import { hashPassword, refuseWeakPassword } from './passwords/password.ts'
import { isAbove, refuseAbove } from './role-rank.ts'
import { SessionStore } from './session-store.ts'
import { ApiTokenStore } from './api-token-store.ts'
import { type UserRow, UserStore } from './user-store.ts'

export type UsersParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  links: Pick<PasswordLinks, 'make' | 'handOver'>
}

export type Users = ReturnType<typeof createUsers>

/** The accounts of an organization's people (ES-16), as its administrators see and change them. */
export function createUsers({ db, clock, audit, links }: UsersParts) {
  /** By id. @param after the id of the last row of the page before */
  async function list(organizationId: string, after: string | undefined, rowsMax: number): Promise<User[]> {
    return (await new UserStore(db).users(organizationId, after, rowsMax)).map(toUser)
  }

  async function create(caller: PersonCaller, request: CreateUser, address: string): Promise<User> {
    refuseAbove(caller.role, request.role)
    const { username, role } = request
    refuseWeakPassword(request.password, username)
    const passwordHash = await hashPassword(request.password)
    return await db.transaction().execute(async (trx) => {
      const { organizationId } = caller
      const user = await new UserStore(trx).insert({ organizationId, username, role, passwordHash })
      if (user === undefined) throw nameTaken(username)
      await audit.record(trx, caller, 'user.create', `user ${username}`, { role }, address)
      return toUser(user)
    })
  }

  async function invite(caller: PersonCaller, request: InviteUser, address: string): Promise<InvitedUser> {
    refuseAbove(caller.role, request.role)
    const { username, role, mailAddress } = request
    const link = await db.transaction().execute(async (trx) => {
      const { organizationId } = caller
      const user = await new UserStore(trx).insert({ organizationId, username, role, mailAddress, passwordHash: null })
      if (user === undefined) throw nameTaken(username)
      await audit.record(trx, caller, 'user.invite', `user ${username}`, { role, mailAddress }, address)
      return await links.make(trx, caller, user, address)
    })
    return { user: toUser(link.user), link: await links.handOver(link) }
  }

  /** For one who was invited and lost the mail, or forgot the password. */
  async function giveLink(caller: PersonCaller, userId: string, address: string): Promise<PasswordLink> {
    const link = await db.transaction().execute(async (trx) => {
      const user = found(await new UserStore(trx).holdOf(caller.organizationId, userId), 'user')
      // Who has the link has the account.
      refuseAbove(caller.role, user.role)
      return await links.make(trx, caller, user, address)
    })
    return await links.handOver(link)
  }

  async function change(caller: PersonCaller, userId: string, wanted: ChangeUser, address: string): Promise<User> {
    return await db.transaction().execute(async (trx) => {
      const store = new UserStore(trx)
      await store.lockOrganization(caller.organizationId)
      const before = found(await store.holdOf(caller.organizationId, userId), 'user')
      const role = wanted.role ?? before.role
      for (const each of [before.role, role]) refuseAbove(caller.role, each)
      const isDisabled = wanted.isDisabled ?? before.disabled_at !== null
      const isAdministrator = role === 'administrator' && !isDisabled
      if (
        countsAsAdministrator(before) &&
        !isAdministrator &&
        !(await store.hasOtherAdministrator(before.organization_id, userId))
      )
        throw lastAdministrator(before)
      const now = clock.now()
      const after = await store.change(userId, {
        role,
        mail_address: wanted.mailAddress === undefined ? before.mail_address : wanted.mailAddress,
        disabled_at: isDisabled ? (before.disabled_at ?? now) : null,
      })
      await endWhatIsOver(trx, before, after, now)
      await audit.record(trx, caller, 'user.update', `user ${before.username}`, wanted, address)
      return toUser(after)
    })
  }

  return { list, create, invite, giveLink, change }
}

/** What was given to the account as it was before, and is worth nothing for what it is now. */
async function endWhatIsOver(trx: Db, before: UserRow, after: UserRow, now: Date): Promise<void> {
  const { id, role, disabled_at: disabledAt } = after
  const tokens = new ApiTokenStore(trx)
  if (disabledAt !== null || after.mail_address !== before.mail_address) {
    await new PasswordLinkStore(trx).removeAllOf(id)
  }
  if (disabledAt !== null) {
    await new SessionStore(trx).endAllOf(id)
    await tokens.revokeAllOf(id, now)
  } else if (isAbove(before.role, role)) {
    const rolesAbove = Role.options.filter((each) => isAbove(each, role))
    await tokens.revokeAllOf(id, now, rolesAbove)
  }
}

/** Who was invited and has no password yet lets nobody in. */
function countsAsAdministrator(user: UserRow): boolean {
  return user.role === 'administrator' && user.disabled_at === null && user.password_hash !== null
}

function lastAdministrator({ username }: UserRow): Problem {
  return new Problem(
    'conflict',
    `${username} is the last administrator who can sign in. Make another one first, or nobody could change anything here any more.`,
  )
}

export function nameTaken(username: string): Problem {
  return new Problem('conflict', `There is already a user named ${username}. Choose another name.`)
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    role: row.role,
    organizationId: row.organization_id,
    mailAddress: row.mail_address,
    isInvited: row.password_hash === null,
    createdAt: row.created_at.toISOString(),
    disabledAt: row.disabled_at?.toISOString() ?? null,
  }
}
