import { limits, protocolVersion, protocolVersionOldest, type ReportedInterpreter } from '@postern/protocol'
import { type AppNeeds, lackingWords, suitability } from './app-needs.ts'

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
  /** What it can run apps with; undefined where it does not say. */
  interpreters: readonly ReportedInterpreter[] | undefined
  /** Why it refused this execution before, for want of an interpreter. */
  lack: string | null
}

export type Placement = { serverXid: string; name: string; placement: 'pooled' | 'pinned' }

/**
 * The server for a waiting execution, or why there is none. Of those that are heard, ready, not drained and speak our protocol the one
 * with most executors free; of those the least busy; among equals the lowest number, so that a choice can be explained afterwards. An
 * environment with one server has no failover: its executions are pinned and finish offline (D10), and it says itself what it lacks.
 * In a pool an app goes only where its language can be run, and where its version can be if any such server is free to take it (ES-24).
 */
export function choosePlacement(
  candidates: readonly Candidate[],
  needs: AppNeeds,
  now: Date,
): Placement | { none: string } | { never: string } {
  if (candidates.length === 0) return { none: 'No environment server of the environment is enrolled and confirmed.' }
  const isPool = candidates.length > 1
  const able = candidates.filter((candidate) => !isPool || whatIsLacking(candidate, needs) === undefined)
  // One that is off, or starts anew, may come back with an interpreter.
  const mayYetBeAble = (each: Candidate) => each.lack === null && !(isOnline(each, now) && each.state === 'ready')
  if (able.length === 0 && !candidates.some(mayYetBeAble))
    return {
      never: `No environment server of the environment can run it: ${candidates.map((each) => whyNot(each, needs, now)).join('; ')}.`,
    }
  const fit = able.filter(
    (candidate) => isOnline(candidate, now) && candidate.state === 'ready' && !candidate.isDrained && speaks(candidate),
  )
  const suited = fit.filter(({ interpreters }) => suitability(needs, interpreters) === 'well')
  const best = (suited.length > 0 ? suited : fit).sort(
    (a, b) => freeOf(b) - freeOf(a) || loadOf(a) - loadOf(b) || Number(BigInt(a.serverXid) - BigInt(b.serverXid)),
  )[0]
  if (best === undefined)
    return {
      none: `Waiting for an environment server: ${candidates.map((each) => whyNot(each, needs, now)).join('; ')}.`,
    }
  return { serverXid: best.serverXid, name: best.name, placement: isPool ? 'pooled' : 'pinned' }
}

function whatIsLacking({ lack, interpreters }: Candidate, needs: AppNeeds): string | undefined {
  if (lack !== null) return `refused it: ${lack.replace(/\.$/, '')}`
  return suitability(needs, interpreters) === 'not' ? lackingWords(needs) : undefined
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

function whyNot(candidate: Candidate, needs: AppNeeds, now: Date): string {
  if (candidate.lack !== null) return `${candidate.name} ${whatIsLacking(candidate, needs)}`
  if (!isOnline(candidate, now)) return `${candidate.name} is offline`
  if (candidate.isDrained) return `${candidate.name} is drained`
  if (candidate.state === 'locked') return `${candidate.name} is locked`
  if (candidate.state === 'draining') return `${candidate.name} was told to stop`
  if (!speaks(candidate))
    return `${candidate.name} speaks protocol ${candidate.protocolVersion ?? 'unknown'}, this hub ${protocolVersionOldest} to ${protocolVersion}`
  return `${candidate.name} ${whatIsLacking(candidate, needs) ?? 'is busy'}`
}
