import * as z from 'zod/mini'
import { Count, Instant, ServerXid } from '../primitives.ts'

/** Median, 95th percentile and largest of a figure, over the executions that are counted. */
export const Spread = z.object({ median: z.number(), p95: z.number(), peak: z.number() })
export type Spread = z.infer<typeof Spread>

/**
 * What one app needs on one environment server, as the guide's Table 1 says it (ES-25): over its last 30 executions there that were
 * measured. It helps to choose a machine, and a limit.
 */
export const AppUsage = z.object({
  serverXid: ServerXid,
  serverName: z.string(),
  programName: z.string(),
  displayName: z.string(),
  /** How many are counted; 30 at most. */
  executions: Count,
  lastFinishedAt: Instant,
  /** From the first of them to the last; where that is less than a day, as many as ended in the day up to the last. Null while there is but one. */
  executionsPerDay: z.nullable(z.number()),
  /** Processors in use: processor seconds by wall seconds. Null where none was measured. */
  cores: z.nullable(z.extend(Spread, { mean: z.number() })),
  /** Of 1,048,576 bytes; the peak of each execution. Null where all ended before they were measured. */
  memoryMegabytes: z.nullable(Spread),
})
export type AppUsage = z.infer<typeof AppUsage>

/** By server and app; 500 at most, those that ran last. */
export const AppUsageList = z.object({ apps: z.array(AppUsage) })
export type AppUsageList = z.infer<typeof AppUsageList>
