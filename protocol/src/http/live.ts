import * as z from 'zod/mini'
import { Id } from '../primitives.ts'

/** Browser → hub on `/live`: tell me when this changes. At most 20 subscriptions a connection. */
export const LiveRequest = z.strictObject({
  subscribe: z.enum(['execution', 'executions']),
  id: z.optional(Id),
})
export type LiveRequest = z.infer<typeof LiveRequest>

/** Hub → browser: it changed; fetch it again. Ids only, never content (D15). */
export const LiveChange = z.object({
  changed: z.enum(['execution', 'executions']),
  id: z.optional(Id),
  /** What of it: the state, the log, the ledger, plan or receipt. */
  part: z.enum(['state', 'log', 'ledger', 'plan', 'receipt']),
})
export type LiveChange = z.infer<typeof LiveChange>
