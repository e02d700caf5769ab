import { type EnvironmentServer, presenceSilence, type Telemetry } from '@postern/protocol'
import { ailmentSentences } from '../telemetry/ailments.ts'

export const { onlineSecondsMax: onlineSeconds, unknownSecondsMax: unknownSeconds } = presenceSilence
/** Silence, in seconds, after which a server that said it is locked may be so or not. It says so every 30 s. */
export const lockedSecondsMax = 120
/** Telemetry that is older than this, and than three times what it was sent every, says nothing of now. */
export const telemetrySecondsMax = 60

export type PresenceFacts = {
  enrolledAt: Date | null
  /** Until when its bundle enrols, where it has one. */
  enrolmentExpiresAt: Date | null
  revokedAt: Date | null
  lastHeartbeatAt: Date | null
  /** By its last heartbeat. */
  state: 'ready' | 'draining' | 'locked' | null
  telemetry: { at: Date; said: Telemetry } | undefined
  /** When it said last that it waits for the master password of its keychain; without that it cannot send heartbeats (ES-10). */
  lockedSaidAt: Date | null
}

export type Judgement = Pick<EnvironmentServer, 'presence' | 'presenceReason'>

/**
 * What is shown of an environment server (ES-15, D32), and the sentence that made it so: from stored facts alone, so that every hub says
 * the same. The rule stands in docs/operating/presence.md; a test compares the two.
 */
export function presenceOf(facts: PresenceFacts, now: Date): Judgement {
  const { enrolledAt, revokedAt, lastHeartbeatAt } = facts
  if (revokedAt !== null) return judged('revoked', 'Its identity was taken away.')
  if (enrolledAt === null) return judged('waiting', waitingReason(facts, now))
  const locked = lockedReason(facts, now)
  if (locked !== undefined) return judged('unhealthy', locked)
  if (lastHeartbeatAt === null) {
    const silent = secondsSince(enrolledAt, now)
    const said = `It enrolled ${shown(silent)} ago and has not spoken since`
    return silent <= unknownSeconds
      ? judged('unknown', `${said}.`)
      : judged('offline', `${said}, which is longer than ${unknownSeconds} s.`)
  }
  const silent = secondsSince(lastHeartbeatAt, now)
  const heard = `Its last heartbeat came ${shown(silent)} ago`
  if (silent > unknownSeconds) return judged('offline', `${heard}, which is longer than ${unknownSeconds} s.`)
  if (silent > onlineSeconds) return judged('unknown', `${heard}, which is longer than ${onlineSeconds} s.`)
  const ill = illnesses(facts, now)
  if (ill.length > 0) return judged('unhealthy', `It is online, but ${ill.join('; ')}.`)
  return judged('online', `${heard}.`)
}

function waitingReason({ enrolmentExpiresAt }: PresenceFacts, now: Date): string {
  return enrolmentExpiresAt !== null && enrolmentExpiresAt <= now
    ? 'Its bundle was not used in time and is good for nothing any more. Download another one, and revoke this server.'
    : 'It was downloaded and has not enrolled yet.'
}

function lockedReason(facts: PresenceFacts, now: Date): string | undefined {
  const ago = secondsSinceLocked(facts, now)
  if (ago === undefined) return undefined
  return `Its keychain is locked, so that nothing runs: it waits for its master password (it said so ${shown(ago)} ago). On it: postern-envsvr unlock.`
}

/** How long ago it said that it is locked; undefined once a heartbeat has come, or it has been silent about that too. */
export function secondsSinceLocked(
  { lockedSaidAt, lastHeartbeatAt }: Pick<PresenceFacts, 'lockedSaidAt' | 'lastHeartbeatAt'>,
  now: Date,
): number | undefined {
  if (lockedSaidAt === null || (lastHeartbeatAt !== null && lastHeartbeatAt > lockedSaidAt)) return undefined
  const ago = secondsSince(lockedSaidAt, now)
  return ago > lockedSecondsMax ? undefined : ago
}

function illnesses({ state, telemetry }: PresenceFacts, now: Date): string[] {
  const locked = state === 'locked' ? ['its keychain is locked, so that nothing runs'] : []
  if (telemetry === undefined) return locked
  const age = secondsSince(telemetry.at, now)
  if (age > Math.max(telemetrySecondsMax, 3 * telemetry.said.periodSeconds)) return locked
  return [...locked, ...ailmentSentences(telemetry.said)]
}

function judged(presence: Judgement['presence'], presenceReason: string): Judgement {
  return { presence, presenceReason }
}

function secondsSince(at: Date, now: Date): number {
  return (now.getTime() - at.getTime()) / 1000
}

function shown(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 120) return `${whole} s`
  if (whole < 7200) return `${Math.floor(whole / 60)} minutes`
  return whole < 172_800 ? `${Math.floor(whole / 3600)} hours` : `${Math.floor(whole / 86_400)} days`
}
