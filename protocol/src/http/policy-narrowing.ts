import * as z from 'zod/mini'
import { PolicyNarrowing } from '../mqtt/command.ts'
import { Instant } from '../primitives.ts'
import { ReportedPolicy } from './reported-policy.ts'

/** What a command carries at most. */
const fitsACommand = z.refine<PolicyNarrowing>(
  (narrowing) =>
    Object.values(narrowing).every((list = []) => list.length <= 1000 && list.every((each) => each.length <= 300)),
  { error: 'At most 1000 entries a list, each of at most 300 characters' },
)
const narrowsSomething = z.refine<PolicyNarrowing>((narrowing) => Object.keys(narrowing).length > 0, {
  error: 'Name at least one list',
})

/** Makes the local policy of a server narrower, for good: only a person on the server takes it back (D36). */
export const NarrowServerPolicy = z.strictObject({ narrowing: PolicyNarrowing.check(fitsACommand, narrowsSomething) })
export type NarrowServerPolicy = z.infer<typeof NarrowServerPolicy>

/** What was asked of a server, and what it said. */
export const PolicyNarrowingRequest = z.object({
  commandId: z.uuid(),
  requestedBy: z.string(),
  requestedAt: Instant,
  narrowing: PolicyNarrowing,
  /** `expired`: the server was not heard for a day. `applied`: it was taken. */
  state: z.enum(['waiting', 'applied', 'refused', 'expired']),
  detail: z.string(),
  /** By the server's last report. False: it was not taken, or a person there took it back. Null: it has not said. */
  isInForce: z.nullable(z.boolean()),
})
export type PolicyNarrowingRequest = z.infer<typeof PolicyNarrowingRequest>

/** What the server's own file says, and what people narrowed from the hub: everything has to be allowed by all of them. */
export const PolicyNarrowingRequests = z.object({
  /** Null: it has not reported it, as releases before protocol 6 do not. */
  local: z.nullable(ReportedPolicy),
  reportedAt: z.nullable(Instant),
  /** Newest first, at most 100. */
  requests: z.array(PolicyNarrowingRequest),
})
export type PolicyNarrowingRequests = z.infer<typeof PolicyNarrowingRequests>
