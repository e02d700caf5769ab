import * as z from 'zod/mini'
import { Id, Instant, Name, pageOf, ParameterValue } from '../primitives.ts'

/** A Quartz cron expression of 6 or 7 fields, with seconds, and an IANA time zone. */
export const Schedule = z.object({
  cron: z.string().check(z.maxLength(200)),
  timeZone: z.string().check(z.maxLength(100)),
})
export type Schedule = z.infer<typeof Schedule>

/** Whether an export waits for a person even when no guard trips (D5). */
export const ExportMode = z.enum(['apply-when-guards-pass', 'always-ask'])
export type ExportMode = z.infer<typeof ExportMode>

export const CreateJob = z.strictObject({
  name: Name,
  appId: Id,
  environmentId: Id,
  /** By name. Secrets go in here too; they never come out again. */
  parameters: z.record(z.string(), ParameterValue),
  /** Name of the owner that the app writes to; needed by feeds, alerts, actions and TcEx apps. */
  owner: z.optional(z.string()),
  /** Export jobs: the control's name; default: the app's folder without its version. */
  control: z.optional(Name),
  mode: z.optional(ExportMode),
  schedule: z.optional(z.nullable(Schedule)),
  timeoutSeconds: z.optional(z.int().check(z.positive(), z.maximum(7 * 86_400))),
  enabled: z.optional(z.boolean()),
})
export type CreateJob = z.infer<typeof CreateJob>
export const UpdateJob = z.partial(CreateJob)
export type UpdateJob = z.infer<typeof UpdateJob>

export const Job = z.object({
  id: Id,
  name: z.string(),
  appId: Id,
  appName: z.string(),
  environmentId: Id,
  environmentName: z.string(),
  /** Secrets are shown as `null`; `secretsSet` names those that have a value. */
  parameters: z.record(z.string(), ParameterValue),
  secretsSet: z.array(z.string()),
  owner: z.nullable(z.string()),
  control: z.nullable(z.string()),
  mode: ExportMode,
  schedule: z.nullable(Schedule),
  nextRunAt: z.nullable(Instant),
  timeoutSeconds: z.int(),
  enabled: z.boolean(),
})
export type Job = z.infer<typeof Job>
export const JobPage = pageOf(Job)
