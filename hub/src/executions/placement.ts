import { limits, protocolVersion, protocolVersionOldest } from '@postern/protocol'

/** What placement looks at, of each environment server that is enrolled, confirmed and not revoked. */
export type Candidate = {
  serverXid: string
  name: string
  protocolVersion: number | null
  lastHeartbeatAt: Date | null
  state: 'ready' | 'draining' | 'locked'
  /** A person told the hub to place nothing more there. */
  isDrained: boolean
  executors: number
  /** Open attempts that it holds by the hub's books: those it has not heard of yet count too. */
  openAttempts: number
}

export type Placement = { serverXid: string; name: string; placement: 'pooled' | 'pinned' }

/**
 * The server for a waiting execution, or why there is none. Of those that are heard, ready, not drained and speak our protocol the one
 * with most executors free; of those the least busy; among equals the lowest number, so that a choice can be explained afterwards. An
 * environment with one server has no failover: its executions are pinned and finish offline (D10).
 */
export function choosePlacement(candidates: readonly Candidate[], now: Date): Placement | { none: string } {
  if (candidates.length === 0) return { none: 'No environment server of the environment is enrolled and confirmed.' }
  const fit = candidates.filter(
    (candidate) => isOnline(candidate, now) && candidate.state === 'ready' && !candidate.isDrained && speaks(candidate),
  )
  const best = fit.sort(
    (a, b) => freeOf(b) - freeOf(a) || loadOf(a) - loadOf(b) || Number(BigInt(a.serverXid) - BigInt(b.serverXid)),
  )[0]
  if (best === undefined)
    return { none: `Waiting for an environment server: ${candidates.map((each) => whyNot(each, now)).join('; ')}.` }
  return { serverXid: best.serverXid, name: best.name, placement: candidates.length === 1 ? 'pinned' : 'pooled' }
}

/** Heard within a lease's length, that is, three heartbeats. */
export function isOnline({ lastHeartbeatAt }: Pick<Candidate, 'lastHeartbeatAt'>, now: Date): boolean {
  return lastHeartbeatAt !== null && now.getTime() - lastHeartbeatAt.getTime() < limits.leaseSeconds * 1000
}

function speaks({ protocolVersion: version }: Candidate): boolean {
  return version !== null && version >= protocolVersionOldest && version <= protocolVersion
}

/** Executors without an attempt; none, however long the queue is. */
function freeOf({ openAttempts, executors }: Candidate): number {
  return Math.max(0, executors - openAttempts)
}

function loadOf({ openAttempts, executors }: Candidate): number {
  return openAttempts / Math.max(1, executors)
}

function whyNot(candidate: Candidate, now: Date): string {
  if (!isOnline(candidate, now)) return `${candidate.name} is offline`
  if (candidate.isDrained) return `${candidate.name} is drained`
  if (candidate.state === 'locked') return `${candidate.name} is locked`
  if (candidate.state === 'draining') return `${candidate.name} is draining`
  return `${candidate.name} speaks protocol ${candidate.protocolVersion ?? 'unknown'}, this hub ${protocolVersionOldest} to ${protocolVersion}`
}
