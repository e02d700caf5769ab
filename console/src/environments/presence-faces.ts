import { type EnvironmentServer, presenceSilence } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

export type Presence = EnvironmentServer['presence']

const { onlineSecondsMax, unknownSecondsMax } = presenceSilence

/** The states of docs/operating/presence.md, in its words. */
export const presenceFaces: Record<Presence, ExplainedFace> = {
  waiting: {
    tone: 'open',
    icon: 'clock',
    word: 'Waiting',
    meaning: 'The bundle was downloaded, and the environment server has not enrolled yet.',
  },
  online: {
    tone: 'good',
    icon: 'tick',
    word: 'Online',
    meaning: `Its last heartbeat is at most ${onlineSecondsMax} s old.`,
  },
  unhealthy: {
    tone: 'notice',
    icon: 'warning',
    word: 'Unhealthy',
    meaning: 'It is online, and what it says of itself is not well: disk, memory, queue, keychain or clock.',
  },
  unknown: {
    tone: 'doubt',
    icon: 'question',
    word: 'Unknown',
    meaning: `Its last heartbeat is more than ${onlineSecondsMax} s and at most ${unknownSecondsMax} s old, or it has just enrolled and not spoken yet.`,
  },
  offline: {
    tone: 'bad',
    icon: 'cross',
    word: 'Offline',
    meaning: `Its last heartbeat is more than ${unknownSecondsMax} s old.`,
  },
  revoked: {
    tone: 'open',
    icon: 'barred',
    word: 'Revoked',
    meaning: 'Its identity was taken away. It comes back only by being enrolled anew.',
  },
}

/** Those that need attention first; revoked ones last. */
const order: readonly Presence[] = ['offline', 'unhealthy', 'unknown', 'online', 'waiting', 'revoked']

export function byPresence(servers: readonly EnvironmentServer[]): EnvironmentServer[] {
  return servers.toSorted((a, b) => order.indexOf(a.presence) - order.indexOf(b.presence))
}

/** How many servers there are of each presence, in the order of attention; those without any are left out. */
export function presenceCounts(servers: readonly EnvironmentServer[]): { presence: Presence; count: number }[] {
  return order
    .map((presence) => ({ presence, count: servers.filter((server) => server.presence === presence).length }))
    .filter(({ count }) => count > 0)
}

/** A server's face with the sentence that made it so (D32). */
export function presenceFace({ presence, presenceReason }: EnvironmentServer): ExplainedFace {
  return { ...presenceFaces[presence], meaning: presenceReason }
}

/** Whether executions wait for a person to compare this server's fingerprint (S9). */
export function needsConfirmation({ presence, confirmed, enrolledAt }: EnvironmentServer): boolean {
  return !confirmed && enrolledAt !== null && presence !== 'revoked'
}

/** Whether executions are placed on it: it is heard, somebody knows it, and nobody keeps them away. */
export function takesExecutions(server: EnvironmentServer): boolean {
  return isHeardAndConfirmed(server) && server.drainedAt === null
}

function isHeardAndConfirmed({ presence, confirmed }: EnvironmentServer): boolean {
  return (presence === 'online' || presence === 'unhealthy') && confirmed
}

/** One sentence on what new executions will meet here. */
export function readiness(servers: readonly EnvironmentServer[]): string {
  const live = servers.filter(({ presence }) => presence !== 'revoked')
  const heard = live.filter(isHeardAndConfirmed)
  const ready = live.filter(takesExecutions).length
  if (ready > 0) return ready === 1 ? '1 server takes executions' : `${ready} servers take executions`
  if (servers.length === 0) return 'No server yet: download one, and start it where the work is'
  if (live.length === 0) return 'Executions wait: every server was revoked'
  if (live.some(needsConfirmation)) return 'Executions wait until a fingerprint is confirmed'
  if (heard.length > 0) return 'Executions wait: every server that is online is drained'
  return 'Executions wait: no server is online'
}
