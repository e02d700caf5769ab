import * as z from 'zod/mini'
import { Count, Instant, ServerXid } from '../primitives.ts'

/** What was measured around an instant: averages, and the highest of what a chart of averages would hide. */
export const TelemetryPoint = z.object({
  /** When the step began. */
  at: Instant,
  cpuPercent: z.number(),
  cpuPercentMax: z.number(),
  memoryUsedPercent: z.number(),
  memoryUsedPercentMax: z.number(),
  diskUsedPercent: z.number(),
  diskUsedPercentMax: z.number(),
  /** Executors with an app in them. */
  running: z.number(),
  queued: z.number(),
  queuedMax: z.number(),
  /** The wait of the oldest attempt of the queue. */
  queueWaitSeconds: z.number(),
  queueWaitSecondsMax: z.number(),
  /** Null where no heartbeat was answered. */
  roundTripMs: z.nullable(z.number()),
  roundTripMsMax: z.nullable(z.number()),
  messagesPerHour: z.number(),
  /** Of one processor. */
  serverCpuPercent: z.number(),
  serverMemoryBytes: z.number(),
})
export type TelemetryPoint = z.infer<typeof TelemetryPoint>

/** Attempts that ended on a server within a time, as the hub's own books have them. */
export const ExecutionCounts = z.object({
  ended: Count,
  succeeded: Count,
  failed: Count,
  /** Hours that its executors were busy with them, all together. */
  busyHours: z.number(),
})
export type ExecutionCounts = z.infer<typeof ExecutionCounts>

/** The last word of a server about itself. */
export const TelemetryNow = z.object({
  /** By the hub's clock, when it came. */
  at: Instant,
  cpuPercent: z.number(),
  memoryTotalBytes: z.number(),
  memoryFreeBytes: z.number(),
  diskTotalBytes: z.number(),
  diskFreeBytes: z.number(),
  executors: Count,
  running: Count,
  queued: Count,
  queueWaitSeconds: z.number(),
  roundTripMs: z.nullable(z.number()),
  /** Over the last hour, or as long as there is telemetry within it. */
  messagesPerHour: z.nullable(z.number()),
  clockOffsetSeconds: z.nullable(z.number()),
  serverCpuPercent: z.number(),
  serverMemoryBytes: z.number(),
  uptimeSeconds: z.number(),
})
export type TelemetryNow = z.infer<typeof TelemetryNow>

/** An environment server's figures (ES-14). */
export const ServerTelemetry = z.object({
  serverXid: ServerXid,
  /** Null before the first telemetry came. */
  now: z.nullable(TelemetryNow),
  /** Today is the day of UTC. */
  executions: z.object({ today: ExecutionCounts, sevenDays: ExecutionCounts, thirtyDays: ExecutionCounts }),
  /** Where `/live` is served beside the console's own port. */
  livePort: z.int(),
  from: Instant,
  to: Instant,
  /** Of the points. */
  stepSeconds: z.int(),
  /** Oldest first; steps in which nothing was heard are left out. */
  points: z.array(TelemetryPoint),
})
export type ServerTelemetry = z.infer<typeof ServerTelemetry>
