import * as z from 'zod/mini'
import { AppKind } from '../app/postern-json.ts'
import { Count, Id, Instant, pageOf, in32Bits } from '../primitives.ts'
import { AttemptSignature } from './signature.ts'

/** How an app was kept apart (S2), as measured when it started. */
export const SandboxTier = z.enum(['isolated', 'separate-user', 'none'])
export type SandboxTier = z.infer<typeof SandboxTier>

/**
 * waiting → dispatched → running → succeeded | partial | failed | cancelled | timed-out | refused | unknown.
 * `waiting`: no attempt yet. `dispatched`: an attempt's command is out. `refused`: the environment server would not run it.
 * `unknown`: a non-repeatable attempt was lost (D10). An attempt lost of a repeatable app, or failed with retries left, leads back to
 * `waiting`.
 */
export const ExecutionState = z.enum([
  'waiting',
  'dispatched',
  'running',
  'succeeded',
  'partial',
  'failed',
  'cancelled',
  'timed-out',
  'refused',
  'unknown',
])
export type ExecutionState = z.infer<typeof ExecutionState>

export const executionEndStates = [
  'succeeded',
  'partial',
  'failed',
  'cancelled',
  'timed-out',
  'refused',
  'unknown',
] as const satisfies readonly ExecutionState[]

/** What one attempt used, measured by the environment server (ES-25). */
export const Usage = z.object({
  wallSeconds: z.number(),
  cpuSeconds: z.nullable(z.number()),
  memoryPeakBytes: z.nullable(z.int()),
})
export type Usage = z.infer<typeof Usage>

export const Attempt = z.object({
  number: z.int().check(z.positive()),
  serverXid: z.string(),
  serverName: z.string(),
  state: z.enum(['dispatched', 'running', 'finished', 'lost', 'refused', 'cancelled']),
  tier: z.nullable(SandboxTier),
  dispatchedAt: Instant,
  startedAt: z.nullable(Instant),
  finishedAt: z.nullable(Instant),
  exitCode: z.nullable(z.int()),
  /** Why it ended, when the exit code alone does not say: a limit, a signal, a lost lease; of one that a retry follows: its failure. */
  reason: z.nullable(z.string()),
  usage: z.nullable(Usage),
  /** Number of the last line of its log, whose lines may come after its end; null until its server has said how it ended. */
  logSeqLast: z.nullable(z.int()),
})
export type Attempt = z.infer<typeof Attempt>

export const Execution = z.object({
  id: Id,
  jobId: Id,
  jobName: z.string(),
  appName: z.string(),
  appKind: AppKind,
  environmentName: z.string(),
  trigger: z.enum(['run-now', 'schedule', 'approval']),
  state: ExecutionState,
  /** The app's exit message, or why the execution ended otherwise; while it is open, what it waits for, such as a server that is away. */
  message: z.string(),
  createdAt: Instant,
  startedAt: z.nullable(Instant),
  finishedAt: z.nullable(Instant),
  /** While it waits for a retry (FD-14): not before. */
  retryAt: z.nullable(Instant),
})
export type Execution = z.infer<typeof Execution>
export const ExecutionPage = pageOf(Execution)
export const ExecutionDetail = z.extend(Execution, {
  attempts: z.array(Attempt),
  planIds: z.array(Id),
  receiptIds: z.array(Id),
})
export type ExecutionDetail = z.infer<typeof ExecutionDetail>

/** One log line. `seq` counts from 1 within an attempt and orders the log; a chunk sent twice changes nothing. */
export const LogLine = z.object({
  seq: z.int().check(z.positive(), in32Bits),
  at: Instant,
  /** `server` is the environment server's own word about the execution. */
  stream: z.enum(['stdout', 'stderr', 'app', 'server']),
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error']),
  text: z.string(),
})
export type LogLine = z.infer<typeof LogLine>

/** A log line as the hub shows it; `cursor` of the last line, passed back as `after`, reads on. */
export const LogPage = z.object({
  data: z.array(z.extend(LogLine, { attempt: z.int().check(z.positive()) })),
  cursor: z.nullable(z.string()),
})
export type LogPage = z.infer<typeof LogPage>

/** How an attempt ended, sent by the environment server until the hub acknowledges it. Idempotent. */
export const AttemptResult = z.object({
  outcome: z.enum(['exited', 'signalled', 'timed-out', 'limit', 'cancelled', 'lease-lost', 'refused', 'interrupted']),
  exitCode: z.nullable(z.int().check(in32Bits)),
  /** Tail of message.tc, or the reason of another outcome. */
  message: z.string().check(z.maxLength(2000)),
  /** results.tc: values to keep for the next run; used only when the execution succeeds (FD-10). */
  results: z.record(z.string(), z.nullable(z.string().check(z.maxLength(65_536)))),
  tier: z.nullable(SandboxTier),
  startedAt: z.nullable(Instant),
  finishedAt: Instant,
  usage: z.nullable(Usage),
  /** The last log sequence number of the attempt, so that the hub knows when the log is whole. */
  logSeqLast: z.int().check(z.nonnegative(), in32Bits),
  /** Since protocol 6, where the app noted what it wrote. */
  signature: z.optional(AttemptSignature),
  /** Since protocol 8: refused for want of an interpreter, which another server of the environment may have. */
  lacksInterpreter: z.optional(z.boolean()),
})
export type AttemptResult = z.infer<typeof AttemptResult>

/** What became of the items that an execution sent (the ledger of its batches), and of what it could not map. */
export const Ledger = z.object({
  batches: Count,
  created: Count,
  updated: Count,
  unchanged: Count,
  deleted: Count,
  refused: Count,
  groupsCreated: Count,
  groupsUpdated: Count,
  groupsUnchanged: Count,
  unmapped: z.array(
    z.object({
      /** What it was, in the source's words: `attribute type "pattern-in-file"`. */
      what: z.string(),
      reason: z.string(),
      count: Count,
      examples: z.array(z.string()),
    }),
  ),
})
export type Ledger = z.infer<typeof Ledger>

export const Unmapped = z.object({
  data: z
    .array(
      z.object({
        what: z.string().check(z.maxLength(500)),
        reason: z.string().check(z.maxLength(500)),
        count: Count,
        examples: z.array(z.string().check(z.maxLength(500))).check(z.maxLength(5)),
      }),
    )
    .check(z.maxLength(1000)),
})
export type Unmapped = z.infer<typeof Unmapped>

export const LedgerOutcome = z.enum(['created', 'updated', 'unchanged', 'deleted', 'refused'])
export type LedgerOutcome = z.infer<typeof LedgerOutcome>

/** One item of a ledger: what was sent, what became of it, why. */
export const LedgerItem = z.object({
  batchId: Id,
  position: Count,
  kind: z.enum(['indicator', 'group', 'association']),
  type: z.string(),
  /** As it was sent. */
  summary: z.string(),
  outcome: LedgerOutcome,
  /** ThreatConnect's code, e.g. `0x1005`, for refused items. */
  code: z.nullable(z.string()),
  reason: z.nullable(z.string()),
})
export type LedgerItem = z.infer<typeof LedgerItem>
export const LedgerItemPage = pageOf(LedgerItem)
