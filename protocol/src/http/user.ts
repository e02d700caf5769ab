import * as z from 'zod/mini'
import { Id, Instant, MailAddress, pageOf } from '../primitives.ts'
import { NewPassword, Role, Username } from './access.ts'
import { MailAnswer } from './mail.ts'

/** How password links are good, and come, as people are told it. */
export const passwordLinkTimes = {
  /** An invitation is good for so long. */
  invitationHours: 72,
  /** The link to a new password is good for so long. */
  resetMinutes: 30,
  /** "Forgotten password" mails one account at most once in so many minutes. */
  mailedAgainMinutes: 10,
} as const

/** An account of a person. */
export const User = z.object({
  id: Id,
  username: z.string(),
  role: Role,
  organizationId: Id,
  /** Where its password links go, and what administrators are told; null: nowhere. */
  mailAddress: z.nullable(z.string()),
  /** Invited, and no password chosen yet. */
  isInvited: z.boolean(),
  createdAt: Instant,
  disabledAt: z.nullable(Instant),
})
export type User = z.infer<typeof User>
export const UserPage = pageOf(User)
export type UserPage = z.infer<typeof UserPage>

export const CreateUser = z.strictObject({ username: Username, password: NewPassword, role: Role })
export type CreateUser = z.infer<typeof CreateUser>

/** An account whose password the invited person chooses, by a link. */
export const InviteUser = z.strictObject({ username: Username, mailAddress: MailAddress, role: Role })
export type InviteUser = z.infer<typeof InviteUser>

/** What is left out stays. Disabling ends the user's sessions, links and API tokens at once and for good; a lower role, the tokens above it. */
export const ChangeUser = z.strictObject({
  role: z.optional(Role),
  mailAddress: z.optional(z.nullable(MailAddress)),
  isDisabled: z.optional(z.boolean()),
})
export type ChangeUser = z.infer<typeof ChangeUser>

/** A link by which one person chooses a password, once. */
export const PasswordLink = z.object({
  /** Shown here once and never again; null where it was mailed, for nobody else is to have it then. */
  url: z.nullable(z.string()),
  expiresAt: Instant,
  /** What became of the mail; null where mail is not set up, or the user has no address. */
  mail: z.nullable(MailAnswer),
})
export type PasswordLink = z.infer<typeof PasswordLink>

export const InvitedUser = z.object({ user: User, link: PasswordLink })
export type InvitedUser = z.infer<typeof InvitedUser>

/** What stands behind `#` in a password link. */
const LinkToken = z.string().check(z.maxLength(200))

/** "Forgotten password": a user name or a mail address. The answer is the same whether anybody is known by it. */
export const RequestPasswordLink = z.strictObject({ name: z.string().check(z.minLength(1), z.maxLength(254)) })
export type RequestPasswordLink = z.infer<typeof RequestPasswordLink>

/** Asks whether a link still holds. The answer says nothing else of it. */
export const CheckPasswordLink = z.strictObject({ linkToken: LinkToken })
export type CheckPasswordLink = z.infer<typeof CheckPasswordLink>

/** A password, chosen by whoever holds a link. It ends all sessions of the user. */
export const ChoosePassword = z.strictObject({
  linkToken: LinkToken,
  password: NewPassword,
})
export type ChoosePassword = z.infer<typeof ChoosePassword>

/** Whose password was chosen; only the holder of the link is told. */
export const ChosenPassword = z.object({ username: z.string() })
export type ChosenPassword = z.infer<typeof ChosenPassword>
