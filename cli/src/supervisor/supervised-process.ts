import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

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
}

const restartDelayMsMin = 500
const restartDelayMsMax = 15_000
/** A process that ran this long was well; the next crash waits the shortest time again. */
const wellAfterMs = 60_000
const readyDeadlineMs = 90_000
const stopDeadlineMs = 20_000

/** One process that is started again when it dies, until it is stopped. */
export class SupervisedProcess {
  readonly #plan: ProcessPlan
  readonly #onCrash: (name: string, how: string) => void
  #child: ChildProcess | undefined
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

  /** Starts it and waits until it says `ready` over its IPC channel. */
  async start(): Promise<void> {
    const child = this.#spawn()
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#failure('was not ready in time')), readyDeadlineMs)
      child.once('message', () => done(resolve))
      child.once('exit', (code, signal) => done(() => reject(this.#failure(`ended with ${signal ?? code}`))))
      function done(settle: () => void): void {
        clearTimeout(timer)
        settle()
      }
    })
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
    const child = spawn(this.#plan.command, this.#plan.args, {
      env: this.#plan.env,
      cwd: this.#plan.cwd,
      stdio: ['ignore', log, log, 'ipc'],
      ...this.#plan.user,
    })
    closeSync(log)
    this.#child = child
    const startedAt = Date.now()
    child.once('exit', (code, signal) => {
      if (this.#stopping) return
      if (Date.now() - startedAt > wellAfterMs) this.#delayMs = restartDelayMsMin
      this.#onCrash(this.#plan.name, signal ?? `exit code ${code}`)
      this.#timer = setTimeout(() => this.#spawn(), this.#delayMs)
      this.#delayMs = Math.min(this.#delayMs * 2, restartDelayMsMax)
    })
    child.once('error', (error) => this.#onCrash(this.#plan.name, error.message))
    return child
  }

  #failure(how: string): Error {
    this.#stopping = true
    this.#child?.kill('SIGKILL')
    clearTimeout(this.#timer)
    return new Error(`The ${this.#plan.name} ${how}. Its last words are in ${this.#plan.logFile}`)
  }
}
