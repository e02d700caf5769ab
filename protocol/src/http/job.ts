import * as z from 'zod/mini'
import { AppKind } from '../app/postern-json.ts'
import { jobRetries, jobTimeouts } from '../job-limits.ts'
import { Count, Id, Instant, Name, pageOf, ParameterValue } from '../primitives.ts'
import { ExecutionState } from './execution.ts'

/** A Quartz cron expression of 6 or 7 fields, with seconds, and an IANA time zone. */
export const Schedule = z.object({
  cron: z.string().check(z.maxLength(200)),
  timeZone: z.string().check(z.maxLength(100)),
})
export type Schedule = z.infer<typeof Schedule>

/** Whether an export waits for a person even when no guard trips (D5). */
export const ExportMode = z.enum(['apply-when-guards-pass', 'always-ask'])
export type ExportMode = z.infer<typeof ExportMode>

/** How many times a preview of a schedule shows. */
export const schedulePreviewRunsMax = 20

/** What the hub makes of a schedule: as it would be stored, and when it would run next, soonest first. */
export const SchedulePreview = z.object({ schedule: Schedule, runs: z.array(Instant) })
export type SchedulePreview = z.infer<typeof SchedulePreview>

const RetriesMax = z.int().check(z.minimum(0), z.maximum(jobRetries.countMax))
const RetryAfterSeconds = z.int().check(z.minimum(jobRetries.waitSecondsMin), z.maximum(jobRetries.waitSecondsMax))

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
  /** Default, and null: that of its app, else `jobTimeouts.secondsDefault`. */
  timeoutSeconds: z.optional(z.nullable(z.int().check(z.positive(), z.maximum(jobTimeouts.secondsMax)))),
  /** By when it has succeeded, in seconds after a time of its schedule; null: its time-out. Later than that it is missed (D33). */
  freshnessSeconds: z.optional(z.nullable(z.int().check(z.minimum(60), z.maximum(31 * 86_400)))),
  /** How often a failure that may pass is tried again within its execution (FD-14); default none. Only of repeatable apps (D10). */
  retriesMax: z.optional(RetriesMax),
  /** How long after the failure, default `jobRetries.waitSecondsDefault`; each retry more waits twice as long as the one before. */
  retryAfterSeconds: z.optional(RetryAfterSeconds),
  enabled: z.optional(z.boolean()),
})
export type CreateJob = z.infer<typeof CreateJob>
export const UpdateJob = z.partial(CreateJob)
export type UpdateJob = z.infer<typeof UpdateJob>

/** The newest execution of a job. */
export const LastExecution = z.object({
  id: Id,
  state: ExecutionState,
  createdAt: Instant,
  finishedAt: z.nullable(Instant),
})
export type LastExecution = z.infer<typeof LastExecution>

export const Job = z.object({
  id: Id,
  name: z.string(),
  appId: Id,
  appName: z.string(),
  appKind: AppKind,
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
  freshnessSeconds: z.nullable(z.int()),
  retriesMax: z.int(),
  retryAfterSeconds: z.int(),
  enabled: z.boolean(),
  /** Null before the first one. */
  lastExecution: z.nullable(LastExecution),
})
export type Job = z.infer<typeof Job>
export const JobPage = pageOf(Job)

/**
 * Scheduled times that started no execution of their own. `overlap`: an execution of the job was still open. `misfire`: no hub ran;
 * all times missed until it did became one execution.
 */
export const SkippedRun = z.object({
  dueAt: Instant,
  reason: z.enum(['overlap', 'misfire']),
  /** How many times, at most 1,000: beyond, at least so many. */
  times: Count,
})
export type SkippedRun = z.infer<typeof SkippedRun>
export const SkippedRunPage = pageOf(SkippedRun)
