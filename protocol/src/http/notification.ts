import * as z from 'zod/mini'
import { Count, Id, Instant, MailAddress, pageOf } from '../primitives.ts'

/** What may be the matter (D33). Each has an opposite that closes it, and is told too. */
export const notificationKinds = [
  'failed',
  'partial',
  'missed',
  'server-offline',
  'certificate-expiring',
  'approval-needed',
] as const
export const NotificationKind = z.enum(notificationKinds)
export type NotificationKind = z.infer<typeof NotificationKind>

/** What is the matter, or was. The same matter is open once. */
export const Notification = z.object({
  id: Id,
  kind: NotificationKind,
  /** Of the job or the environment server. */
  name: z.string(),
  sentence: z.string(),
  /** Path of the console's page about it. */
  page: z.string(),
  /** How often it happened while it was open. */
  times: Count,
  openedAt: Instant,
  lastAt: Instant,
  closedAt: z.nullable(Instant),
  closedSentence: z.nullable(z.string()),
})
export type Notification = z.infer<typeof Notification>
export const NotificationPage = pageOf(Notification)

const Recipients = z.array(MailAddress).check(z.minLength(1), z.maxLength(50))
const Kinds = z.array(NotificationKind).check(z.minLength(1), z.maxLength(notificationKinds.length))

/** Of a job, of an environment, or of all of the organization where neither is given; never of both. */
export const CreateNotificationRule = z.strictObject({
  jobId: z.optional(Id),
  environmentId: z.optional(Id),
  kinds: Kinds,
  recipients: Recipients,
})
export type CreateNotificationRule = z.infer<typeof CreateNotificationRule>
/** What a rule watches does not change: delete it and make another. */
export const UpdateNotificationRule = z.strictObject({ kinds: z.optional(Kinds), recipients: z.optional(Recipients) })
export type UpdateNotificationRule = z.infer<typeof UpdateNotificationRule>

/** Who is told of what by mail. */
export const NotificationRule = z.object({
  id: Id,
  job: z.nullable(z.object({ id: Id, name: z.string() })),
  environment: z.nullable(z.object({ id: Id, name: z.string() })),
  kinds: z.array(NotificationKind),
  recipients: z.array(z.string()),
  createdBy: z.string(),
  createdAt: Instant,
})
export type NotificationRule = z.infer<typeof NotificationRule>
export const NotificationRulePage = pageOf(NotificationRule)
