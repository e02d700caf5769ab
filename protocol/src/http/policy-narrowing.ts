import * as z from 'zod/mini'
import { PolicyNarrowing } from '../mqtt/command.ts'
import { Instant } from '../primitives.ts'

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
  requestedBy: z.string(),
  requestedAt: Instant,
  narrowing: PolicyNarrowing,
  /** `expired`: the server was not heard for a day. `applied`: it was taken; whether a person there took it back is not told. */
  state: z.enum(['waiting', 'applied', 'refused', 'expired']),
  detail: z.string(),
})
export type PolicyNarrowingRequest = z.infer<typeof PolicyNarrowingRequest>

/** Newest first, at most 100. */
export const PolicyNarrowingRequests = z.object({ requests: z.array(PolicyNarrowingRequest) })
export type PolicyNarrowingRequests = z.infer<typeof PolicyNarrowingRequests>
