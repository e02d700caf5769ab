import {
  type AttemptResult,
  type ExecuteCommand,
  type ExecutionEvent,
  type HeldAttempt,
  limits,
} from '@postern/protocol'
import type { HubClock } from '../hub-link/hub-clock.ts'
import { attemptKey, type LeaseKeeper } from '../hub-link/lease-keeper.ts'
import type { Journal } from '../journal/journal.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { EndRequest } from './end-request.ts'
import { runAttempt, type RunParts } from './run-attempt.ts'

const journalRetryMs = 5000

type Entry = {
  command: ExecuteCommand
  state: 'queued' | 'running'
  acceptedBootMs: number
  end: AbortController
}

export type ExecutorParts = {
  run: RunParts
  journal: Journal
  leases: LeaseKeeper
  executors: number
  log: ServerLog
  bootMs: () => number
  clock: Pick<HubClock, 'now' | 'offsetMs'>
  tell: (
    event: Pick<
      ExecutionEvent,
      'commandId' | 'executionId' | 'attempt' | 'event' | 'tier' | 'detail' | 'lacksInterpreter'
    >,
  ) => void
  onResult: () => void
}

/**
 * The queue and its limit (ES-7): queued → running → a result in the journal. A pooled attempt starts only while its lease is
 * held, and ends when the lease does (D10); a pinned one needs none.
 */
export class Executor {
  readonly #parts: ExecutorParts
  readonly #entries = new Map<string, Entry>()
  #executors: number
  #draining = false
  #idle: (() => void)[] = []

  constructor(parts: ExecutorParts) {
    this.#parts = parts
    this.#executors = parts.executors
  }

  /** How many executions may run at once. */
  get executors(): number {
    return this.#executors
  }

  /** More start at once; fewer hold from the next on: what runs is not ended. */
  setExecutors(executors: number): void {
    this.#executors = executors
    this.pump()
  }

  /** The command is in the journal already. */
  add(command: ExecuteCommand): void {
    this.#entries.set(attemptKey(command), {
      command,
      state: 'queued',
      acceptedBootMs: this.#parts.bootMs(),
      end: new AbortController(),
    })
    this.pump()
  }

  get queued(): number {
    return this.#count('queued')
  }

  /** How long the oldest attempt of the queue has waited here; 0 while the queue is empty. */
  get queueWaitMs(): number {
    let oldest = Infinity
    for (const { state, acceptedBootMs } of this.#entries.values())
      if (state === 'queued') oldest = Math.min(oldest, acceptedBootMs)
    return oldest === Infinity ? 0 : this.#parts.bootMs() - oldest
  }

  get running(): number {
    return this.#count('running')
  }

  get isDraining(): boolean {
    return this.#draining
  }

  /** Starts what may start. Called when something changed: an attempt came or ended, a lease was granted. */
  pump(): void {
    if (this.#draining) return
    this.endOverdue()
    for (const entry of this.#entries.values()) {
      if (this.running >= this.#executors) return
      if (entry.state !== 'queued' || entry.end.signal.aborted || this.#isSuperseding(entry)) continue
      if (entry.command.placement === 'pooled' && !this.#parts.leases.isHeld(entry.command)) continue
      this.#start(entry)
    }
  }

  /** Ends an attempt, or takes it out of the queue. Returns whether it was here. */
  end(attempt: HeldAttempt, request: EndRequest): boolean {
    const entry = this.#entries.get(attemptKey(attempt))
    if (!entry) return false
    // Asked again while a full disk keeps the journal from taking it: the first request stands.
    const isFirst = !entry.end.signal.aborted
    entry.end.abort(request)
    if (entry.state === 'queued' && isFirst) this.#finish(entry, endedInQueue(request))
    return true
  }

  /** Ends pooled attempts that have no lease: any that had one, and one that waited for its first as long as a lease is long. */
  endWithoutLease(): void {
    const { leases, bootMs } = this.#parts
    for (const { command, acceptedBootMs } of this.#entries.values()) {
      if (command.placement !== 'pooled' || leases.isHeld(command)) continue
      if (!leases.wasGranted(command) && bootMs() - acceptedBootMs < limits.leaseSeconds * 1000) continue
      this.end(command, leaseLost())
    }
  }

  /** Ends what waited here until its execution's time-out: it never starts (ES-26). */
  endOverdue(): void {
    const now = this.#parts.clock.now()
    for (const entry of this.#entries.values()) {
      if (entry.state === 'queued' && now >= deadlineOf(entry.command))
        this.end(entry.command, new EndRequest('timed-out', 'Its time ran out before it could run.'))
    }
  }

  /** The hub does not grant these any more. Pinned ones go on: they deliver when they can (D10). */
  endNotGranted(attempts: readonly HeldAttempt[]): void {
    for (const attempt of attempts) {
      const entry = this.#entries.get(attemptKey(attempt))
      if (entry?.command.placement === 'pooled') this.end(attempt, leaseLost())
    }
  }

  /** An older attempt of the same execution that is still here must be over before the new one starts. */
  endOlder({ executionId, attempt }: HeldAttempt): void {
    for (const { command } of this.#entries.values()) {
      if (command.executionId === executionId && command.attempt < attempt) this.end(command, leaseLost())
    }
  }

  /** Starts nothing more and hands back what is queued; lets running apps end by themselves for a while, then ends them. */
  async drain(patienceMs: number): Promise<void> {
    this.#draining = true
    for (const { command, state } of this.#entries.values())
      if (state === 'queued')
        this.end(command, new EndRequest('lease-lost', 'The environment server was stopped before it came to it.'))
    if (this.running === 0) return
    this.#parts.log('info', `Waiting for ${this.running} running apps, at most ${Math.round(patienceMs / 1000)} s.`)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#idle.push(resolve)
    const timer = setTimeout(() => {
      const request = new EndRequest('interrupted', 'The environment server was stopped while the app ran.')
      for (const { command, state } of this.#entries.values()) if (state === 'running') this.end(command, request)
    }, patienceMs)
    await promise
    clearTimeout(timer)
  }

  #start(entry: Entry): void {
    const { run, journal, log, tell } = this.#parts
    const { command } = entry
    const { commandId, executionId, attempt, app } = command
    entry.state = 'running'
    const { tier } = run.confinement
    void runAttempt(run, command, entry.end.signal, (identity, startedAt) => {
      journal.markRunning(command, identity, tier, startedAt)
      log('info', `Execution ${executionId}, attempt ${attempt}: ${app.programName} started (tier ${tier}).`)
      tell({ commandId, executionId, attempt, event: 'running', tier })
    }).then((result) => this.#finish(entry, this.#byHubsClock(result)))
  }

  /** Times as people compare them at the hub, however wrong this machine's clock is. */
  #byHubsClock(result: AttemptResult): AttemptResult {
    const byHub = (at: string) => new Date(Date.parse(at) + this.#parts.clock.offsetMs).toISOString()
    const { startedAt, finishedAt } = result
    return { ...result, startedAt: startedAt === null ? null : byHub(startedAt), finishedAt: byHub(finishedAt) }
  }

  #finish(entry: Entry, result: AttemptResult): void {
    const { command } = entry
    const { journal, leases, log, tell, onResult } = this.#parts
    const { commandId, executionId, attempt } = command
    try {
      journal.finish(command, result)
    } catch (error) {
      // A full disk, most likely. The attempt stays held, and in its executor's place, until its result is safe.
      log('error', `The result of execution ${executionId} cannot be journaled; trying again: ${errorText(error)}`)
      setTimeout(() => this.#finish(entry, result), journalRetryMs)
      return
    }
    this.#entries.delete(attemptKey(command))
    leases.forget(command)
    const code = result.exitCode === null ? '' : ` ${result.exitCode}`
    log('info', `Execution ${executionId}, attempt ${attempt}: ${result.outcome}${code}. ${result.message}`.trimEnd())
    tell({
      commandId,
      executionId,
      attempt,
      event: result.outcome === 'refused' ? 'refused' : 'finished',
      detail: result.message,
      ...(result.lacksInterpreter === true && { lacksInterpreter: true }),
    })
    onResult()
    if (this.running === 0) for (const resolve of this.#idle.splice(0)) resolve()
    this.pump()
  }

  #isSuperseding({ command }: Entry): boolean {
    for (const other of this.#entries.values()) {
      if (other.command.executionId === command.executionId && other.command.attempt < command.attempt) return true
    }
    return false
  }

  #count(state: Entry['state']): number {
    let count = 0
    for (const entry of this.#entries.values()) if (entry.state === state) count += 1
    return count
  }
}

/** A command is good until its execution's time-out, unless that is further away than a command may live (D8). */
function deadlineOf({ notBefore, notAfter }: ExecuteCommand): number {
  const end = Date.parse(notAfter)
  return end - Date.parse(notBefore) < limits.commandLifeSecondsMax * 1000 ? end : Infinity
}

function leaseLost(): EndRequest {
  return new EndRequest(
    'lease-lost',
    'The lease of this attempt ran out while the hub could not be reached, so that another server may take over.',
  )
}

export function endedInQueue({ outcome, message }: EndRequest): AttemptResult {
  return {
    outcome,
    exitCode: null,
    message,
    results: {},
    tier: null,
    startedAt: null,
    finishedAt: new Date().toISOString(),
    usage: null,
    logSeqLast: 0,
  }
}
