import * as z from 'zod/mini'
import { Id } from '../primitives.ts'

/**
 * Browser → hub on `/live`: tell me when this changes. At most 20 subscriptions a connection. `execution` and `environment-server` need an
 * id; the others are the lists of the reader's organization. A hub that does not know a subscription closes the connection with 1008.
 */
export const LiveRequest = z.strictObject({
  subscribe: z.enum(['execution', 'environment-server', 'executions', 'environments', 'jobs', 'receipts']),
  id: z.optional(Id),
})
export type LiveRequest = z.infer<typeof LiveRequest>

/** Hub → browser: it changed; fetch it again. Ids only, never content (D15). */
export const LiveChange = z.object({
  changed: z.enum(['execution', 'environment-server', 'executions', 'environments', 'jobs', 'receipts']),
  /** The execution, the environment, its server or the job; absent where many changed at once. */
  id: z.optional(Id),
  /**
   * What of it: the state, the log, the ledger, plan or receipt. Of an environment the state is its servers' presence and all
   * that people decide about them; heartbeats that change nothing are not told. Of an environment server it is its telemetry.
   */
  part: z.enum(['state', 'log', 'ledger', 'plan', 'receipt', 'telemetry']),
})
export type LiveChange = z.infer<typeof LiveChange>

/**
 * Hub → browser: I am here. Sent when a connection is made and then every 10 seconds, since a browser cannot see WebSocket pings and a
 * hub that stands still keeps its connections. After 25 seconds without any message a browser takes the connection for lost.
 */
export const LiveBeat = z.object({ alive: z.literal(true) })
export type LiveBeat = z.infer<typeof LiveBeat>
