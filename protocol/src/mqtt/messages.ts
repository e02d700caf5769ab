import * as z from 'zod/mini'
import { SandboxTier } from '../http/execution.ts'
import { Count, Id, Instant } from '../primitives.ts'

const header = {
  /** Names this message, so that an answer can point at it: aedes gives no MQTT 5 properties. */
  id: z.uuid(),
  protocolVersion: z.int(),
  sentAt: Instant,
}

/** An attempt that an environment server holds: queued, running, or finished and not yet delivered. */
export const HeldAttempt = z.object({ executionId: Id, attempt: z.int().check(z.positive()) })
export type HeldAttempt = z.infer<typeof HeldAttempt>

/** A server file that was replaced by a newer one and taken back, with the reason in words (D34). */
export const SetAside = z.object({ at: Instant, reason: z.string().check(z.maxLength(500)) })
export type SetAside = z.infer<typeof SetAside>

/** An interpreter for apps that answered when its environment server asked it for its version (D38). */
export const ReportedInterpreter = z.object({
  /** `PYTHON`, `JAVA`: as packages name their language. */
  language: z.string().check(z.maxLength(20)),
  /** In its own words, such as `3.11.2` or `17.0.15`. */
  version: z.string().check(z.maxLength(50)),
})
export type ReportedInterpreter = z.infer<typeof ReportedInterpreter>

/** Environment server → hub, every `limits.heartbeatSeconds` and after each connect. */
export const Heartbeat = z.object({
  ...header,
  kind: z.literal('heartbeat'),
  serverVersion: z.string(),
  serverName: z.string(),
  /** Locked: the keychain waits for its master password; nothing runs (ES-10). */
  state: z.enum(['ready', 'draining', 'locked']),
  tier: SandboxTier,
  executors: Count,
  queued: Count,
  held: z.array(HeldAttempt),
  /** Since protocol 4, while the server runs the file that it kept in place of a newer one. */
  setAside: z.optional(SetAside),
  /** Since protocol 8: all that apps can be run with, beside the server's own Node. */
  interpreters: z.optional(z.array(ReportedInterpreter).check(z.maxLength(20))),
  /** Since protocol 10: who issued the certificate that was met in place of the hub's, while TLS is opened on the way (S17). */
  inspectedTls: z.optional(z.string().check(z.maxLength(200))),
})
export type Heartbeat = z.infer<typeof Heartbeat>

/** Hub → environment server: the answer to a heartbeat. An attempt that is not granted must end (D10). */
export const HeartbeatAnswer = z.object({
  ...header,
  kind: z.literal('heartbeat-answer'),
  /** The heartbeat's id. */
  replyTo: z.uuid(),
  /** The hub's clock when it answered; the environment server keeps the offset (D8). */
  hubTime: Instant,
  granted: z.array(HeldAttempt),
  /** Another one than before: the hub's keys say something new of each other, which can be asked for (D7). */
  keysState: z.optional(z.string().check(z.maxLength(64))),
  /** Since protocol 9: whether somebody has confirmed this server's key. Until then nothing is placed on it (S9). */
  confirmed: z.optional(z.boolean()),
  /** Since protocol 9: whether it is drained, and so gets nothing more. */
  drained: z.optional(z.boolean()),
})
export type HeartbeatAnswer = z.infer<typeof HeartbeatAnswer>

/**
 * Environment server → hub: what happened to an attempt. `accepted` stops the hub from sending the command again.
 * `finished` is only a hint: the result itself goes over HTTPS until the hub acknowledges it.
 */
export const ExecutionEvent = z.object({
  ...header,
  kind: z.literal('execution-event'),
  commandId: z.uuid(),
  executionId: Id,
  attempt: z.int().check(z.positive()),
  event: z.enum(['accepted', 'running', 'finished', 'refused']),
  tier: z.optional(SandboxTier),
  /** Why it was refused, for a person. */
  detail: z.optional(z.string().check(z.maxLength(2000))),
  /** Since protocol 8: refused for want of an interpreter, which another server of the environment may have. */
  lacksInterpreter: z.optional(z.boolean()),
})
export type ExecutionEvent = z.infer<typeof ExecutionEvent>

/** The last will of an environment server's connection: a hint, since presence is judged by heartbeats. */
export const ConnectionLost = z.object({ kind: z.literal('connection-lost'), protocolVersion: z.int() })
export type ConnectionLost = z.infer<typeof ConnectionLost>
