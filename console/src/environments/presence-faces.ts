import type { EnvironmentServer } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

export type Presence = EnvironmentServer['presence']

/** The five states of docs/operating/presence.md, in its words. */
export const presenceFaces: Record<Presence, ExplainedFace> = {
  waiting: {
    tone: 'open',
    icon: 'clock',
    word: 'Waiting',
    meaning: 'The bundle was downloaded, and the environment server has not enrolled yet.',
  },
  online: { tone: 'good', icon: 'tick', word: 'Online', meaning: 'Its last heartbeat is at most 20 s old.' },
  unknown: {
    tone: 'doubt',
    icon: 'question',
    word: 'Unknown',
    meaning: 'Its last heartbeat is more than 20 s and at most 90 s old, or it has just enrolled and not spoken yet.',
  },
  offline: { tone: 'bad', icon: 'cross', word: 'Offline', meaning: 'Its last heartbeat is more than 90 s old.' },
  revoked: {
    tone: 'open',
    icon: 'barred',
    word: 'Revoked',
    meaning: 'Its identity was taken away, for good.',
  },
}

/** Those that need attention first; revoked ones last. */
const order: readonly Presence[] = ['offline', 'unknown', 'online', 'waiting', 'revoked']

export function byPresence(servers: readonly EnvironmentServer[]): EnvironmentServer[] {
  return servers.toSorted((a, b) => order.indexOf(a.presence) - order.indexOf(b.presence))
}

/** How many servers there are of each presence, in the order of attention; those without any are left out. */
export function presenceCounts(servers: readonly EnvironmentServer[]): { presence: Presence; count: number }[] {
  return order
    .map((presence) => ({ presence, count: servers.filter((server) => server.presence === presence).length }))
    .filter(({ count }) => count > 0)
}

/** Whether executions wait for a person to compare this server's fingerprint (S9). */
export function needsConfirmation({ presence, confirmed, enrolledAt }: EnvironmentServer): boolean {
  return !confirmed && enrolledAt !== null && presence !== 'revoked'
}

/** One sentence on what new executions will meet here. */
export function readiness(servers: readonly EnvironmentServer[]): string {
  const live = servers.filter(({ presence }) => presence !== 'revoked')
  const ready = live.filter(({ presence, confirmed }) => presence === 'online' && confirmed).length
  if (ready > 0) return ready === 1 ? '1 server takes executions' : `${ready} servers take executions`
  if (live.length === 0) return 'No server yet: download one, and start it where the work is'
  if (live.some(needsConfirmation)) return 'Executions wait until a fingerprint is confirmed'
  return 'Executions wait: no server is online'
}
