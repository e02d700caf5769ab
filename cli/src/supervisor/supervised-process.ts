import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'

export type ProcessPlan = {
  /** What people call it: `hub`, `broker`, `environment server`. */
  name: string
  command: string
  args: readonly string[]
  env: NodeJS.ProcessEnv
  /** Where its words go; appended. */
  logFile: string
  cwd?: string
  /** Whom root starts it as. */
  user?: { uid: number; gid: number } | undefined
  /** The longest wait before it is started again, if not 15 s: a test that kills on purpose needs no patience with a broken program. */
  restartDelayMsMax?: number | undefined
}

const restartDelayMsMin = 500
const restartDelayMsMax = 15_000
/** A process that ran this long was well; the next crash waits the shortest time again. */
const wellAfterMs = 60_000
const readyDeadlineMs = 90_000
const lastLinesShown = 5
const stopDeadlineMs = 20_000

/** The end of a log, for a person who wants to know at once what went wrong. */
function lastLines(logFile: string, from: number): string {
  return readFileSync(logFile).subarray(from).toString().trimEnd().split('\n').slice(-lastLinesShown).join('\n')
}

/** One process that is started again when it dies, until it is stopped. */
export class SupervisedProcess {
  readonly #plan: ProcessPlan
  readonly #onCrash: (name: string, how: string) => void
  #child: ChildProcess | undefined
  /** Where the words of the latest start begin in the log, which is appended to. */
  #logStart = 0
  #starting = false
  #stopping = false
  #delayMs = restartDelayMsMin
  #timer: NodeJS.Timeout | undefined

  constructor(plan: ProcessPlan, onCrash: (name: string, how: string) => void) {
    this.#plan = plan
    this.#onCrash = onCrash
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts it and waits until it says `ready` over its IPC channel. A start that fails is not repeated. */
  async start(): Promise<void> {
    this.#starting = true
    this.#stopping = false
    const child = this.#spawn()
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(this.#failure('was not ready in time'))), readyDeadlineMs)
      const onReady = () => settle(resolve)
      const onExit = (code: number | null, signal: string | null) =>
        settle(() => reject(this.#failure(`ended with ${signal ?? code}`)))
      const onError = (error: Error) => settle(() => reject(this.#failure(`could not be started (${error.message})`)))
      child.once('message', onReady).once('exit', onExit).once('error', onError)
      // Once it is ready, its end is a crash like any other: these listeners must not hear of it.
      function settle(act: () => void): void {
        clearTimeout(timer)
        child.off('message', onReady).off('exit', onExit).off('error', onError)
        act()
      }
    })
    this.#starting = false
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
    await ended
    clearTimeout(timer)
  }

  #spawn(): ChildProcess {
    const log = openSync(this.#plan.logFile, 'a', 0o600)
    this.#logStart = fstatSync(log).size
    const child = spawn(this.#plan.command, this.#plan.args, {
      env: this.#plan.env,
      cwd: this.#plan.cwd,
      stdio: ['ignore', log, log, 'ipc'],
      // Its own process group: Ctrl-C reaches the supervisor alone, which then ends its processes in order.
      detached: true,
      ...this.#plan.user,
    })
    closeSync(log)
    this.#child = child
    const startedAt = Date.now()
    child.once('exit', (code, signal) => this.#startAgain(signal ?? `exit code ${code}`, startedAt))
    // A process that could not be made has no pid, and no exit follows.
    child.on('error', (error) => {
      if (child.pid === undefined) this.#startAgain(error.message, startedAt)
    })
    return child
  }

  #startAgain(how: string, startedAt: number): void {
    if (this.#stopping || this.#starting) return
    if (Date.now() - startedAt > wellAfterMs) this.#delayMs = restartDelayMsMin
    this.#onCrash(this.#plan.name, how)
    this.#timer = setTimeout(() => this.#spawn(), this.#delayMs)
    this.#delayMs = Math.min(this.#delayMs * 2, this.#plan.restartDelayMsMax ?? restartDelayMsMax)
  }

  #failure(how: string): Error {
    this.#stopping = true
    this.#child?.kill('SIGKILL')
    return new Error(
      `The ${this.#plan.name} ${how}. Its last words, in ${this.#plan.logFile}:\n${lastLines(this.#plan.logFile, this.#logStart)}`,
    )
  }
}
