import * as z from 'zod/mini'
import { Id, Instant, pageOf } from '../primitives.ts'

/** The four roles, from most to least (D22). */
export const Role = z.enum(['administrator', 'organization-administrator', 'analyst', 'read-only'])
export type Role = z.infer<typeof Role>

/** 12 to 200 characters; what else is asked, `mistakeInPassword` says. */
export const NewPassword = z.string().check(z.minLength(12), z.maxLength(200))

/**
 * What is wrong with a password, whatever its length: blanks alone, and the user's name in whatever case, which anybody tries first.
 * @returns undefined where nothing is; otherwise a clause about "it"
 */
export function mistakeInPassword(password: string, username?: string): string | undefined {
  if (!/[^\s\p{C}]/u.test(password)) return 'it is blanks alone'
  if (password.trim().toLowerCase() === username?.toLowerCase()) return 'it is the user name'
  return undefined
}

export const Username = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(254),
    z.regex(/^[^\s\p{C}]+$/u, { error: 'Use no spaces and no invisible characters' }),
  )

/** A set-up link is good for so long. */
export const setupLinkMinutes = 30

/** An administrator, by a one-time set-up link (D16). */
export const SetUpRequest = z.strictObject({
  setupToken: z.string().check(z.maxLength(200)),
  username: Username,
  password: NewPassword,
})
export type SetUpRequest = z.infer<typeof SetUpRequest>

export const SignInRequest = z.strictObject({
  username: z.string().check(z.maxLength(254)),
  password: z.string().check(z.maxLength(200)),
})
export type SignInRequest = z.infer<typeof SignInRequest>

/** Who the caller is and what it may do. */
export const Me = z.object({
  /** What kind of credential spoke: a person's session, an API token, an execution, a server, or the hub's local socket. */
  kind: z.enum(['user', 'token', 'execution', 'environment-server', 'machine']),
  name: z.string(),
  role: z.nullable(Role),
  organizationId: z.nullable(Id),
  organizationName: z.nullable(z.string()),
})
export type Me = z.infer<typeof Me>

export const CreateToken = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  role: Role,
  /** Days until it expires; at most a year. */
  expiresInDays: z.optional(z.int().check(z.positive(), z.maximum(366))),
})
export type CreateToken = z.infer<typeof CreateToken>

/** The token itself is shown here once and never again. */
export const CreatedToken = z.object({ id: Id, name: z.string(), role: Role, token: z.string(), expiresAt: Instant })
export type CreatedToken = z.infer<typeof CreatedToken>

export const Token = z.object({
  id: Id,
  name: z.string(),
  role: Role,
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: z.nullable(Instant),
})
export type Token = z.infer<typeof Token>
export const TokenPage = pageOf(Token)

/** A set-up link as the hub's local socket makes it: works once, for `setupLinkMinutes`. */
export const SetupLink = z.object({ url: z.string(), expiresAt: Instant })
export type SetupLink = z.infer<typeof SetupLink>

export const Organization = z.object({ id: Id, name: z.string() })
export type Organization = z.infer<typeof Organization>
export const OrganizationPage = pageOf(Organization)

/** One audited change. */
export const AuditEvent = z.object({
  id: Id,
  at: Instant,
  actorKind: z.string(),
  actorName: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  address: z.nullable(z.string()),
})
export type AuditEvent = z.infer<typeof AuditEvent>
export const AuditEventPage = pageOf(AuditEvent)

/** The hub's public names (ES-27). They are written into every bundle and into the hub's certificate. */
export const Settings = z.object({
  /** Where environment servers and browsers reach the API, e.g. `https://hub.example.org:8443`. */
  apiURL: z.string(),
  /** Where environment servers reach the broker: `host:port`. */
  appMessageBrokerHost: z.string(),
  /** True while the hub only knows names of its own machine: a bundle would not work elsewhere. */
  onlyLocalNames: z.boolean(),
})
export type Settings = z.infer<typeof Settings>
export const UpdateSettings = z.strictObject({
  apiURL: z.optional(z.url({ protocol: /^https$/ })),
  appMessageBrokerHost: z.optional(
    z.string().check(z.regex(/^[A-Za-z0-9.:[\]-]+:[0-9]{1,5}$/, { error: 'Send host:port, such as hub.example:8883' })),
  ),
})
export type UpdateSettings = z.infer<typeof UpdateSettings>
