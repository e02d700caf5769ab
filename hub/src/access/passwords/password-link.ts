import { newCredential } from '../credential.ts'
import { passwordLimits } from './password-limits.ts'
import type { UserRow } from '../user-store.ts'

export type PasswordLinkKind = 'invitation' | 'reset'

/** A link that is not with its user yet. Its token stands in no table and no queue. */
export type NewPasswordLink<User extends UserRow = UserRow> = {
  /** The account as it was when the link was made for it. */
  user: User
  kind: PasswordLinkKind
  token: string
  sha256: Buffer
  createdAt: Date
  expiresAt: Date
}

/** It is of use only once it is kept. */
export function newPasswordLink<User extends UserRow>(user: User, createdAt: Date): NewPasswordLink<User> {
  const kind = linkKindOf(user)
  return { user, kind, ...newCredential(''), createdAt, expiresAt: new Date(createdAt.getTime() + lifeMs[kind]) }
}

export function linkKindOf(user: UserRow): PasswordLinkKind {
  return user.password_hash === null ? 'invitation' : 'reset'
}

const lifeMs: Record<PasswordLinkKind, number> = {
  invitation: passwordLimits.invitationHours * 3_600_000,
  reset: passwordLimits.resetMinutes * 60_000,
}
