import * as z from 'zod/mini'

/** One request a connection, one line of JSON; the answer alike. Both ends are the same release, or nearly. */
export const controlBytesMax = 16 * 1024
/** Time for a request to come whole; the answer may take longer: ending apps that run takes 30 s. */
export const controlRequestMs = 10_000
export const controlAnswerMs = 90_000

const password = z.string().check(z.minLength(1), z.maxLength(4096))

export const ControlRequest = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('status') }),
  /** Opens the keychain of a locked server, or makes it at the first start. */
  z.object({ ask: z.literal('unlock'), password }),
  z.object({ ask: z.literal('change-password'), password, newPassword: password }),
  /** null empties it. */
  z.object({ ask: z.literal('set-secret'), name: z.string(), value: z.nullable(z.string().check(z.maxLength(1024))) }),
  /** Puts into force what settings and local policy say now. */
  z.object({ ask: z.literal('reload') }),
])
export type ControlRequest = z.infer<typeof ControlRequest>

export const ServerStatus = z.object({
  /** `starting`: with the keychain open, on its way to work. */
  state: z.enum(['locked', 'starting', 'ready', 'draining']),
  /** Whether there is a keychain yet; without, `unlock` makes it. */
  hasKeychain: z.boolean(),
  pid: z.int(),
  version: z.string(),
  serverXid: z.string(),
  serverName: z.string(),
  /** host:port of the hub's broker. */
  broker: z.string(),
  connected: z.boolean(),
  /** Why it is not connected, as the log says; empty while it is, or before it has tried. */
  problem: z.string(),
  /** Of that problem, as doctor names it. */
  problemCode: z.optional(z.string()),
  /** Who opens TLS on the way, where that is allowed here (S17); absent where nobody does. */
  inspectedTls: z.optional(z.string()),
  /** SHA-256 of the SPKI of its TLS key: what a person compares with what the hub shows, and with a receipt (S9, D40); absent while it is locked. */
  keyFingerprint: z.optional(z.string()),
  /** When its client certificate ends; absent while it is locked. */
  certificateEndsAt: z.optional(z.string()),
  /** Whether somebody confirmed that key at the hub, without which it runs nothing here; absent until the hub has said so. */
  confirmed: z.optional(z.boolean()),
  /** Whether people at the hub drained it, so that it gets nothing more; absent until the hub has said so. */
  drained: z.optional(z.boolean()),
  tier: z.nullable(z.string()),
  executors: z.int(),
  running: z.int(),
  queued: z.int(),
  /** Results that the hub does not have yet. */
  undelivered: z.int(),
})
export type ServerStatus = z.infer<typeof ServerStatus>

export const ControlAnswer = z.union([
  z.object({ ok: z.literal(true), status: z.optional(ServerStatus), said: z.optional(z.string()) }),
  /** A sentence for the person who asked. */
  z.object({ ok: z.literal(false), problem: z.string() }),
])
export type ControlAnswer = z.infer<typeof ControlAnswer>
