import * as z from 'zod/mini'
import { Count, hostCharactersMax, hostPattern, Id, Instant, MailAddress, pageOf } from '../primitives.ts'

/**
 * How the way to a mail server is secured. `starttls`: encrypted before anything is said, or nothing is; `tls`: from the first byte;
 * `none`: not at all, so that everyone on the way can read mails and password.
 */
export const smtpSecurities = ['none', 'starttls', 'tls'] as const
export const SmtpSecurity = z.enum(smtpSecurities)
export type SmtpSecurity = z.infer<typeof SmtpSecurity>

/** How the hub sends mail (ES-16). The password never comes out again. */
export const MailSettings = z.object({
  /** Empty: nothing is sent. */
  smtpHost: z.string(),
  smtpPort: z.int(),
  smtpSecurity: SmtpSecurity,
  /** Empty: the mail server is not signed in to. */
  smtpUsername: z.string(),
  isPasswordSet: z.boolean(),
  smtpFrom: z.string(),
  /** PEM of the CAs that the mail server's certificate may come from, beside the public ones. */
  smtpCaCertificates: z.string(),
})
export type MailSettings = z.infer<typeof MailSettings>

/** All but the password, which stays as it is where it is left out; null or an empty one takes it away. */
export const ChangeMailSettings = z.strictObject({
  smtpHost: z
    .string()
    .check(
      z.regex(new RegExp(`^$|${hostPattern.source}`), { error: 'Send a host name or an address, without a port' }),
      z.maxLength(hostCharactersMax),
    ),
  smtpPort: z.int().check(z.minimum(1), z.maximum(65_535)),
  smtpSecurity: SmtpSecurity,
  smtpUsername: z.string().check(z.maxLength(255)),
  smtpPassword: z.optional(z.nullable(z.string().check(z.maxLength(1024)))),
  smtpFrom: MailAddress,
  smtpCaCertificates: z.optional(z.string().check(z.maxLength(100_000))),
})
export type ChangeMailSettings = z.infer<typeof ChangeMailSettings>

/** Whom to write to, at once. */
export const MailTo = z.strictObject({ to: MailAddress })
export type MailTo = z.infer<typeof MailTo>

/** What became of a mail that was sent at once. */
export const MailAnswer = z.object({
  isSent: z.boolean(),
  /** What the mail server answered, or why it was not reached, and what to do. */
  said: z.string(),
})
export type MailAnswer = z.infer<typeof MailAnswer>

/** A mail on its way, sent, or given up; not what it says. */
export const Mail = z.object({
  id: Id,
  to: z.string(),
  subject: z.string(),
  state: z.enum(['waiting', 'sent', 'given-up']),
  createdAt: Instant,
  tries: Count,
  /** Null once it was sent or given up. */
  nextTryAt: z.nullable(Instant),
  sentAt: z.nullable(Instant),
  /** What the mail server answered last, or why it was not reached; empty before the first try. */
  said: z.string(),
})
export type Mail = z.infer<typeof Mail>
export const MailPage = pageOf(Mail)

/** Where the caller's own mail goes: of servers that enrol, to administrators (S9), and links for a new password. */
export const OwnMailAddress = z.object({ mailAddress: z.nullable(MailAddress) })
export type OwnMailAddress = z.infer<typeof OwnMailAddress>

/** With the password: who has the address can have a new password sent to it. */
export const ChangeOwnMailAddress = z.strictObject({
  mailAddress: z.nullable(MailAddress),
  password: z.string().check(z.maxLength(200)),
})
export type ChangeOwnMailAddress = z.infer<typeof ChangeOwnMailAddress>
