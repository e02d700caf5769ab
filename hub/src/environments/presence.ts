import { type EnvironmentServer, limits } from '@postern/protocol'

/** Silence, in seconds, up to which a server counts as online: a lease's life, so three heartbeats fit in. */
export const onlineSeconds = limits.leaseSeconds
/** Silence up to which nothing is claimed: a restart or a short cut of the line. Beyond it the server counts as offline. */
export const unknownSeconds = 90

export type PresenceFacts = { enrolledAt: Date | null; revokedAt: Date | null; lastHeartbeatAt: Date | null }

/**
 * What is shown of an environment server (ES-15), from stored facts alone, so that every hub says the same. The rule stands
 * in docs/operating/presence.md; a test compares the two.
 */
export function presenceOf(facts: PresenceFacts, now: Date): EnvironmentServer['presence'] {
  if (facts.revokedAt !== null) return 'revoked'
  if (facts.enrolledAt === null) return 'waiting'
  // A server that enrolled and never spoke is silent since it enrolled.
  const silentSince = facts.lastHeartbeatAt ?? facts.enrolledAt
  const silentSeconds = (now.getTime() - silentSince.getTime()) / 1000
  if (silentSeconds <= onlineSeconds) return facts.lastHeartbeatAt === null ? 'unknown' : 'online'
  return silentSeconds <= unknownSeconds ? 'unknown' : 'offline'
}
